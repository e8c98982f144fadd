"""The script that Streamlit runs: the frame around every lesson, then the lesson."""

from pages.ui.frame import frame

frame().run()
