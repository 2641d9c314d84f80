"""A phone's menu, closed when a page is chosen: it lies over the page, and Streamlit leaves it."""

import streamlit as st

_SCRIPT = """
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
"""

_listen = st.components.v2.component(
    "phone_menu",
    css=".st-key-phone_menu { position: absolute; }",
    js=_SCRIPT,
    isolate_styles=False,
)


def close_after_choice() -> None:
    """Have the menu close when a page is chosen in it."""
    _listen(key="phone_menu")
