"""How it works: the tutorial's ten steps, each with its code and what the chosen network does."""

import streamlit as st

from cnn.lesson.tutorial import tutorial_code
from ui.how_it_works import stepper
from ui.how_it_works.digits import explain_sample
from ui.how_it_works.glossary import CODE_GLOSSARY, GLOSSARY, glossary_html
from ui.how_it_works.steps import STEPS
from ui.shared import navigation, run_picker
from ui.shared.run_predictions import explain_absence

navigation.begin_page("How it works")
run = run_picker.pick_run()
number = stepper.choose_step()
step = STEPS[number - 1]

st.markdown(f"### {number} · {step.title}")
text, code = st.columns(2, gap="large")
text.markdown(step.text)
code.code(tutorial_code()[step.name], language="python", wrap_lines=False)
if step.name in CODE_GLOSSARY:
    text.html(glossary_html(GLOSSARY[step.name]))
    code.html(glossary_html(CODE_GLOSSARY[step.name]))
elif step.name in GLOSSARY:
    st.html(glossary_html(GLOSSARY[step.name]))
st.markdown(f"#### {step.heading}")
try:
    step.show(run)
    if step.name not in ("Layers", "Fit", "Test"):  # these say it themselves or show no digits
        explain_sample(run)
except ValueError as error:
    explain_absence(run, str(error))

if step.pages:
    with st.container(horizontal=True):
        for page in step.pages:
            if st.button(page.label, icon=page.icon):
                st.switch_page(page.path, query_params={"run": run.id})
st.divider()
stepper.show_buttons(number)
