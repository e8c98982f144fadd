"""The table of published examples: what a source prints, and what the lab computes."""

from __future__ import annotations

from itertools import groupby
from typing import Final
from urllib.parse import urlencode

import streamlit as st

from core.examples import EXAMPLES, PRESETS, Example
from pages.ui.frame import LESSONS
from pages.ui.kit.controls import preset_state
from pages.ui.learning.presets import preset_run
from pages.ui.stage.number_format import format_given
from pages.ui.state.state import State, encode
from pages.ui.text import Text, escape

__all__ = ["OPENED", "published_table"]


def _preset(id: str) -> State:
    return preset_state(next(preset for preset in PRESETS if preset.id == id))


OPENED: Final = {
    "softmax_one_two_three": ("softmax", _preset("one_two_three")),
    "softmax_digits": ("softmax", _preset("digits")),
    "softmax_book": ("softmax", _preset("three_logits")),
    "softmax_overflow_book": ("numerical_stability", _preset("thousands")),
    "softmax_overflow_notes": ("numerical_stability", _preset("hundreds")),
    "softmax_weak_regularization": ("softmax", _preset("weak_regularization")),
    "softmax_strong_regularization": ("softmax", _preset("strong_regularization")),
    "softmax_illustration": ("softmax", _preset("illustration")),
    "softmax_derivative": ("softmax", _preset("one_two_three")),
    "cross_entropy_right": ("cross_entropy", _preset("right_prediction")),
    "cross_entropy_far_off": ("cross_entropy", _preset("far_prediction")),
    "cross_entropy_less_far_off": ("cross_entropy", _preset("near_prediction")),
    "cross_entropy_offset_right": ("numerical_stability", _preset("right_prediction")),
    "cross_entropy_offset_wrong": ("numerical_stability", _preset("far_prediction")),
    "cross_entropy_capped": ("numerical_stability", _preset("overwhelming_win")),
    "slide_probabilities": ("cross_entropy", _preset("cat_image")),
    "slide_exponentials": ("softmax_loss_graph", _preset("cat_image")),
    "slide_cross_entropy": ("cross_entropy", _preset("cat_image")),
    "slide_cross_entropy_log10": ("cross_entropy", _preset("cat_image")),
    "slide_cross_entropies": ("batch_lab", _preset("cat_image")),
    "chance_cross_entropy": ("cross_entropy", _preset("chance_level")),
    "large_lesson": ("cross_entropy", _preset("large_lesson")),
    "small_lesson": ("cross_entropy", _preset("small_lesson")),
    "identity_lesson": ("cross_entropy", _preset("large_lesson")),
    "batch_gradient": ("batch_lab", _preset("large_lesson")),
    "slide_hinges": ("batch_lab", _preset("cat_image")),
    "margin_ten": ("hinge", _preset("margin_ten")),
    "chance_hinge": ("hinge", _preset("chance_level")),
    "crammer_singer_frog": ("hinge", _preset("frog_crammer_singer")),
    "both_clear_win": ("svm_against_softmax", _preset("clear_win")),
    "both_exact_margin": ("svm_against_softmax", _preset("exact_margin")),
    "both_overwhelming_win": ("svm_against_softmax", _preset("overwhelming_win")),
    "both_clear_win_twenty": ("svm_against_softmax", _preset("clear_win_twenty")),
    "both_past_margin_twenty": ("svm_against_softmax", _preset("past_margin_twenty")),
    "both_figure": ("svm_against_softmax", _preset("figure_scores")),
    "figure_probability": ("softmax", _preset("figure_scores")),
    "four_pixel_cat": ("score_function", State()),
    "penalties": ("regularization", State(weights=(1.0, 0.0, 0.0, 0.0))),
    "linear_classify_demo": ("linear_classifier", preset_run("demo")),
    "spiral_classifier": ("linear_classifier", preset_run("spiral_classifier")),
    "spiral_network": ("two_layer_network", preset_run("spiral_network")),
    "circuit": ("softmax_loss_graph", State(graph="sum_times")),
    "sigmoid_neuron": ("softmax_loss_graph", State(graph="sigmoid_neuron")),
}
"""The lesson that shows an example, and the state to open it with."""


def _outcome(example: Example, t: Text) -> str:
    if example.is_reproduced:
        if example.allowance:
            return t("table.in_range", allowance=format_given(example.allowance))
        return t("table.reproduced")
    return t(f"remark.{example.remark}" if example.printed else "table.exact")


def _source(example: Example) -> str:
    """Name the source, with a link to the lesson that shows the example."""
    if example.id not in OPENED:
        return escape(example.source)
    lesson, state = OPENED[example.id]
    return f"[{escape(example.source)}](/{LESSONS[lesson]}?{urlencode(encode(state))})"


def published_table(t: Text) -> None:
    """Show every published example, topic by topic, with its outcome."""
    head = " | ".join(
        t(f"table.{column}") for column in ("source", "input", "printed", "ours", "status")
    )
    lines = [f"| {head} |", "|---|---|---|---|---|"]
    for topic, examples in groupby(EXAMPLES, key=lambda example: example.topic):
        lines.append(f"| **{t(f'topic.{topic}')}** | | | | |")
        for example in examples:
            printed = ", ".join(example.printed).replace("-", "−")
            ours = ", ".join(map(format_given, example.values))
            texts = (example.input.replace(" -", " −"), printed, ours)
            row = " | ".join([_source(example), *map(escape, texts)])
            lines.append(f"| {row} | {_outcome(example, t)} |")
    st.markdown("\n".join(lines))
