// Plays a training back. Python gives all moments at once; nothing is sent back, so that neither
// playing nor moving the slider runs the page again.
const LONGEST_PLAY = 12000 // milliseconds for a whole training
const SLOWEST = 900, FASTEST = 250 // milliseconds a moment
const WEAK = 0.7 // power of a weight's strength: weak ones are to be seen too
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
  const slider = find("input"), button = find(".play"), last = data.moments.length - 1
  const show = [createAnswers(root, data), createFilters(root, data), createCharts(root, data)]
  let timer = null

  function moveTo(moment) {
    slider.value = moment
    slider.style.setProperty("--done", last ? moment / last : 1)
    find(".epoch").textContent = data.moments[moment]
    const right = data.labels.length ? `: ${data.right[moment]} of ${data.labels.length} right` : ""
    slider.setAttribute("aria-valuetext", data.moments[moment] + right)
    for (const part of show) part(moment)
  }
  function name(word) {
    button.querySelector("span").textContent = word
    button.querySelector("path").setAttribute("d", ICONS[word])
  }
  function pause() {
    if (timer !== null) find(".said").textContent = slider.getAttribute("aria-valuetext")
    clearInterval(timer)
    timer = null
    name("Play")
  }
  function play() {
    if (Number(slider.value) === last) moveTo(0)
    const pace = Math.max(FASTEST, Math.min(SLOWEST, LONGEST_PLAY / last))
    timer = setInterval(() => {
      moveTo(Number(slider.value) + 1)
      if (Number(slider.value) === last) pause()
    }, pace)
    find(".said").textContent = ""
    name("Pause")
  }

  root.classList.toggle("single", last === 0)
  root.classList.toggle("no-digits", data.labels.length === 0)
  slider.max = last
  slider.oninput = () => {
    pause()
    moveTo(Number(slider.value))
  }
  button.onclick = () => (timer === null ? play() : pause())
  pause()
  moveTo(0)
  return { version: data.version, pause }
}

// The test digits, a row for each class, each with its answer.
function createAnswers(root, data) {
  const count = data.labels.length
  const answers = bytes(data.answers), sure = bytes(data.sure)
  const list = root.querySelector(".digits")
  const rows = Math.ceil(count / 10)
  list.replaceChildren()
  root.querySelector(".answers .meaning").textContent =
    "Always the same digits: too few to be the test accuracy."
  const items = data.labels.map((label, index) => {
    const item = add(list, "div", "digit")
    item.setAttribute("role", "listitem")
    item.style.gridRow = label + 1
    const picture = add(add(item, "div", "tile"), "div", "picture")
    picture.style.backgroundImage = `url(${data.images})`
    picture.style.backgroundSize = `1000% ${rows * 100}%`
    const down = rows > 1 ? (Math.floor(index / 10) / (rows - 1)) * 100 : 0
    picture.style.backgroundPosition = `${((index % 10) / 9) * 100}% ${down}%`
    add(item, "div", "sure")
    return { item, label, read: add(item, "b", "read") }
  })
  return (moment) => {
    root.querySelector(".right").textContent = `${data.right[moment]} of these ${count} right`
    items.forEach(({ item, label, read }, index) => {
      const answer = answers[moment * count + index], share = sure[moment * count + index]
      const before = moment ? answers[(moment - 1) * count + index] : answer
      read.textContent = answer
      read.classList.toggle("wrong", answer !== label)
      read.classList.toggle("new", answer !== before)
      item.classList.toggle("mistake", answer !== label)
      item.style.setProperty("--sure", share / 100)
      const words = `A ${label}, read as ${answer}, ${share} % sure`
        + (answer === label ? "" : ", wrong") + (answer === before ? "" : `, was ${before} before`)
      item.setAttribute("aria-label", words)
      item.title = words
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
    for (let cell = 0; cell < side * side; cell++) cells.push(add(square, "i", ""))
  }
  const which = count < data.allFilters ? `The first ${count} of ${data.allFilters}: e` : "E"
  root.querySelector(".learned .meaning").textContent =
    `${which}ach is a pattern of ${side}×${side} weights, looked for everywhere in the image.`
  return (moment) => {
    box.setAttribute("aria-label", `${count} filters. ${data.moments[moment]}.`)
    cells.forEach((cell, index) => {
      const weight = weights[moment * cells.length + index] / 127
      cell.style.setProperty("--weight", `${Math.abs(weight) ** WEAK * 100}%`)
      cell.classList.toggle("against", weight < 0)
    })
  }
}

function createCharts(root, data) {
  const box = root.querySelector(".charts")
  box.replaceChildren()
  const losses = data.curve.map((point) => point[2])
  const height = losses.every((loss) => loss > 0) ? Math.log : (loss) => loss
  const marks = [
    createChart(box, "Accuracy", data, 1, (share) => `${(share * 100).toFixed(1)}%`, (share) => share),
    createChart(box, "Loss", data, 2, (loss) => String(Number(loss.toPrecision(2))), height),
  ]
  return (moment) => marks.forEach((mark) => mark(data.numbers[moment]))
}

// A line over the epochs, its ends named, and a marker that is moved to an epoch.
function createChart(box, title, data, column, words, height) {
  const points = data.curve.map((point) => [point[0], point[column]])
  const chart = add(box, "div", points.length > 1 ? "chart" : "chart point")
  const value = add(add(chart, "div", "name"), "b", "")
  value.before(`${title} `)
  const values = points.map(([, y]) => y)
  const low = Math.min(...values), high = Math.max(...values)
  const first = Math.min(data.numbers[0], 1), last = Math.max(points.at(-1)[0], first + 1)
  const x = (epoch) => ((epoch - first) / (last - first)) * 100
  const y = (one) => (high > low ? (1 - (height(one) - height(low)) / (height(high) - height(low))) * 100 : 50)
  const scale = add(chart, "div", "scale")
  for (const one of high > low ? [high, low] : [high]) add(scale, "span", "").textContent = words(one)
  const area = add(chart, "div", "area")
  const picture = area.appendChild(document.createElementNS(SVG, "svg"))
  picture.setAttribute("viewBox", "0 0 100 100")
  picture.setAttribute("preserveAspectRatio", "none")
  picture.setAttribute("aria-hidden", "true")
  const line = picture.appendChild(document.createElementNS(SVG, "polyline"))
  line.setAttribute("points", points.map(([at, one]) => `${x(at)},${y(one)}`).join(" "))
  const rule = add(area, "div", "rule"), dot = add(area, "div", "dot")
  const ends = add(chart, "div", "ends")
  add(ends, "span", "").textContent = first === 0 ? "Start" : `Epoch ${first}`
  add(ends, "span", "").textContent = `Epoch ${points.at(-1)[0]}`
  return (number) => {
    const here = points.find(([at]) => at === number)
    value.textContent = here ? words(here[1]) : "–"
    rule.style.left = dot.style.left = `${x(number)}%`
    dot.hidden = !here
    if (here) dot.style.top = `${y(here[1])}%`
  }
}

function add(parent, kind, className) {
  const element = parent.appendChild(document.createElement(kind))
  if (className) element.className = className
  return element
}

function bytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
}
