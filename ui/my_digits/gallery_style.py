"""How the gallery of my digits looks."""

# The tick box's label covers its whole tile, so that a tap on the picture ticks it too. What can
# be done with the ticked ones stays in sight, under the app's own header.
STYLE = """<style>
[class*="st-key-kept_"] {position: relative}
[class*="st-key-kept_"] .what {padding-left: 1.75rem; min-height: 2.75rem; display: flex;
  align-items: center; gap: .4em; font-size: .875rem}
[class*="st-key-kept_"] .right {color: var(--correct)}
[class*="st-key-kept_"] .wrong {color: var(--mistake)}
[class*="st-key-tick_"]:has([data-testid="stCheckbox"]) {position: absolute; inset: 0;
  width: 100%; height: 100%}
[class*="st-key-tick_"] [data-testid="stCheckbox"],
[class*="st-key-tick_"] [data-testid="stCheckbox"] > label {position: absolute; inset: 0;
  align-items: flex-end; cursor: pointer; padding-bottom: .8rem}
[data-testid="stLayoutWrapper"]:has(> .st-key-my_digits_actions) {position: sticky;
  top: 3.75rem; z-index: 10; background: var(--background); padding-block: .4rem;
  box-shadow: 0 0 0 2px var(--background)}
</style>"""
