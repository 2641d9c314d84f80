"""Digit Lab: tune, train, browse, draw. Start with `streamlit run streamlit_app.py`."""

from ui.shared import navigation

navigation.menu().run()
