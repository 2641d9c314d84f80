"""The canvas as this app wants it: no wider than there is room, and without its own toolbar."""

import streamlit as st

# The paper has its shape before its canvas has come, so that nothing jumps. On a phone a smaller
# pad leaves room for the answer under it.
_PAGE_STYLE = """
[class*="_paper"] { position: relative; width: 100%; overflow: hidden; border-radius: .6rem;
  background: #ffffff; outline: 1px solid var(--border); touch-action: none; }
.st-key-pad_paper { max-width: 336px; aspect-ratio: 1; }
.st-key-wide_pad_paper { max-width: 672px; aspect-ratio: 2; }
@media (max-width: 640px) { .st-key-pad_paper { max-width: min(336px, 40svh); } }
[class*="_paper"] [data-testid="stElementContainer"] { width: 100% !important; }
[class*="_paper"] [class*="_dress"] { position: absolute; }
[class*="_paper"] [data-testid="stElementContainer"]:has(.boxes) { position: absolute; inset: 0;
  pointer-events: none; z-index: 30; }
"""

# The canvas keeps its looks in a shadow root, which a page's styles do not reach. Its toolbar
# lies unseen over the corner of the pad, and takes a finger's stroke there for a click on "Reset".
# Fabric takes the canvas's size on the screen into account, whatever it is.
_SCRIPT = """
const style = `
  .dc-toolbar { display: none !important; }
  .dc-scroll { overflow: hidden !important; }
  .dc-root, .dc-scroll, .dc-container, .canvas-container { width: 100% !important; }
  .dc-container, .canvas-container { height: auto !important; }
  canvas { width: 100% !important; height: auto !important; outline: none !important; }
  .dc-background-canvas { position: absolute !important; top: 0; left: 0; }
  .dc-canvas.lower-canvas { display: block; position: relative !important; }`

const dress = (root) => {
  if (!root?.querySelector(".dc-root")) return false
  if (root.querySelector("[data-dress]")) return true
  const element = document.createElement("style")
  element.dataset.dress = ""
  element.textContent = style
  root.append(element)
  return true
}

const watched = new WeakSet()

export default function ({ parentElement }) {
  const paper = parentElement.closest("[class*=_paper]")
  if (!paper || watched.has(paper)) return
  watched.add(paper)
  let frame
  const look = () => {  // until each is there: a component may come later than its place
    cancelAnimationFrame(frame)
    const hosts = [...paper.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
    const dressed = hosts.filter(host =>
      [host, ...host.querySelectorAll("*")].some(element => dress(element.shadowRoot)))
    if (dressed.length < Math.max(hosts.length, 1) && paper.isConnected) {
      frame = requestAnimationFrame(look)
    }
  }
  new MutationObserver(look).observe(paper, { childList: true, subtree: true })
  look()
}
"""

_dress = st.components.v2.component("pad_dress", css=_PAGE_STYLE, js=_SCRIPT, isolate_styles=False)


def style_canvas(key: str) -> None:
    """Dress the canvas in the same container.

    Args:
        key: of the canvas; the container's ends in "_paper".
    """
    _dress(key=f"{key}_dress")
