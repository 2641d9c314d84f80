// Replays a training. Python gives all frames at once; nothing is sent back, so that neither playing
// nor moving the slider runs the page again.
const MAX_DURATION = 12000 // milliseconds for a whole training
const SLOWEST = 900, FASTEST = 250 // milliseconds a frame
const GAMMA = 0.7 // of a weight's strength: small ones are to be seen too
const ICONS = { Play: "M8 5v14l11-7z", Pause: "M6 5h4v14H6zm8 0h4v14h-4z" }
const SVG = "http://www.w3.org/2000/svg"
const players = new WeakMap()

export default function (component) {
  const { parentElement, data } = component
  let player = players.get(parentElement)
  if (player?.version !== data.version) {
    player?.pause()
    player = createPlayer(parentElement.querySelector(".replay"), data)
    players.set(parentElement, player)
  }
  return () => player.pause()
}

function createPlayer(root, data) {
  const find = (selector) => root.querySelector(selector)
  const slider = find("input"), button = find(".play"), last = data.frames.length - 1
  const parts = [createPredictions(root, data), createFilters(root, data), createCharts(root, data)]
  let timer = null

  function show(frame) {
    slider.value = frame
    slider.style.setProperty("--done", last ? frame / last : 1)
    find(".epoch").textContent = data.frames[frame]
    const count = data.labels.length
    const correct = count ? `: ${data.correct[frame]} of ${count} correct` : ""
    slider.setAttribute("aria-valuetext", data.frames[frame] + correct)
    for (const showPart of parts) showPart(frame)
  }
  function setButton(name) {
    button.querySelector("span").textContent = name
    button.querySelector("path").setAttribute("d", ICONS[name])
  }
  function pause() {
    if (timer !== null) find(".spoken").textContent = slider.getAttribute("aria-valuetext")
    clearInterval(timer)
    timer = null
    setButton("Play")
  }
  function play() {
    if (Number(slider.value) === last) show(0)
    timer = setInterval(() => {
      show(Number(slider.value) + 1)
      if (Number(slider.value) === last) pause()
    }, Math.max(FASTEST, Math.min(SLOWEST, MAX_DURATION / last)))
    find(".spoken").textContent = ""
    setButton("Pause")
  }

  root.classList.toggle("single", last === 0)
  root.classList.toggle("no-digits", data.labels.length === 0)
  slider.max = last
  slider.oninput = () => {
    pause()
    show(Number(slider.value))
  }
  button.onclick = () => (timer === null ? play() : pause())
  pause()
  show(0)
  return { version: data.version, pause }
}

// The test digits, a row for each class, each with its prediction.
function createPredictions(root, data) {
  const count = data.labels.length, rows = Math.ceil(count / 10)
  const predicted = bytes(data.predicted), confidence = bytes(data.confidence)
  const list = root.querySelector(".digits")
  list.replaceChildren()
  const items = data.labels.map((label, index) => {
    const item = add(list, "div", "digit")
    item.setAttribute("role", "listitem")
    item.style.gridRow = label + 1
    const { style } = add(add(item, "div", "tile"), "div", "picture")
    style.backgroundImage = `url(${data.images})`
    style.backgroundSize = `1000% ${rows * 100}%`
    const down = rows > 1 ? (Math.floor(index / 10) / (rows - 1)) * 100 : 0
    style.backgroundPosition = `${((index % 10) / 9) * 100}% ${down}%`
    add(item, "div", "confidence")
    return { item, label, text: add(item, "b", "predicted") }
  })
  return (frame) => {
    root.querySelector(".predictions h4").textContent =
      `${data.correct[frame]} of these ${count} correct`
    items.forEach(({ item, label, text }, index) => {
      const now = predicted[frame * count + index], percent = confidence[frame * count + index]
      const before = frame ? predicted[(frame - 1) * count + index] : now
      text.textContent = now
      text.classList.toggle("wrong", now !== label)
      text.classList.toggle("new", now !== before)
      item.classList.toggle("mistake", now !== label)
      item.style.setProperty("--confidence", percent / 100)
      item.title = `${label}, predicted ${now}, ${percent}%`
        + (now === label ? "" : ", mistake") + (now === before ? "" : `, was ${before} before`)
      item.setAttribute("aria-label", item.title)
    })
  }
}

