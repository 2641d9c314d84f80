"""The canvas as this app wants it: no wider than there is room, and without its own toolbar."""

import streamlit as st

# On a phone a smaller pad leaves room for the answer under it.
_PAGE_STYLE = """
[class*="_paper"] { position: relative; width: 100%; overflow: hidden; border-radius: .6rem;
  outline: 1px solid light-dark(#d9dbe8, #34384d); touch-action: none; }
.st-key-pad_paper { max-width: 336px; }
.st-key-wide_pad_paper { max-width: 672px; }
@media (max-width: 640px) { .st-key-pad_paper { max-width: min(336px, 36svh); } }
[class*="_paper"] [data-testid="stElementContainer"] { width: 100% !important; }
[class*="_paper"] [class*="_dress"] { position: absolute; }
"""

# The canvas keeps its looks in a shadow root, which a page's styles do not reach. Its toolbar
# lies unseen over the corner of the pad, and takes a finger's stroke there for a click on "Reset".
# Fabric takes the canvas's size on the screen into account, whatever it is.
_SCRIPT = """
const style = `
  .dc-toolbar { display: none !important; }
  .dc-root, .dc-scroll, .dc-container, .canvas-container { width: 100% !important; }
  .dc-scroll { overflow: hidden !important; }
  .dc-container, .canvas-container { height: auto !important; aspect-ratio: var(--shape); }
  canvas { width: 100% !important; height: 100% !important; }`

const dress = (root, shape) => {
  let element = root.querySelector("[data-dress]")
  if (!element) {
    element = document.createElement("style")
    element.dataset.dress = ""
    root.append(element)
  }
  element.textContent = `${style} .dc-root { --shape: ${shape}; }`
}

export default function ({ parentElement, data }) {
  const paper = parentElement.closest("[class*=_paper]")
  let frame
  const look = () => {
    cancelAnimationFrame(frame)
    const roots = [...paper.querySelectorAll("*")].map(element => element.shadowRoot)
    const canvases = roots.filter(root => root?.querySelector(".dc-root"))
    canvases.forEach(root => dress(root, data.shape))
    if (!canvases.length) frame = requestAnimationFrame(look)
  }
  const observer = new MutationObserver(look)  // the canvas may come later, and come again
  observer.observe(paper, { childList: true, subtree: true })
  look()
  return () => { observer.disconnect(); cancelAnimationFrame(frame) }
}
"""

_dress = st.components.v2.component("pad_dress", css=_PAGE_STYLE, js=_SCRIPT, isolate_styles=False)


def dress_pad(key: str, width: int, height: int) -> None:
    """Dress the canvas in the same container.

    Args:
        key: of the canvas; the container's ends in "_paper".
        width: the canvas's own, in pixels.
        height: likewise.
    """
    _dress(key=f"{key}_dress", data={"shape": f"{width} / {height}"})
