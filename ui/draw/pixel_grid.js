// A sheet of 28×28 cells, painted with the keyboard, the mouse or a finger. Python gives the cells
// to begin with and a version: a new version replaces what is painted. Each change is sent back.
const SIDE = 28
const PAUSE = 200 // milliseconds after the last key before the cells are sent
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
const sheets = new WeakMap()

export default function (component) {
  const { parentElement, data } = component
  let sheet = sheets.get(parentElement)
  if (!sheet) {
    sheet = createSheet(parentElement.querySelector(".sheet"), parentElement.querySelector(".place"))
    sheets.set(parentElement, sheet)
  }
  sheet.send = (cells) => component.setStateValue("painted", { cells, change: Date.now() })
  if (sheet.version !== data.version) sheet.replace(data.cells, data.version)
  return () => sheet.flush()
}

function createSheet(grid, place) {
  const cells = drawCells(grid)
  const inked = new Array(SIDE * SIDE).fill(false)
  const sheet = { version: null, send: () => {}, replace, flush }
  let row = 14, column = 14, penDown = false, erasing = false, pointed = null, timer = null, changed = false

  function replace(text, version) {
    clearTimeout(timer)
    changed = false
    sheet.version = version
    for (let index = 0; index < inked.length; index++) show(index, text[index] === "1")
    move(row, column)
  }
  function show(index, ink) {
    inked[index] = ink
    cells[index].classList.toggle("ink", ink)
    cells[index].setAttribute("aria-selected", String(ink))
  }
  function set(index, ink, pause) {
    if (inked[index] === ink) return
    show(index, ink)
    changed = true
    clearTimeout(timer)
    if (pause !== null) timer = setTimeout(flush, pause) // a pointer's cells are sent as it lifts
  }
  function flush() {
    clearTimeout(timer)
    if (!changed) return
    changed = false
    sheet.send(inked.map(Number).join(""))
  }
  function move(newRow, newColumn) {
    cells[row * SIDE + column].classList.remove("cursor")
    row = Math.max(0, Math.min(SIDE - 1, newRow))
    column = Math.max(0, Math.min(SIDE - 1, newColumn))
    const cell = cells[row * SIDE + column]
    cell.classList.add("cursor")
    grid.setAttribute("aria-activedescendant", cell.id)
    say()
  }
  function say() {
    const state = inked[row * SIDE + column] ? "ink" : "empty"
    place.textContent =
      `Row ${row + 1}, column ${column + 1}: ${state}` + (penDown ? ", pen down" : "")
  }

  grid.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const here = row * SIDE + column
    if (event.key in STEPS) {
      const [down, right] = STEPS[event.key]
      const paints = penDown || event.shiftKey
      if (paints) set(here, true, PAUSE)
      move(row + down, column + right)
      if (paints) set(row * SIDE + column, true, PAUSE)
    } else if (event.key === "Home" || event.key === "End") {
      move(row, event.key === "Home" ? 0 : SIDE - 1)
    } else if (event.key === " " || event.key === "Enter") {
      if (!event.repeat) set(here, !inked[here], PAUSE)
    } else if (event.key === "Delete" || event.key === "Backspace") {
      set(here, false, PAUSE)
    } else if (event.key === "p" || event.key === "P") {
      penDown = !penDown
      if (penDown) set(here, true, PAUSE)
    } else if (event.key === "Escape") {
      penDown = false
    } else return
    event.preventDefault()
    event.stopPropagation()
    say()
  }

  const cellAt = (event) => {
    const box = grid.getBoundingClientRect()
    const inside = (share) => Math.max(0, Math.min(SIDE - 1, Math.floor(share * SIDE)))
    return [inside((event.clientY - box.top) / box.height), inside((event.clientX - box.left) / box.width)]
  }
  grid.onpointerdown = (event) => {
    if (event.button !== 0 || pointed) return
    event.preventDefault()
    grid.focus({ preventScroll: true })
    grid.setPointerCapture(event.pointerId)
    pointed = cellAt(event)
    erasing = inked[pointed[0] * SIDE + pointed[1]]
    set(pointed[0] * SIDE + pointed[1], !erasing, null)
    move(...pointed)
  }
  grid.onpointermove = (event) => {
    if (!pointed || !grid.hasPointerCapture(event.pointerId)) return
    const next = cellAt(event)
    const steps = Math.max(Math.abs(next[0] - pointed[0]), Math.abs(next[1] - pointed[1]))
    for (let step = 1; step <= steps; step++) {
      const between = [0, 1].map((axis) =>
        Math.round(pointed[axis] + ((next[axis] - pointed[axis]) * step) / steps))
      set(between[0] * SIDE + between[1], !erasing, null)
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
  return sheet
}

function drawCells(grid) {
  const cells = []
  for (let row = 0; row < SIDE; row++) {
    const line = grid.appendChild(document.createElement("div"))
    line.setAttribute("role", "row")
    for (let column = 0; column < SIDE; column++) {
      const cell = line.appendChild(document.createElement("div"))
      cell.setAttribute("role", "gridcell")
      cell.setAttribute("aria-label", `Row ${row + 1}, column ${column + 1}`)
      cell.id = `cell-${row + 1}-${column + 1}`
      cells.push(cell)
    }
  }
  return cells
}
