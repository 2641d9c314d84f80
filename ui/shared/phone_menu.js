// Closes the menu on a phone when a page is chosen: it lies over the page, and Streamlit leaves it.
const PHONE = 768  // pixels: narrower, the menu lies over the page

const close = (event) => {
  if (innerWidth > PHONE) return
  if (!event.target.closest?.('[data-testid="stSidebarNavLink"]')) return
  const collapse = '[data-testid="stSidebarCollapseButton"] button'
  setTimeout(() => document.querySelector(collapse)?.click())
}

export default function () {
  if (window.digitLabPhoneMenu) return
  window.digitLabPhoneMenu = true
  document.addEventListener("click", close)
}
