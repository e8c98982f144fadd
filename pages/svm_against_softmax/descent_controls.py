"""Follow the gradient: the switch between one step and the whole run, and its controls."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal, TypeAlias, get_args

import streamlit as st

from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.svm_against_softmax.descent import MAXIMUM_STEPS
from pages.svm_against_softmax.descent_numbers import DescentSweeps
from pages.svm_against_softmax.descent_stage import Loss, after_one_step
from pages.ui.kit.controls import number_control
from pages.ui.state.address import read_state, write_state
from pages.ui.text import Text

__all__ = ["chosen_view", "follow_controls"]

DescentView: TypeAlias = Literal["one_step", "run"]

_VIEW_KEY: Final = "follow"


def chosen_view(state: SvmAgainstSoftmaxState) -> DescentView | None:
    """What of Follow the gradient is open: known before its switch is drawn.

    An address that names a step opens the run.
    """
    if _VIEW_KEY not in st.session_state:
        st.session_state[_VIEW_KEY] = "run" if state.step else None
    return next(
        (view for view in get_args(DescentView) if view == st.session_state[_VIEW_KEY]), None
    )


def follow_controls(state: SvmAgainstSoftmaxState, descent: DescentSweeps | None, t: Text) -> None:
    """Choose between one step and the whole run; set the step size; take the step.

    ``descent`` is the whole run, if it is open.
    """
    view, rate, first, second = st.columns([3, 2, 3, 3], vertical_alignment="bottom")
    view.segmented_control(
        t("svm_against_softmax.descent.title"),
        get_args(DescentView),
        format_func=lambda name: t(f"svm_against_softmax.descent.{name}"),
        key=_VIEW_KEY,
        help=t("svm_against_softmax.descent.help"),
    )
    if chosen_view(state) is None:
        return
    with rate:
        number_control(state, "rate", t("svm_against_softmax.descent.rate"), step=0.1)
    if descent is not None:
        with first:
            _steps_control(descent.steps, t)
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
