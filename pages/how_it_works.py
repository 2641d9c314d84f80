"""How it works: the tutorial's ten steps, each with its code and what the chosen network does."""

import streamlit as st

from cnn.lesson.tutorial import tutorial_code
from ui.how_it_works.digits import explain_sample
from ui.how_it_works.lesson import show_terms
from ui.how_it_works.steps import PAGE_LABELS, STEPS, choose_step, show_buttons
from ui.shared import navigation, run_picker
from ui.shared.run_state import explain_absence

navigation.begin_page("How it works")
run = run_picker.pick_run()
number = choose_step()
step = STEPS[number - 1]

st.markdown(f"### {number} · {step.text.title}")
text, code = st.columns(2, gap="large")
text.markdown(step.text.body)
code.code(tutorial_code()[step.name], language="python", wrap_lines=False)
has_code_terms = bool(step.text.code_terms)
show_terms(text if has_code_terms else st.container(), step.text.terms, "text")
show_terms(code, step.text.code_terms, "code")
st.markdown(f"#### {step.heading}")
try:
    step.show(run)
    if step.name not in ("Layers", "Fit", "Test"):  # these say it themselves or show no digits
        explain_sample(run)
except ValueError as error:
    explain_absence(run, str(error))

with st.container(horizontal=True):
    for page in step.pages:
        navigation.offer_page(page, PAGE_LABELS[page], {"run": run.id})
st.divider()
show_buttons(number)
