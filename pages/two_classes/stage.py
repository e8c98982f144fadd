"""The stage of the lesson of two classes: scores, label, m and margin move, every loss follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

import numpy as np

from core.validation import FloatArray
from pages.two_classes import TwoClassesState
from pages.two_classes.numbers import (
    DELTA,
    LOSSES,
    SIGNED,
    HingePlace,
    Others,
    TwoClassNumbers,
    TwoClassSweeps,
    moved_apart,
    sweep_two_classes,
)
from pages.two_classes.panels import PANELS, top_of
from pages.ui.export import Table
from pages.ui.kit.scores import LABEL, label_handle, moved_example, score_handles, score_id
from pages.ui.kit.theme import CLASS_COLORS, HINGE, INK
from pages.ui.stage.handles import Handle, Point
from pages.ui.stage.mount import Stage
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.losses import LARGEST_MARGIN
from pages.ui.state.written import LARGEST_SCORE
from pages.ui.text import Text

__all__ = ["moved", "result_table", "sweeps_of", "two_classes_stage"]

MOST_DECIMALS: Final = 4
ALL_DIGITS: Final = 17
"""Two float64 numbers that agree in so many digits are the same number."""
TONES: Final = ("", "hinge", "hinge", "cross-entropy", "")


def sweeps_of(state: TwoClassesState) -> TwoClassSweeps:
    """Everything the stage shows, for every step of every handle."""
    pair = state.pair
    return sweep_two_classes(
        pair.scores, pair.label, delta=state.margin, is_in_bits=state.is_in_bits
    )


def two_classes_stage(state: TwoClassesState, sweeps: TwoClassSweeps, t: Text) -> Stage:
    """Lay out the stage."""
    return Stage(
        panels=[panel(state, sweeps, t) for panel in PANELS],
        handles=[
            _signed_handle(state, sweeps, t),
            _delta_handle(state, sweeps, t),
            *_score_handles(state, sweeps, t),
            label_handle(state.pair, t, sweep=sweeps.by[LABEL]),
        ],
        readouts=_readouts(state, sweeps, t),
        now=sweeps.now,
    )


def moved(state: TwoClassesState, release: Release) -> TwoClassesState:
    """The state after a release; the same state if the message makes no sense.

    The two classes stay the two that are shown, and every other keeps its score.
    """
    shown, example = state.shown, state.example
    try:
        given = [float(str(release.values[score_id(place)])) for place in range(2)]
        position = int(str(release.values[LABEL]))
        signed = float(str(release.values[SIGNED]))
        delta = float(str(release.values[DELTA]))
    except (KeyError, ValueError):
        return state
    if position not in (0, 1) or not 0 <= delta <= LARGEST_MARGIN:
        return state
    # m follows the scores, unless it was itself what the hand moved last.
    if release.moved[-1:] == (SIGNED,):
        given = moved_apart(given, position, signed).tolist()
    scores = {score_id(index): score for index, score in enumerate(example.scores)}
    scores |= {score_id(index): score for index, score in zip(shown, given, strict=True)}
    new = moved_example(state, Release({**scores, LABEL: shown[position]}, release.focus))
    return state if new is None else replace(new, rival=shown[1 - position], margin=delta)


def result_table(sweeps: TwoClassSweeps, state: TwoClassesState, t: Text) -> Table:
    """The numbers on screen, a row a loss."""
    now, pair = sweeps.now, state.pair
    return Table(
        columns={
            "loss": [t(f"two_classes.loss.{name}") for name in LOSSES],
            "value": now.losses.tolist(),
            "slope": now.slopes.tolist(),
        },
        headings={name: t(f"two_classes.data.{name}") for name in ("loss", "value", "slope")},
        settings={
            "classes": pair.names,
            "scores": pair.scores,
            "label": pair.label,
            "m": float(now.m),
            "margin": state.margin,
            "logistic_in_bits": state.is_in_bits,
            "probabilities": now.sigmoids.tolist(),
            "binary_cross_entropy": float(now.binary),
            "softmax_cross_entropy": float(now.softmax_loss),
        },
    )


def _decimals(*values: FloatArray | float) -> int:
    """How many decimals the values need, at most 4."""
    every = np.concatenate([np.ravel(value) for value in values])
    fitting = (d for d in range(MOST_DECIMALS) if np.array_equal(np.round(every, d), every))
    return next(fitting, MOST_DECIMALS)


def _decimals_of_m(sweeps: TwoClassSweeps) -> int:
    return max(1, sweeps.reach.decimals, _decimals(np.round(sweeps.now.m, 9)))


def _signed(result: TwoClassNumbers) -> FloatArray:
    return result.m


def _signed_handle(state: TwoClassesState, sweeps: TwoClassSweeps, t: Text) -> Handle:
    """The grip at the top of the line at m."""
    reach, m = sweeps.reach, float(sweeps.now.m)
    farthest = max(2 * (LARGEST_SCORE - abs(float(sweeps.now.scores.mean()))), abs(m))
    return Point(
        id=SIGNED,
        label=t("two_classes.handle.signed_margin"),
        value=m,
        minimum=-reach.limit,
        maximum=reach.limit,
        step=reach.step,
        decimals=_decimals_of_m(sweeps),
        panel="losses",
        axis="x",
        at=top_of(reach),
        color=INK,
        limits=(-farthest, farthest),
        follows=_signed,
        sweep=sweeps.by[SIGNED],
    )


def _delta_handle(state: TwoClassesState, sweeps: TwoClassSweeps, t: Text) -> Handle:
    """The grip at the kink of the hinge."""
    reach = sweeps.reach
    return Point(
        id=DELTA,
        label=t("two_classes.handle.delta"),
        value=state.margin,
        minimum=0.0,
        maximum=reach.limit,
        step=reach.step,
        decimals=reach.decimals,
        panel="losses",
        axis="x",
        at=0.0,
        color=HINGE,
        limits=(0.0, LARGEST_MARGIN),
        sweep=sweeps.by[DELTA],
    )


def _score_handles(state: TwoClassesState, sweeps: TwoClassSweeps, t: Text) -> list[Handle]:
    """The ends of both bars, which follow m, in the colours of their classes."""

    def stand(place: int, result: TwoClassNumbers) -> Any:
        return result.scores[..., place]

    decimals = max(sweeps.axis.decimals, _decimals(sweeps.now.scores, sweeps.by[SIGNED].scores))
    handles = score_handles(
        state.pair,
        replace(sweeps.axis, decimals=decimals),
        t,
        sweeps=sweeps.by,
        follows=[partial(stand, place) for place in range(2)],
    )
    colors = [CLASS_COLORS[index] for index in state.shown]
    return [replace(handle, color=color) for handle, color in zip(handles, colors, strict=True)]


def _column(values: Callable[[TwoClassNumbers], FloatArray], index: int) -> Any:
    return lambda result: values(result)[..., index]


def _readouts(state: TwoClassesState, sweeps: TwoClassSweeps, t: Text) -> list[Readout]:
    names, decimals = state.pair.names, _decimals_of_m(sweeps)
    shown_names = {name: name for name in LOSSES}
    if state.is_in_bits:
        shown_names["logistic"] = "logistic_bits"
    return [
        Readout("m", _signed, t("two_classes.readout.m"), decimals=decimals),
        Readout(
            "delta_now",
            lambda r: r.delta,
            t("control.margin"),
            decimals=max(1, _decimals(state.margin)),
            tone="hinge",
        ),
        *(
            Readout(
                name,
                _column(lambda result: result.losses, index),
                t(f"two_classes.loss.{shown_names[name]}"),
                decimals=0 if name == "zero_one" else 4,
                tone=TONES[index],
            )
            for index, name in enumerate(LOSSES)
        ),
        Readout("true_probability", lambda r: r.true_probability, t("readout.true_probability")),
        *(
            Readout(
                f"{name}_slope",
                _column(lambda result: result.slopes, index),
                decimals=0 if name in ("zero_one", "hinge") else 4,
            )
            for index, name in enumerate(LOSSES)
        ),
        Readout("binary", lambda r: r.binary, significant=ALL_DIGITS),
        Readout("softmax_loss", lambda r: r.softmax_loss, significant=ALL_DIGITS),
        Readout("true_name", lambda r: r.labels, choices=names),
        *_sentences(state, t),
    ]


def _sentences(state: TwoClassesState, t: Text) -> list[Readout]:
    """What each loss does at m, a line each; and that both ways to the last one are equal."""
    most = format_fixed(1 / np.log(2), 4) if state.is_in_bits else "1"
    lines: Mapping[str, tuple[Any, tuple[str, ...]]] = {
        "slopes_now": (lambda r: np.zeros_like(r.m), (t("two_classes.slopes_now"),)),
        "hinge_verdict": (
            lambda r: r.places,
            tuple(t(f"two_classes.hinge_verdict.{place.name.lower()}") for place in HingePlace),
        ),
        "verdict": (
            lambda r: r.others,
            tuple(t(f"two_classes.verdict.{other.name.lower()}", most=most) for other in Others),
        ),
        "equality": (
            lambda r: r.binary != r.softmax_loss,
            tuple(t(f"two_classes.equality.{word}") for word in ("same", "apart")),
        ),
    }
    return [
        Readout(id, number, label="", choices=choices) for id, (number, choices) in lines.items()
    ]
