"""How it works: the tutorial's ten steps, each with its code and what the chosen network does."""

import streamlit as st

from cnn.lesson.tutorial import tutorial_code
from ui.how_it_works import results, stepper
from ui.how_it_works.steps import STEPS
from ui.how_it_works.words import words_html
from ui.shared import navigation, run_picker
from ui.shared.run_predictions import explain_absence

navigation.begin_page("How it works")
run = run_picker.pick_run()
number = stepper.choose_step()
step = STEPS[number - 1]
result = results.RESULTS[step.name]

st.markdown(f"### {number} · {step.title}")
text, code = st.columns(2, gap="large")
text.markdown(step.text)
code.code(tutorial_code()[step.name], language="python", wrap_lines=False)
if step.code_words:
    text.html(words_html(step.words))
    code.html(words_html(step.code_words))
elif step.words:
    st.html(words_html(step.words))
st.markdown(f"#### {result.heading}")
try:
    result.show(run)
except ValueError as error:
    explain_absence(run, str(error))

results.offer_pages(result, run)
st.divider()
stepper.show_ways_on(number)
