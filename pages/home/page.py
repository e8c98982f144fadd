"""Home: a small working stage at once, and the path of lessons."""

import streamlit as st

from pages.ui.frame import lesson_map
from pages.ui.kit.comparison_stage import comparison_stage, moved, sweeps_of
from pages.ui.kit.stages import show_stage
from pages.ui.lessons import lessons
from pages.ui.state.address import language_parameter, read_state, text
from pages.ui.state.losses import LossesState
from pages.ui.text.glossary import explained

t = text()
state, _ = read_state(LossesState)

st.title("Logit Lab", anchor=False)
st.markdown(explained(t("home.question"), t), unsafe_allow_html=True)
stage = comparison_stage(
    state,
    sweeps_of(state),
    t,
    panels=("scores", "probabilities"),
    readouts=("hinge", "cross_entropy", "true_probability", "violation_count"),
)
with st.container(key="stages"):
    show_stage("home", stage, state, moved, t)
parts = [lesson.part for lesson in lessons().values()]
st.markdown(t("home.lessons", lessons=parts.count("path"), tools=parts.count("tools")))
first = next(lesson for lesson in lessons().values() if lesson.number == 1)
if st.button(t("home.begin", title=t(f"{first.name}.title")), type="primary"):
    st.switch_page(first.page, query_params={"scene": "1", **language_parameter()})
lesson_map(t)
examples = lessons()["published_examples"]
st.page_link(
    examples.page, label=f"**{t('published_examples.title')}**", query_params=language_parameter()
)
st.markdown(t("published_examples.summary"))
