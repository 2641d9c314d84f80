// The canvas has its styles in a shadow root, which the page's stylesheet does not reach. Its
// toolbar lies unseen over a corner and takes a finger's stroke there for a click on "Reset".
// Fabric takes the canvas's size on the screen into account, whatever it is.
const STYLES = new CSSStyleSheet()
STYLES.replaceSync(`
  .dc-toolbar { display: none !important; }
  .dc-scroll { overflow: hidden !important; }
  .dc-root, .dc-scroll, .dc-container, .canvas-container { width: 100% !important; }
  .dc-container, .canvas-container { height: auto !important; }
  canvas { width: 100% !important; height: auto !important; outline: none !important; }
  .dc-background-canvas { position: absolute !important; top: 0; left: 0; }
  .dc-canvas.lower-canvas { display: block; position: relative !important; }`)
const watched = new WeakSet()

const override = (element) => {
  if (!element.shadowRoot?.querySelector(".dc-root")) return false
  element.shadowRoot.adoptedStyleSheets = [STYLES]
  return true
}

export default function ({ parentElement }) {
  const frame = parentElement.closest("[class*=_frame]")
  if (!frame || watched.has(frame)) return
  watched.add(frame)
  let request
  const update = () => { // until each is there: a component may come later than its container
    cancelAnimationFrame(request)
    const hosts = [...frame.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
    const done = hosts.filter((host) => [host, ...host.querySelectorAll("*")].some(override))
    if (done.length < Math.max(hosts.length, 1) && frame.isConnected) {
      request = requestAnimationFrame(update)
    }
  }
  new MutationObserver(update).observe(frame, { childList: true, subtree: true })
  update()
}
