"""The stage of the digits: a slider through those that the linear classifier has never seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pages.score_function import LAST_DIGIT, ScoreFunctionState
from pages.score_function.digit_classifier import (
    DIGIT,
    DigitVerdict,
    ReadDigits,
    digit_classifier,
    sweep_digits,
)
from pages.score_function.digits_panels import PANELS
from pages.score_function.panels import roomy
from pages.ui.export import Table
from pages.ui.stage.handles import Slider
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.stage.sweeps import Sweeps
from pages.ui.text import Text

__all__ = ["digit_of", "digit_stage", "digit_sweeps", "digit_table", "moved_digit"]


def digit_of(state: ScoreFunctionState) -> int:
    """Which digit is shown: the first held-out one if none was chosen."""
    return int(digit_classifier().held_out[0]) if state.digit is None else state.digit


def digit_sweeps(state: ScoreFunctionState) -> Sweeps[str, ReadDigits]:
    """Everything the stage shows, for every held-out digit."""
    return sweep_digits(digit_of(state))


def digit_stage(state: ScoreFunctionState, sweeps: Sweeps[str, ReadDigits], t: Text) -> Stage:
    """Lay out the stage."""
    found = digit_classifier()
    return Stage(
        panels=[roomy(panel(found, sweeps.now, t), state) for panel in PANELS],
        handles=[
            Slider(
                id=DIGIT,
                label=t("score_function.handle.digit"),
                value=digit_of(state),
                minimum=float(found.held_out[0]),
                maximum=float(found.held_out[-1]),
                decimals=0,
                grid=tuple(found.held_out.astype(float).tolist()),
                limits=(0, LAST_DIGIT),
                sweep=sweeps.by[DIGIT],
            )
        ],
        readouts=_readouts(found.data.names, t),
        now=sweeps.now,
        pinned=True,
    )


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


def _readouts(names: tuple[str, ...], t: Text) -> list[Readout]:
    return [
        Readout("index", lambda r: r.indices, t("score_function.readout.index"), decimals=0),
        Readout("top_score", lambda r: r.top_score, t("score_function.readout.top_score")),
        Readout("rival_score", lambda r: r.rival_score, t("score_function.readout.rival_score")),
        Readout(
            "top_probability",
            lambda r: r.top_probability,
            t("score_function.readout.top_probability"),
        ),
        Readout("top_name", lambda r: r.predictions, choices=names),
        Readout("rival_name", lambda r: r.rivals, choices=names),
        Readout("true_name", lambda r: r.labels, choices=names),
        Readout(
            "reading",
            lambda r: r.outcomes,
            label="",
            choices=tuple(
                t(f"score_function.reading.{case.name.lower()}") for case in DigitVerdict
            ),
        ),
    ]
