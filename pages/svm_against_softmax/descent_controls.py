"""Follow the gradient: the switch between one step and the whole run, and its controls."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, get_args

import streamlit as st

from pages.svm_against_softmax import VIEWS, SvmAgainstSoftmaxState
from pages.svm_against_softmax.descent import MAXIMUM_STEPS
from pages.svm_against_softmax.descent_stage import Loss, after_one_step, descent_of
from pages.ui.kit.controls import number_control
from pages.ui.state.address import change, read_state, write_state
from pages.ui.text import Text

__all__ = ["follow_controls"]

_VIEW_KEY: Final = "follow"


def follow_controls(state: SvmAgainstSoftmaxState, t: Text) -> None:
    """Choose between one step and the whole run; set the step size; take the step."""
    st.session_state[_VIEW_KEY] = state.view

    def switched() -> None:
        change(state, follow=st.session_state[_VIEW_KEY], step=0)

    view, rate, first, second = st.columns([3, 2, 3, 3], vertical_alignment="bottom")
    view.segmented_control(
        t("svm_against_softmax.descent.title"),
        VIEWS,
        format_func=lambda name: t(f"svm_against_softmax.descent.{name}"),
        key=_VIEW_KEY,
        on_change=switched,
        help=t("svm_against_softmax.descent.help"),
    )
    if state.view is None:
        return
    with rate:
        number_control(state, "rate", t("svm_against_softmax.descent.rate"), t)
    if state.view == "run":
        with first:
            _steps_control(descent_of(state).steps, t)
        return
    for column, loss in zip((first, second), get_args(Loss), strict=True):
        column.button(
            t(f"svm_against_softmax.descent.step_{loss}"),
            key=f"step_{loss}",
            on_click=lambda loss: write_state(
                after_one_step(read_state(SvmAgainstSoftmaxState)[0], loss)
            ),
            args=(loss,),
            width="stretch",
        )
    st.markdown(t("svm_against_softmax.descent.ghosts"))


def _steps_control(shown: int, t: Text) -> None:
    st.session_state["steps"] = shown

    def changed() -> None:
        steps, present = st.session_state["steps"], read_state(SvmAgainstSoftmaxState)[0]
        write_state(replace(present, steps=steps, step=min(present.step, steps)))

    st.number_input(
        t("svm_against_softmax.descent.steps"),
        min_value=1,
        max_value=MAXIMUM_STEPS,
        step=10,
        key="steps",
        help=t("svm_against_softmax.descent.steps_help"),
        on_change=changed,
    )
