"""Streamlit's own widgets: what is typed, chosen or pressed becomes the new state.

Every widget shows the state of the address; a change is written there before the script runs again.
What is typed and cannot be used stays in its field, with a sentence that says what would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import attrgetter
from typing import TypeVar

import numpy as np
import streamlit as st

from core.examples import PRESETS, Preset
from core.losses.hinge import HINGE_VARIANTS
from core.losses.hinge_variants import HINGE_POWERS
from pages.gradient_check.checked_functions import CHECKABLE
from pages.ui.state.address import read_state, write_state
from pages.ui.state.state import (
    DEFAULT,
    LARGEST_MARGIN,
    MAXIMUM_CLASSES,
    MINIMUM_CLASSES,
    Example,
    State,
    parse_names,
    parse_scores,
    resized,
    with_attribute,
)
from pages.ui.state.written import Problem, write_names, write_scores
from pages.ui.text import Text, escape

__all__ = [
    "check_controls",
    "classes_control",
    "example_controls",
    "hinge_controls",
    "hinge_variant_controls",
    "margin_control",
    "number_control",
    "preset_controls",
    "preset_state",
    "typed",
    "variant_control",
]

KEPT_BY_PRESETS = ("is_logarithmic", "view", "node", "check", "difference_step", "mistake", "rate")
"""How a lesson looks at an example stays when another example is chosen."""

SET_BY_PRESETS = ("example", "margin", "variant", "temperature", "constant", "scale", "shift")
"""What makes the numbers of a preset: where one of these differs, it can be chosen again."""

Parsed = TypeVar("Parsed")


def _choose_preset() -> None:
    chosen = next((preset for preset in PRESETS if preset.id == st.session_state["preset"]), None)
    if chosen is not None:
        present = read_state()[0]
        kept = {name: getattr(present, name) for name in KEPT_BY_PRESETS}
        write_state(replace(preset_state(chosen), **kept))


def preset_state(preset: Preset) -> State:
    """Give the state that a preset starts from."""
    example = Example(preset.names, preset.scores, preset.label)
    return State(example=example, margin=preset.margin, variant=preset.variant)


def preset_controls(state: State, t: Text, presets: Sequence[str]) -> None:
    """Choose one of the published examples with these ids, or random scores, or start again."""
    offered = {preset.id: preset for preset in PRESETS if preset.id in presets}
    present = attrgetter(*SET_BY_PRESETS)
    st.session_state["preset"] = next(
        (id for id, preset in offered.items() if present(preset_state(preset)) == present(state)),
        None,
    )
    chooser, random, reset = st.columns([4, 1, 1], vertical_alignment="bottom")
    chooser.selectbox(
        t("control.preset"),
        list(offered),
        index=None,
        format_func=lambda id: t(f"preset.{id}"),
        placeholder=t("control.preset_none"),
        key="preset",
        on_change=_choose_preset,
    )
    random.button(t("control.random"), on_click=_randomise, width="stretch")
    reset.button(t("control.reset"), on_click=write_state, args=(DEFAULT,), width="stretch")


def _randomise() -> None:
    state, _ = read_state()
    rng = np.random.default_rng()
    classes = len(state.example.names)
    scores = tuple(np.round(rng.normal(scale=3.0, size=classes), 1).tolist())
    label = int(rng.integers(classes))
    example = replace(state.example, scores=scores, label=label, target=None)
    write_state(replace(state, example=example, along=None))


def hinge_controls(state: State, t: Text) -> None:
    """Set the variant and margin of the hinge loss, the number of classes, and the loss axis."""
    variant, margin, classes, axis = st.columns([4, 2, 2, 2], vertical_alignment="bottom")
    with variant:
        variant_control(state, t)
    with margin:
        margin_control(state, t)
    with classes:
        classes_control(state, t)
    st.session_state["logarithmic"] = state.is_logarithmic
    axis.toggle(
        t("control.logarithmic"),
        key="logarithmic",
        help=t("control.logarithmic_help"),
        on_change=lambda: write_state(
            replace(read_state()[0], is_logarithmic=st.session_state["logarithmic"])
        ),
    )


def hinge_variant_controls(state: State, t: Text) -> None:
    """Set the variant, power and margin of the hinge loss, and the number of classes."""
    variant, power, margin, classes = st.columns([4, 2, 2, 2], vertical_alignment="bottom")
    with variant:
        variant_control(state, t)
    st.session_state["power"] = state.power
    power.selectbox(
        t("control.power"),
        HINGE_POWERS,
        format_func=lambda power: t(f"power.power_{power}"),
        key="power",
        on_change=lambda: write_state(replace(read_state()[0], power=st.session_state["power"])),
    )
    with margin:
        margin_control(state, t)
    with classes:
        classes_control(state, t)


def variant_control(state: State, t: Text) -> None:
    """Set the variant of the hinge loss."""
    st.session_state["variant"] = state.variant
    st.selectbox(
        t("control.variant"),
        HINGE_VARIANTS,
        format_func=lambda name: t(f"variant.{name}"),
        key="variant",
        help=t("control.variant_help"),
        on_change=lambda: write_state(
            replace(read_state()[0], variant=st.session_state["variant"])
        ),
    )


def margin_control(state: State, t: Text) -> None:
    """Set the margin of the hinge loss."""
    number_control(state, "margin", t("control.margin"), least=0.0, most=LARGEST_MARGIN, step=0.5)


def number_control(
    state: State, attribute: str, label: str, *, least: float, most: float, step: float
) -> None:
    """Set a number of the state."""
    st.session_state[attribute] = getattr(state, attribute)

    def changed() -> None:
        write_state(with_attribute(read_state()[0], attribute, st.session_state[attribute]))

    st.number_input(
        label,
        min_value=least,
        max_value=most,
        step=step,
        format="%g",
        key=attribute,
        on_change=changed,
    )


def check_controls(state: State, t: Text) -> None:
    """Choose the function whose gradient is checked, a mistake in it, and its margin."""
    function, mistake, margin, classes = st.columns([4, 3, 2, 2], vertical_alignment="bottom")
    st.session_state["check"] = state.check
    function.selectbox(
        t("gradient_check.control.function"),
        list(CHECKABLE),
        format_func=lambda id: t(f"gradient_check.function.{id}"),
        key="check",
        on_change=lambda: write_state(replace(read_state()[0], check=st.session_state["check"])),
    )
    st.session_state["mistake"] = bool(state.mistake)
    mistake.toggle(
        t("gradient_check.control.mistake"),
        key="mistake",
        help=t(f"gradient_check.mistake.{state.check}"),
        on_change=lambda: write_state(
            replace(read_state()[0], mistake=int(st.session_state["mistake"]))
        ),
    )
    if CHECKABLE[state.check].uses_margin:
        with margin:
            margin_control(state, t)
    with classes:
        classes_control(state, t)


def classes_control(state: State, t: Text) -> None:
    """Set the number of classes."""
    st.session_state["classes"] = len(state.example.names)
    st.number_input(
        t("control.classes"),
        min_value=MINIMUM_CLASSES,
        max_value=MAXIMUM_CLASSES,
        step=1,
        key="classes",
        on_change=_resize,
    )


def _resize() -> None:
    state, _ = read_state()
    example = resized(state.example, st.session_state["classes"])
    write_state(replace(state, example=example, along=None))


def example_controls(state: State, t: Text) -> None:
    """Type all scores, or all names."""
    classes = len(state.example.names)
    scores, names = st.columns(2)
    with scores:
        typed(
            "scores",
            t("control.scores"),
            write_scores(state.example.scores),
            parse_scores,
            _adopt_scores,
            t,
        )
    with names:
        typed(
            "names",
            t("control.names"),
            write_names(state.example.names),
            lambda typed: parse_names(typed.replace("，", ","), classes),
            lambda state, names: replace(state, example=replace(state.example, names=names)),
            t,
        )


def _adopt_scores(state: State, scores: tuple[float, ...]) -> State:
    example = replace(resized(state.example, len(scores)), scores=scores)
    return replace(state, example=example, along=None)


def typed(
    key: str,
    label: str,
    written: str,
    parse: Callable[[str], tuple[Parsed, Sequence[Problem]]],
    adopt: Callable[[State, Parsed], State],
    t: Text,
) -> None:
    """Show a text field: what can be read becomes the state, anything else stays to be mended."""
    rejected = f"{key}_rejected"

    def changed() -> None:
        value, problems = parse(st.session_state[key])
        st.session_state[rejected] = (written, problems[0]) if problems else None
        if not problems:
            write_state(adopt(read_state()[0], value))

    # A rejected text stays only as long as the state is the one that it was typed over.
    refused_over, problem = st.session_state.get(rejected) or (None, None)
    if problem is None or refused_over != written:
        st.session_state[key] = written
        problem = None
    st.text_input(label, key=key, on_change=changed, max_chars=400)
    if problem is not None:
        reason = t(f"reason.{problem.reason}", **problem.limits)
        st.error(t("problem.typed", value=escape(problem.value), reason=reason), icon="✏️")
