"""The digits that the app uses, and the progress of their download."""

import streamlit as st

from cnn.data import download, mnist

POLL_INTERVAL = 1.0  # seconds
MEGABYTE = 1_000_000


def show_data_source() -> None:
    """Say where the digits come from, and download MNIST in the background if it is not here."""
    source, problems = mnist.find_source()
    for problem in problems:
        st.warning(problem, icon=":material/database_off:")
    st.caption(f":material/database: {source.description}")
    if source.name == "sample":
        download.start_download()
        running = download.progress().state == "running"
        st.fragment(_show_download, run_every=POLL_INTERVAL if running else None)()


def _show_download() -> None:
    progress = download.progress()
    if progress.state == "running":
        text = progress.message
        received, total = progress.received, progress.total  # the download goes on meanwhile
        if received:
            text += f" {received / MEGABYTE:.1f} MB"
        if total:
            text += f" of {total / MEGABYTE:.1f} MB"
        st.progress(received / max(total, received, 1), text=text)
    elif mnist.find_source()[0].name == "mnist":
        st.rerun()
    elif progress.state == "failed":
        st.caption(progress.message)
        if st.button("Download MNIST", icon=":material/download:"):
            download.start_download(retry=True)
            st.rerun()