function createFilters(root, data) {
  const { side, filters: count } = data
  const weights = new Int8Array(bytes(data.weights).buffer)
  const box = root.querySelector(".filters")
  box.replaceChildren()
  box.style.setProperty("--columns", count > 16 ? 8 : 4)
  const cells = []
  for (let filter = 0; filter < count; filter++) {
    const square = add(box, "div", "filter")
    square.style.gridTemplateColumns = `repeat(${side}, 1fr)`
    for (let cell = 0; cell < side * side; cell++) cells.push(add(square, "i"))
  }
  const which = count < data.allFilters ? `The first ${count} of ${data.allFilters}: e` : "E"
  root.querySelector(".first-layer .meaning").textContent =
    `${which}ach is a pattern of ${side}×${side} weights, applied everywhere in the image.`
  return (frame) => {
    box.setAttribute("aria-label", `${count} filters. ${data.frames[frame]}.`)
    cells.forEach((cell, index) => {
      const weight = weights[frame * cells.length + index] / 127
      cell.style.setProperty("--weight", `${Math.abs(weight) ** GAMMA * 100}%`)
      cell.classList.toggle("negative", weight < 0)
    })
  }
}

function createCharts(root, data) {
  const box = root.querySelector(".charts")
  box.replaceChildren()
  const isPositive = data.curve.every((point) => point[2] > 0)
  const charts = [
    createChart(box, "Accuracy", data, 1, (share) => `${(share * 100).toFixed(1)}%`, (share) => share),
    createChart(box, "Loss", data, 2, (loss) => String(Number(loss.toPrecision(2))),
      isPositive ? Math.log : (loss) => loss),
  ]
  return (frame) => {
    for (const moveTo of charts) moveTo(data.epochs[frame])
  }
}

// A line over the epochs with its ends labeled, and a marker that is moved to an epoch.
function createChart(box, title, data, column, format, scaled) {
  const points = data.curve.map((point) => [point[0], point[column]])
  const chart = add(box, "div", points.length > 1 ? "chart" : "chart point")
  const name = add(chart, "div", "name")
  name.textContent = `${title} `
  const value = add(name, "b")
  const values = points.map(([, y]) => y)
  const low = Math.min(...values), high = Math.max(...values)
  const first = Math.min(data.epochs[0], 1), last = Math.max(points.at(-1)[0], first + 1)
  const x = (epoch) => ((epoch - first) / (last - first)) * 100
  const range = scaled(high) - scaled(low)
  const y = (one) => (range ? (1 - (scaled(one) - scaled(low)) / range) * 100 : 50)
  const scale = add(chart, "div", "scale")
  for (const one of range ? [high, low] : [high]) add(scale, "span").textContent = format(one)
  const area = add(chart, "div", "area")
  const picture = area.appendChild(document.createElementNS(SVG, "svg"))
  picture.setAttribute("viewBox", "0 0 100 100")
  picture.setAttribute("preserveAspectRatio", "none")
  picture.setAttribute("aria-hidden", "true")
  const line = picture.appendChild(document.createElementNS(SVG, "polyline"))
  line.setAttribute("points", points.map(([at, one]) => `${x(at)},${y(one)}`).join(" "))
  const rule = add(area, "div", "rule"), dot = add(area, "div", "dot")
  const ends = add(chart, "div", "ends")
  add(ends, "span").textContent = first === 0 ? "Start" : `Epoch ${first}`
  add(ends, "span").textContent = `Epoch ${points.at(-1)[0]}`
  return (epoch) => {
    const here = points.find(([at]) => at === epoch)
    value.textContent = here ? format(here[1]) : "–"
    rule.style.left = dot.style.left = `${x(epoch)}%`
    dot.hidden = !here
    if (here) dot.style.top = `${y(here[1])}%`
  }
}

function add(parent, kind, className = "") {
  const element = parent.appendChild(document.createElement(kind))
  element.className = className
  return element
}

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}
