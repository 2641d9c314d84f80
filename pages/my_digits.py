"""My digits: drawings saved on Draw, the accuracy of each network on them, fine-tuning."""

import streamlit as st

from cnn.fine_tuning import saved_digits
from cnn.inference.classifier import Classifier, load_classifier
from cnn.runs import store
from ui.my_digits import saved_digits_gallery
from ui.my_digits.accuracy_table import accuracy_of, show_table
from ui.my_digits.file_transfer import offer_file
from ui.my_digits.fine_tuning_form import offer_training
from ui.shared import navigation, run_picker, run_state
from ui.shared.fine_tuned_result import show_before_and_after

navigation.begin_page("My digits")
run = run_picker.pick_run()
try:
    saved = saved_digits.read(store.runs_folder())
except ValueError as error:
    st.error(str(error), icon=":material/broken_image:")
    st.stop()
if saved.damaged:
    st.warning(
        f"{len(saved.damaged):,} damaged lines of {saved_digits.FILE_NAME} can't be shown. "
        "They stay in the file.",
        icon=":material/broken_image:",
    )
if not saved.digits:
    st.markdown("### No saved digits")
    st.markdown("Draw a digit, and save it with its label.")
    navigation.offer_page(navigation.DRAW, "Draw a digit", {}, type="primary")
    saved_digits_gallery.show_last_change()
    offer_file(())
    st.stop()

classifier: Classifier | None = None
right: float | None = None
try:
    classifier, right = load_classifier(run), accuracy_of(run, saved.digits)
except ValueError as error:
    run_state.explain_absence(run, str(error))

offer_training(run, saved.digits, right)
show_before_and_after(run)
gallery, table = st.columns([3, 2], gap="large")
with gallery:
    saved_digits_gallery.show_gallery(saved.digits, classifier)
    offer_file(saved.digits)
with table:
    st.markdown("##### Each network on My digits")
    show_table(saved.digits, run)
