"""Which digits the app uses, and how far their download is."""

import streamlit as st

from cnn.data import download, mnist

LOOK_SECONDS = 1.0
MEGABYTE = 1_000_000


def show_data_source() -> None:
    """Say where the digits come from, and fetch MNIST in the background if it is not here."""
    source, problems = mnist.find_source()
    for problem in problems:
        st.warning(problem, icon=":material/database_off:")
    st.caption(f":material/database: {source.description}")
    if source.name == "sample":
        download.start_download()
        running = download.progress().state == "running"
        st.fragment(_show_download, run_every=LOOK_SECONDS if running else None)()


def _show_download() -> None:
    progress = download.progress()
    if progress.state == "running":
        share = progress.received / progress.total if progress.total else 0.0
        words = f"Fetching all of MNIST: {progress.received / MEGABYTE:.1f} MB"
        if progress.total:
            words += f" of {progress.total / MEGABYTE:.1f} MB"
        st.progress(min(share, 1.0), text=words)
    elif mnist.find_source()[0].name == "mnist":
        st.rerun()
    elif progress.state == "failed":
        st.caption(progress.message)
        if st.button("Fetch all of MNIST", icon=":material/download:"):
            download.start_download(retry=True)
            st.rerun()
