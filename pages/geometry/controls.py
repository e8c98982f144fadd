"""Widgets of the lesson on geometry: the view, the hinge loss, the step size."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.geometry import FIRST_UNCERTAIN, LOOKS, VARIANTS, GeometryState
from pages.ui.kit.controls import (
    example_controls,
    look_control,
    margin_control,
    number_control,
    preset_controls,
    typed,
)
from pages.ui.state.address import bind
from pages.ui.state.parameters import parameter_of
from pages.ui.state.written import write_scores
from pages.ui.text import Text, escape

__all__ = ["settings_controls", "three_note", "view_controls"]

PRESETS = ("digits", "cat_image", "car_image", "frog_image", "exact_margin", "overwhelming_win")


def view_controls(state: GeometryState, t: Text) -> None:
    """Choose among the views."""
    look_control(state, "geometry", LOOKS, t)


def settings_controls(state: GeometryState, t: Text) -> None:
    """Set what belongs to the view, beside what is dragged."""
    if state.view == "calibration":
        number_control(state, "softening", t("geometry.control.softening"), t, usual=1.0)
        return
    if state.view == "uncertain":
        _label_control(state, t)
        example_controls(state, t)
        return
    preset_controls(state, t, PRESETS)
    first, margin, rate = st.columns(3, vertical_alignment="bottom")
    with first:
        if state.view == "knob":
            number_control(state, "temperature", t("geometry.handle.temperature"), t, usual=1.0)
        else:
            variant_control(state, t)
    with margin:
        margin_control(state, t)
    with rate:
        number_control(state, "rate", t("geometry.control.rate"), t)
    example_controls(state, t)


def _label_control(state: GeometryState, t: Text) -> None:
    """Type the distribution of the label."""
    typed(
        state,
        "uncertain",
        t("geometry.control.q"),
        write_scores(state.uncertain or FIRST_UNCERTAIN),
        lambda text: parameter_of(state, "uncertain").read(text, state),
        lambda present, q: replace(present, uncertain=q),
        t,
    )


def variant_control(state: GeometryState, t: Text) -> None:
    """Choose the hinge loss: one that is a function of the differences."""
    st.selectbox(
        t("control.variant"),
        VARIANTS,
        format_func=lambda name: t(f"variant.{name}"),
        help=t("geometry.control.variant_help"),
        **bind(state, "variant"),
    )


def three_note(state: GeometryState, t: Text) -> None:
    """Say which three of more classes are shown, or that a third has been added."""
    count, three = len(state.example.scores), state.three
    if count == 3 or state.view == "calibration":
        return
    names = [escape(three.names[index]) for index in range(3)]
    key = "added" if count == 2 else "strongest"
    st.markdown(
        t(f"geometry.three.{key}", classes=count, names=t("list.comma").join(names), third=names[2])
    )
