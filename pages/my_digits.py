"""My digits: what was kept on Draw, how each network reads it, and a network taught it."""

import streamlit as st

from cnn.fine_tuning import saved_digits
from cnn.inference.classifier import Classifier, load_classifier
from cnn.runs import store
from ui.my_digits import saved_digits_gallery
from ui.my_digits.accuracy_table import accuracy_of, show_table
from ui.my_digits.file_transfer import offer_file
from ui.my_digits.fine_tuning_form import offer_training
from ui.shared import navigation, run_picker, run_predictions
from ui.shared.fine_tuned_result import show_before_and_after

navigation.begin_page("My digits")
run = run_picker.pick_run()
try:
    kept = saved_digits.read(store.runs_folder())
except ValueError as error:
    st.error(str(error), icon=":material/broken_image:")
    st.stop()
if kept.damaged:
    st.warning(
        f"{len(kept.damaged):,} damaged lines of {saved_digits.FILE_NAME} can't be shown. "
        "They stay in the file.",
        icon=":material/broken_image:",
    )
if not kept.digits:
    st.markdown("### Nothing kept")
    st.markdown("Draw a digit, and keep it as what it is.")
    if st.button("Draw a digit", icon=":material/draw:", type="primary"):
        st.switch_page(navigation.DRAW)
    saved_digits_gallery.show_undo()
    offer_file(())
    st.stop()

reader: Classifier | None = None
right: float | None = None
try:
    reader, right = load_classifier(run), accuracy_of(run, kept.digits)
except ValueError as error:
    run_predictions.explain_absence(run, str(error))

offer_training(run, kept.digits, right)
show_before_and_after(run)
gallery, table = st.columns([3, 2], gap="large")
with gallery:
    saved_digits_gallery.show_gallery(kept.digits, reader)
    offer_file(kept.digits)
with table:
    st.markdown("##### Each network on my digits")
    show_table(kept.digits, run)
