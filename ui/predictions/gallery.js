// The gallery of digits. Python gives the tiles as HTML; a click or Enter on one sends its index.
// One tile can be reached with Tab; the arrow keys move from there, over the rows as laid out.
const STEPS = { ArrowLeft: -1, ArrowRight: 1 }
const galleries = new WeakMap()

export default function (component) {
  const { parentElement, data } = component
  const list = parentElement.querySelector(".gallery")
  const previous = galleries.get(parentElement) ?? {}
  galleries.set(parentElement, data)
  if (previous.tiles !== data.tiles) {
    list.innerHTML = data.tiles
    makeTabStop(list, list.querySelector("button"))
  }
  if (previous.opened != null && data.opened == null) restoreFocus(list, data.last ?? previous.opened)
  if (previous.scrollRequest !== undefined && previous.scrollRequest !== data.scrollRequest)
    setTimeout(() => scrollIntoView(list), 150) // once it is laid out
  list.onclick = (event) => {
    const tile = event.target.closest("button[data-index]")
    if (!tile) return
    makeTabStop(list, tile)
    component.setTriggerValue("opened", Number(tile.dataset.index))
  }
  list.onkeydown = (event) => {
    const next = event.ctrlKey || event.metaKey || event.altKey ? null : target(list, event)
    if (!next) return
    event.preventDefault()
    event.stopPropagation()
    makeTabStop(list, next)
    next.focus()
  }
}

// Focuses the digit that was opened; while the dialog closes, the page cannot take the focus.
function restoreFocus(list, index, tries = 20) {
  const tile =
    list.querySelector(`button[data-index="${index}"]`) ?? list.querySelector("button[data-index]")
  if (!tile || !tries) return
  makeTabStop(list, tile)
  tile.focus()
  if (!tile.matches(":focus")) setTimeout(() => restoreFocus(list, index, tries - 1), 50)
}

function scrollIntoView(list) {
  const { top } = list.getBoundingClientRect()
  if (top > 0 && top < innerHeight * 0.75) return
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
  list.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" })
}

function makeTabStop(list, tile) {
  for (const one of list.querySelectorAll("button")) one.tabIndex = one === tile ? 0 : -1
}

function target(list, event) {
  const tiles = [...list.querySelectorAll("button")]
  const here = tiles.indexOf(event.target.closest("button"))
  if (here < 0) return null
  if (event.key in STEPS) return tiles[here + STEPS[event.key]]
  if (event.key === "Home") return tiles[0]
  if (event.key === "End") return tiles.at(-1)
  const below = tiles.findIndex((tile) => tile.offsetTop > tiles[0].offsetTop)
  const columns = below < 0 ? tiles.length : below
  if (event.key === "ArrowDown") return tiles[here + columns]
  if (event.key === "ArrowUp") return tiles[here - columns]
  return null
}
