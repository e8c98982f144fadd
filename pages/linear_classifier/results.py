"""What the page of the linear classifier tells below its stage: points, derivation, code, files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.code import code as code_of_runs
from pages.linear_classifier.pair import LOSSES, Pair, Seen, shown_step
from pages.linear_classifier.run import LinearRun
from pages.linear_classifier.why import derivation, step_of
from pages.ui.export import Table
from pages.ui.learning.points.table import Shown
from pages.ui.notebook import Code
from pages.ui.state.address import write_state
from pages.ui.text import Text

__all__ = ["code", "history_table", "start_control", "views", "why"]

NAMES: Final = ("softmax", "svm")


def views(state: LinearClassifierState, seen: Seen) -> list[Shown]:
    """What both classifiers make of the points at the step shown."""
    row = seen.row(state)
    return [
        Shown(
            numbers.scores[row],
            {"cross_entropy": numbers.cross_entropy[row], "hinge": numbers.hinge[row]},
            trained_for=loss,
        )
        for loss, numbers in zip(LOSSES, seen.runs, strict=True)
    ]


def why(state: LinearClassifierState, pair: Pair, t: Text) -> str:
    """Derive the step shown."""
    softmax, svm = (step_of(run, shown_step(run, state.at)) for run in pair.runs)
    return derivation(pair.data, svm, softmax, pair.runs[0].setup.recipe, t)


def code(state: LinearClassifierState, pair: Pair) -> Code:
    """Write the code that trains up to the step shown."""
    softmax, svm = pair.runs
    return code_of_runs(state, svm, softmax)


def history_table(pair: Pair, seen: Seen, t: Text) -> Table:
    """Both runs at the steps of the timeline: losses, accuracy, W, b, and the gradients."""
    columns: dict[str, Sequence[float]] = {"step": seen.steps.tolist()}
    headings = {"step": t("linear_classifier.data.step")}
    for name, numbers in zip(NAMES, seen.runs, strict=True):
        for key in ("data_loss", "penalty", "total", "accuracy"):
            columns[f"{name}_{key}"] = getattr(numbers, key).tolist()
            headings[f"{name}_{key}"] = t(
                f"linear_classifier.data.{name}", name=t(f"linear_classifier.data.{key}")
            )
        for key, values in _entries(numbers, pair.data.names).items():
            columns[f"{name}_{key}"] = values
            headings[f"{name}_{key}"] = t(f"linear_classifier.data.{name}", name=key)
    settings = {
        "points": pair.data.points.tolist(),
        "labels": pair.data.labels.tolist(),
        "names": list(pair.data.names),
    }
    return Table(columns, headings, settings)


def _entries(numbers: LinearRun, names: Sequence[str]) -> dict[str, list[float]]:
    """Every entry of W and b, and of the gradient of the total, over the steps."""
    entries: dict[str, list[float]] = {}
    for prefix, weights, bias in (
        ("", numbers.weights, numbers.bias),
        ("d", numbers.weight_gradient, numbers.bias_gradient),
    ):
        for index, name in enumerate(names):
            for feature in range(weights.shape[1]):
                entries[f"{prefix}W{feature + 1} {name}"] = weights[:, feature, index].tolist()
            entries[f"{prefix}b {name}"] = bias[:, index].tolist()
    return entries


def start_control(state: LinearClassifierState, pair: Pair, t: Text) -> None:
    """Offer the way back to random weights, if both runs start elsewhere, or should do so."""
    if state.start == "own" and pair.start is None:
        st.info(t("linear_classifier.own_start_missing"), icon="🎲")
    elif pair.start is None:
        return
    label = t("linear_classifier.control.drawn_start")
    st.button(
        label,
        key="drawn_start",
        on_click=lambda: write_state(replace(state, start="seed", own_start=None, at=None)),
    )
