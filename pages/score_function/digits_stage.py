"""The stage of the digits: a slider through those that the linear classifier has never seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from pages.score_function import LAST_DIGIT, ScoreFunctionState
from pages.score_function import digits_panels as figures
from pages.score_function.digit_classifier import DigitClassifier, digit_classifier
from pages.ui.export import Table
from pages.ui.kit.handles import stage_words
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.vocabulary import Handle, Numbers, Panel, Place, Readout, Release, spoken
from pages.ui.state.address import read_state, write_state
from pages.ui.text import Text

__all__ = ["READINGS", "digit_of", "digit_stage", "digit_table", "moved_digit"]

DIGIT = "digit"
READINGS = ("right_held_out", "right_learned", "wrong_held_out", "wrong_learned")
"""The sentences in the order in which `figures.score_digits.digit_places` counts them."""


def digit_of(state: ScoreFunctionState) -> int:
    """Which digit is shown: the first held-out one if none was chosen."""
    return int(digit_classifier().held_out[0]) if state.digit is None else state.digit


def digit_stage(state: ScoreFunctionState, t: Text) -> None:
    """Show one digit, the rows of W, its scores and probabilities; the slider chooses another."""
    found = digit_classifier()
    digit = digit_of(state)
    now = _now(found, digit)
    words = _readouts(found, t)
    stage(
        "score_digits",
        panels=[_panel(id, digit, found, now, words, t) for id in figures.PANELS],
        handles=[
            Handle(
                id=DIGIT,
                label=t("score_function.handle.digit"),
                value=digit,
                minimum=float(found.held_out[0]),
                maximum=float(found.held_out[-1]),
                decimals=0,
                mark="slider",
                axis="x",
                grid=tuple(found.held_out.astype(float).tolist()),
                limits=(0, LAST_DIGIT),
                sweep=_sweep(found),
            )
        ],
        readouts=words,
        marks=figures.marks(tuple(t("score_function.mark.adds", name=n) for n in found.data.names)),
        pictures=figures.pictures(),
        now=now,
        on_release=lambda release: write_state(
            moved_digit(read_state(ScoreFunctionState)[0], release)
        ),
        labels=stage_words(t),
    )


@lru_cache(1)
def _sweep(found: DigitClassifier) -> Mapping[Place, Numbers]:
    return figures.digit_places(found, found.held_out)


def _now(found: DigitClassifier, digit: int) -> dict[Place, Numbers]:
    shown = figures.digit_places(found, np.array([digit]))
    return {place: values[0] for place, values in shown.items()} | {
        "wall": figures.wall_of_templates(found)
    }


def moved_digit(state: ScoreFunctionState, release: Release) -> ScoreFunctionState:
    """The state after the slider was let go; the same state if the message makes no sense."""
    try:
        digit = float(str(release.values[DIGIT]))
    except (KeyError, ValueError):
        return state
    return replace(state, digit=int(digit)) if 0 <= digit <= LAST_DIGIT else state


def digit_table(state: ScoreFunctionState, t: Text, *, settings: Mapping[str, object]) -> Table:
    """The scores and probabilities of the digit, a row a class, with more settings."""
    found, digit = digit_classifier(), digit_of(state)
    columns = {
        "class": found.data.names,
        "bias": found.bias.tolist(),
        "score": found.scores[digit].tolist(),
        "probability": found.probabilities[digit].tolist(),
    }
    headings = {
        "class": t("data.class"),
        "bias": t("score_function.data.bias"),
        "score": t("data.score"),
        "probability": t("data.probability"),
    }
    of_digit = {
        "digit": digit,
        "label": int(found.data.labels[digit]),
        "prediction": int(found.predictions[digit]),
        "pixels": found.data.points[digit].tolist(),
        "matrix": found.matrix.tolist(),
    }
    return Table(columns, headings, {**settings, **of_digit})


def _readouts(found: DigitClassifier, t: Text) -> list[Readout]:
    names = found.data.names
    sentences = tuple(t(f"score_function.reading.{case}") for case in READINGS)
    return [
        Readout("index", label=t("score_function.readout.index"), decimals=0),
        Readout("top_score", label=t("score_function.readout.top_score")),
        Readout("rival_score", label=t("score_function.readout.rival_score")),
        Readout("top_probability", label=t("score_function.readout.top_probability")),
        *(Readout(id, choices=names) for id in ("top_name", "rival_name", "true_name")),
        Readout("reading", label="", choices=sentences),
    ]


def _panel(
    id: str,
    digit: int,
    found: DigitClassifier,
    now: Mapping[Place, Numbers],
    readouts: Sequence[Readout],
    t: Text,
) -> Panel:
    table = found.probabilities if id == "digit_probabilities" else found.scores
    listing = ", ".join(
        f"{name} {format_fixed(float(number), 2)}"
        for name, number in zip(found.data.names, table[digit], strict=True)
    )
    figure: go.Figure
    if id == "digit":
        figure = figures.digit_figure()
    elif id == "rows":
        figure = figures.rows_figure()
    else:
        figure = figures.bars_figure(id, found)
    return Panel(
        id=id,
        figure=figure,
        title=t(f"score_function.panel.{id}"),
        alt=spoken(readouts, now, t(f"score_function.alt.{id}", values=listing)),
        legend=figures.legend(id, lambda name: t(f"score_function.legend.{name}")),
        ratio=figures.RATIOS.get(id),
    )
