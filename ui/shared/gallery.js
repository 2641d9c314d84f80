// The gallery of digits. Python gives the tiles as HTML; a click or Enter on one tells its index.
// One tile is in the order of Tab; the arrow keys move from there, over the rows as they are laid out.
const STEPS = { ArrowLeft: -1, ArrowRight: 1 }
const galleries = new WeakMap()

export default function (component) {
  const { parentElement, data } = component
  const list = parentElement.querySelector(".gallery")
  const gallery = galleries.get(parentElement) || {}
  galleries.set(parentElement, gallery)
  if (gallery.tiles !== data.tiles) {
    gallery.tiles = data.tiles
    list.innerHTML = data.tiles
    enter(list, list.querySelector("button"))
  }
  if (gallery.opened != null && data.opened == null) comeBack(list, data.last ?? gallery.opened)
  gallery.opened = data.opened
  if (gallery.asked != null && gallery.asked !== data.asked) setTimeout(() => bringIntoView(list), 150)
  gallery.asked = data.asked
  list.onclick = (event) => {
    const tile = event.target.closest("button[data-index]")
    if (!tile) return
    enter(list, tile)
    component.setTriggerValue("opened", Number(tile.dataset.index))
  }
  list.onkeydown = (event) => {
    const next = event.ctrlKey || event.metaKey || event.altKey ? null : target(list, event)
    if (!next) return
    event.preventDefault()
    event.stopPropagation()
    enter(list, next)
    next.focus()
  }
}

// Puts the keyboard back where it was before the digit was opened. The page takes no focus until the
// dialog is gone.
function comeBack(list, index, tries = 20) {
  const tile =
    list.querySelector(`button[data-index="${index}"]`) ?? list.querySelector("button[data-index]")
  if (!tile || !tries) return
  enter(list, tile)
  tile.focus()
  if (!tile.matches(":focus")) setTimeout(() => comeBack(list, index, tries - 1), 50)
}

// Takes the page to the digits that a click elsewhere asked for, if they are out of sight, once it is
// laid out.
function bringIntoView(list) {
  const { top } = list.getBoundingClientRect()
  if (top > 0 && top < innerHeight * 0.75) return
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches
  list.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" })
}

function enter(list, tile) {
  for (const one of list.querySelectorAll("button")) one.tabIndex = one === tile ? 0 : -1
}

function target(list, event) {
  const tiles = [...list.querySelectorAll("button")]
  const here = tiles.indexOf(event.target.closest("button"))
  if (here < 0) return null
  if (event.key in STEPS) return tiles[here + STEPS[event.key]]
  if (event.key === "Home") return tiles[0]
  if (event.key === "End") return tiles.at(-1)
  if (event.key === "ArrowDown") return tiles[here + columns(tiles)]
  if (event.key === "ArrowUp") return tiles[here - columns(tiles)]
  return null
}

function columns(tiles) {
  const below = tiles.findIndex((tile) => tile.offsetTop > tiles[0].offsetTop)
  return below < 0 ? tiles.length : below
}
