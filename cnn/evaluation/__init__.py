"""How good a network is: its predictions for the test digits, counted, sorted and compared.

Counted by NumPy and tested to equal scikit-learn's, whose import would keep a page waiting.
"""
