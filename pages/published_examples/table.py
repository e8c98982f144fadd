"""The table of published examples: what a source prints, and what the lab computes."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from core.examples import EXAMPLES
from core.learning.published_runs import CLASSIFIER_STEPS, NETWORK_STEPS
from core.presets import PRESETS
from core.published_example import PublishedExample
from pages.ui.guide.published import (
    computed_by,
    input_of,
    outcome_of,
    printed_in,
    source_of,
)
from pages.ui.kit.controls import preset_state
from pages.ui.lessons import lessons
from pages.ui.state.address import link_parameters
from pages.ui.state.state import State, decode, encode
from pages.ui.text import Text

__all__ = ["OPENED", "published_table"]


def _preset(lesson: str, id: str) -> tuple[str, State]:
    preset = next(preset for preset in PRESETS if preset.id == id)
    return lesson, preset_state(lessons()[lesson].state, preset)


def _opened(lesson: str, **parameters: str) -> tuple[str, State]:
    return lesson, decode(lessons()[lesson].state, parameters)[0]


OPENED: Final = {
    "softmax_one_two_three": _preset("softmax", "one_two_three"),
    "softmax_digits": _preset("softmax", "digits"),
    "softmax_book": _preset("softmax", "three_logits"),
    "softmax_overflow_book": _preset("numerical_stability", "thousands"),
    "softmax_overflow_notes": _preset("numerical_stability", "hundreds"),
    "softmax_weak_regularization": _preset("softmax", "weak_regularization"),
    "softmax_strong_regularization": _preset("softmax", "strong_regularization"),
    "softmax_illustration": _preset("softmax", "illustration"),
    "softmax_derivative": _preset("softmax", "one_two_three"),
    "cross_entropy_right": _preset("cross_entropy", "right_prediction"),
    "cross_entropy_far_off": _preset("cross_entropy", "far_prediction"),
    "cross_entropy_less_far_off": _preset("cross_entropy", "near_prediction"),
    "cross_entropy_offset_right": _preset("numerical_stability", "right_prediction"),
    "cross_entropy_offset_wrong": _preset("numerical_stability", "far_prediction"),
    "cross_entropy_capped": _preset("numerical_stability", "overwhelming_win"),
    "slide_probabilities": _preset("cross_entropy", "cat_image"),
    "slide_exponentials": _preset("softmax_loss_graph", "cat_image"),
    "slide_cross_entropy": _preset("cross_entropy", "cat_image"),
    "slide_cross_entropy_log10": _preset("cross_entropy", "cat_image"),
    "slide_cross_entropies": _preset("batch_lab", "cat_image"),
    "chance_cross_entropy": _preset("cross_entropy", "chance_level"),
    "large_lesson": _preset("cross_entropy", "large_lesson"),
    "small_lesson": _preset("cross_entropy", "small_lesson"),
    "identity_lesson": _preset("cross_entropy", "large_lesson"),
    "batch_gradient": _opened("batch_lab", table="book"),
    "slide_hinges": _preset("batch_lab", "cat_image"),
    "margin_ten": _preset("hinge", "margin_ten"),
    "chance_hinge": _preset("hinge", "chance_level"),
    "crammer_singer_frog": _preset("hinge", "frog_crammer_singer"),
    "both_clear_win": _preset("svm_against_softmax", "clear_win"),
    "both_exact_margin": _preset("svm_against_softmax", "exact_margin"),
    "both_overwhelming_win": _preset("svm_against_softmax", "overwhelming_win"),
    "both_clear_win_twenty": _preset("svm_against_softmax", "clear_win_twenty"),
    "both_past_margin_twenty": _preset("svm_against_softmax", "past_margin_twenty"),
    "both_figure": _preset("svm_against_softmax", "figure_scores"),
    "figure_probability": _preset("softmax", "figure_scores"),
    "four_pixel_cat": _opened("score_function"),
    "penalties": _opened("regularization", w="1,0,0,0"),
    "linear_classify_demo": _opened("linear_classifier", data="nine", start="demo", trained="0"),
    "spiral_classifier": _opened(
        "linear_classifier", data="published_spiral", half="1", trained=str(CLASSIFIER_STEPS)
    ),
    "spiral_network": _opened(
        "two_layer_network", data="published_spiral", half="1", trained=str(NETWORK_STEPS)
    ),
    "circuit": _opened("softmax_loss_graph", graph="sum_times"),
    "sigmoid_neuron": _opened("softmax_loss_graph", graph="sigmoid_neuron"),
}
"""The lesson that shows an example, and the state to open it with."""


def _source(example: PublishedExample, t: Text) -> str:
    """Name the source, with a link to the lesson that shows the example."""
    if example.id not in OPENED:
        return source_of(example, t)
    lesson, state = OPENED[example.id]
    shown = replace(state, published=example.id)
    parameters = encode(shown) | link_parameters(state.example)
    return f"[{source_of(example, t)}](/{lessons()[lesson].path}?{urlencode(parameters)})"


def published_table(t: Text) -> str:
    """Write every published example, topic by topic, with its outcome, as Markdown."""
    head = " | ".join(
        t(f"table.{column}") for column in ("source", "input", "printed", "ours", "status")
    )
    lines = [f"| {head} |", "|---|---|---|---|---|"]
    for topic, examples in groupby(EXAMPLES, key=lambda example: example.topic):
        lines.append(f"| **{t(f'topic.{topic}')}** | | | | |")
        for example in examples:
            figures = (input_of(example, t), printed_in(example), computed_by(example))
            row = " | ".join([_source(example, t), *figures, outcome_of(example, t)])
            lines.append(f"| {row} |")
    return "\n".join(lines)
