"""Pictures to save, drawn with matplotlib, and the colors that the pages share with them.

Only `Figure` is used, never pyplot: pyplot's figures are global state, and visitors are many.
"""
