"""How it works: the tutorial's ten steps, each with its code and what the chosen network does."""

import streamlit as st

from cnn.lesson.tutorial import tutorial_code
from ui import navigation, run_picker
from ui.how_it_works import results, stepper
from ui.how_it_works.steps import STEPS
from ui.how_it_works.words import explained
from ui.predictions.run_predictions import explain_absence

navigation.begin_page("How it works")
run = run_picker.pick_run()
number = stepper.choose_step()
step = STEPS[number - 1]
result = results.RESULTS[step.name]

st.markdown(f"### {number} · {step.title}")
text, live = st.columns([2, 3], gap="large")
with text:
    st.markdown(step.text)
    st.code(tutorial_code()[step.name], language="python")
    if step.words:
        st.markdown(f"##### New words\n{explained(step.words)}")
try:
    with live:
        result.show(run)
    if result.show_below:
        result.show_below(run)
except ValueError as error:
    with st.container():
        explain_absence(run, str(error))

results.offer_pages(result, run)
st.divider()
stepper.show_ways_on(number)
