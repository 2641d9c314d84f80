// A sheet of 28×28 cells, painted with the keyboard, the mouse or a finger. Python gives the cells
// to begin with, and each change is sent back.
const SIDE = 28
const PAUSE = 200 // milliseconds after the last change before the cells are sent
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
const sheets = new WeakMap()
const within = (place) => Math.max(0, Math.min(SIDE - 1, place))

export default function (component) {
  const { parentElement, data } = component
  const sheet = sheets.get(parentElement) ?? createSheet(parentElement, data)
  sheets.set(parentElement, sheet)
  sheet.send = (cells) => component.setStateValue("painted", cells)
  return sheet.flush
}

function createSheet(parent, painted) {
  const [grid, place] = [".sheet", ".place"].map((name) => parent.querySelector(name))
  const cells = [...grid.querySelectorAll("[role=gridcell]")]
  const sheet = { flush }
  let row = 14, column = 14, penDown = false, erasing = false, pointed = null, timer = null

  const cellAt = (row, column) => cells[row * SIDE + column]
  const isInk = (cell) => cell.classList.contains("ink")

  function show(cell, ink) {
    cell.classList.toggle("ink", ink)
    cell.setAttribute("aria-selected", String(ink))
  }
  function set(cell, ink) {
    if (isInk(cell) === ink) return
    show(cell, ink)
    clearTimeout(timer)
    timer = setTimeout(flush, PAUSE)
  }
  function flush() {
    if (timer === null) return
    clearTimeout(timer)
    timer = null
    sheet.send(cells.map((cell) => Number(isInk(cell))).join(""))
  }
  function move(newRow, newColumn) {
    cellAt(row, column).classList.remove("cursor")
    row = within(newRow)
    column = within(newColumn)
    const cell = cellAt(row, column)
    cell.classList.add("cursor")
    grid.setAttribute("aria-activedescendant", cell.id)
    say()
  }
  function say() {
    const cell = cellAt(row, column)
    const state = isInk(cell) ? "ink" : "empty"
    place.textContent = `${cell.ariaLabel}: ${state}${penDown ? ", pen down" : ""}`
  }

  grid.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const here = cellAt(row, column)
    if (event.key in STEPS) {
      const [down, right] = STEPS[event.key]
      const paints = penDown || event.shiftKey
      if (paints) set(here, true)
      move(row + down, column + right)
      if (paints) set(cellAt(row, column), true)
    } else if (event.key === "Home" || event.key === "End") {
      move(row, event.key === "Home" ? 0 : SIDE - 1)
    } else if (event.key === " " || event.key === "Enter") {
      if (!event.repeat) set(here, !isInk(here))
    } else if (event.key === "Delete" || event.key === "Backspace") {
      set(here, false)
    } else if (event.key === "p" || event.key === "P") {
      penDown = !penDown
      if (penDown) set(here, true)
    } else if (event.key === "Escape") {
      penDown = false
    } else return
    event.preventDefault()
    event.stopPropagation()
    say()
  }

  const placeOf = (event) => {
    const box = grid.getBoundingClientRect()
    return [(event.clientY - box.top) / box.height, (event.clientX - box.left) / box.width]
      .map((share) => within(Math.floor(share * SIDE)))
  }
  grid.onpointerdown = (event) => {
    if (event.button !== 0 || pointed) return
    event.preventDefault()
    grid.focus({ preventScroll: true })
    grid.setPointerCapture(event.pointerId)
    pointed = placeOf(event)
    erasing = isInk(cellAt(...pointed))
    set(cellAt(...pointed), !erasing)
    move(...pointed)
  }
  grid.onpointermove = (event) => {
    if (!pointed || !grid.hasPointerCapture(event.pointerId)) return
    const next = placeOf(event)
    const steps = Math.max(Math.abs(next[0] - pointed[0]), Math.abs(next[1] - pointed[1]))
    for (let step = 1; step <= steps; step++) {
      const between = [0, 1].map((axis) =>
        Math.round(pointed[axis] + ((next[axis] - pointed[axis]) * step) / steps))
      set(cellAt(...between), !erasing)
    }
    pointed = next
    if (steps) move(...next)
  }
  grid.onpointerup = grid.onpointercancel = () => {
    pointed = null
    flush()
  }
  grid.onblur = () => {
    penDown = false
    flush()
  }
  for (const [index, cell] of cells.entries()) show(cell, painted?.[index] === "1")
  move(row, column)
  return sheet
}
