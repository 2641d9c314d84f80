// Replays a training. Python gives all frames at once; nothing is sent back, so that neither playing
// nor moving the slider runs the page again.
const MAX_DURATION = 12000 // milliseconds for a whole training
const SLOWEST = 900, FASTEST = 250 // milliseconds a frame
const GAMMA = 0.7 // of a weight's strength: small ones are to be seen too
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
  const parts = [createPredictions(root, data), createFilters(root, data)]
  let timer = null

  function show(frame) {
    slider.value = frame
    find(".epoch").textContent = data.frames[frame]
    find(".validation").textContent = data.validation[frame]
    const count = data.labels.length
    const correct = count ? `: ${data.correct[frame]} of ${count} correct` : ""
    slider.setAttribute("aria-valuetext", data.frames[frame] + correct)
    for (const showPart of parts) showPart(frame)
  }
  function pause() {
    if (timer !== null) find(".spoken").textContent = slider.getAttribute("aria-valuetext")
    clearInterval(timer)
    timer = null
    button.textContent = "Play"
  }
  function play() {
    if (Number(slider.value) === last) show(0)
    timer = setInterval(() => {
      show(Number(slider.value) + 1)
      if (Number(slider.value) === last) pause()
    }, Math.max(FASTEST, Math.min(SLOWEST, MAX_DURATION / last)))
    find(".spoken").textContent = ""
    button.textContent = "Pause"
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
  const list = root.querySelector(".digits")
  list.innerHTML = data.images.map((image, index) =>
    `<div class="digit" role="listitem" style="grid-row: ${data.labels[index] + 1}">
    <div class="tile"><img src="${image}" alt=""></div>
    <div class="confidence"></div><b class="predicted"></b></div>`).join("")
  const items = [...list.children]
  return (frame) => {
    root.querySelector(".predictions h4").textContent =
      `${data.correct[frame]} of these ${items.length} correct`
    items.forEach((item, index) => {
      const label = data.labels[index], percent = data.confidence[frame][index]
      const now = data.predicted[frame][index], before = data.predicted[Math.max(frame - 1, 0)][index]
      const text = item.querySelector(".predicted")
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
  const weights = Int8Array.from(atob(data.weights), (letter) => letter.charCodeAt(0))
  const box = root.querySelector(".filters")
  box.style.setProperty("--columns", count > 16 ? 8 : 4)
  box.style.setProperty("--side", side)
  box.innerHTML = `<div class="filter">${"<i></i>".repeat(side * side)}</div>`.repeat(count)
  const cells = box.querySelectorAll("i")
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
