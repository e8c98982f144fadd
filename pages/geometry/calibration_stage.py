"""The stage of the digits: T is dragged, reliability and likelihood follow."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from pages.geometry import GeometryState
from pages.geometry.calibration_panels import calibration_panels
from pages.geometry.digits import (
    CLASSIFIERS,
    SOFTENING,
    SOFTENINGS,
    Calibration,
    calibrated,
    held_out_scores,
    sweep_calibration,
)
from pages.ui.export import Table
from pages.ui.kit.theme import INK
from pages.ui.stage.handles import Slider
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.text import Text

__all__ = ["calibration_stage", "calibration_table", "moved_softening", "softening_of"]

LEAST, MOST = 0.05, 20.0
USUAL: float = 1.0
TONES = {"softmax": "cross-entropy", "svm": "hinge"}


def softening_of(state: GeometryState) -> float:
    """What the scores are divided by."""
    return USUAL if state.softening is None else state.softening


def calibration_stage(state: GeometryState, t: Text) -> Stage:
    """Lay out the stage."""
    sweeps = sweep_calibration(softening_of(state))
    return Stage(
        panels=calibration_panels(held_out_scores(), sweeps.now, t),
        handles=[
            Slider(
                id=SOFTENING,
                label=t("geometry.handle.softening"),
                value=softening_of(state),
                minimum=SOFTENINGS[0],
                maximum=SOFTENINGS[-1],
                grid=SOFTENINGS,
                decimals=3,
                color=INK,
                limits=(LEAST, MOST),
                sweep=sweeps.by[SOFTENING],
            )
        ],
        readouts=_readouts(t),
        now=sweeps.now,
        turns=True,
    )


def moved_softening(state: GeometryState, release: Release) -> GeometryState:
    """The state after a release; the same state if the message makes no sense."""
    try:
        temperature = float(str(release.values[SOFTENING]))
    except (KeyError, ValueError):
        return state
    if not LEAST <= temperature <= MOST or temperature == softening_of(state):
        return state
    return replace(state, softening=temperature)


def calibration_table(state: GeometryState, t: Text) -> Table:
    """Both classifiers before and after the temperature that makes the likelihood best."""
    found = held_out_scores()
    rows = [
        (name, label, temperature)
        for name in CLASSIFIERS
        for label, temperature in (
            ("before", 1.0),
            ("now", softening_of(state)),
            ("best", found.best[name]),
        )
    ]
    at = calibrated(np.array([temperature for *_, temperature in rows]))
    each = [CLASSIFIERS.index(name) for name, *_ in rows]
    places = np.arange(len(rows))
    return Table(
        columns={
            "classifier": [t(f"geometry.classifier.{name}") for name, *_ in rows],
            "when": [t(f"geometry.when.{label}") for _, label, _ in rows],
            "temperature": [temperature for *_, temperature in rows],
            "error": at.error[places, each].tolist(),
            "likelihood": at.likelihood[places, each].tolist(),
        },
        headings={
            name: t(f"geometry.data.{name}")
            for name in ("classifier", "when", "temperature", "error", "likelihood")
        },
        settings={"held_out": len(found.labels), "best": found.best},
    )


def _error(index: int, result: Calibration) -> Any:
    return result.error[..., index]


def _loss(index: int, result: Calibration) -> Any:
    return result.likelihood[..., index]


def _readouts(t: Text) -> list[Readout]:
    found = [
        Readout(
            f"{kind}_{name}",
            partial(take, index),
            t(f"geometry.readout.{kind}_{name}"),
            tone=TONES[name],
        )
        for index, name in enumerate(CLASSIFIERS)
        for kind, take in (("error", _error), ("likelihood", _loss))
    ]
    return [
        *found,
        Readout("soften_now", lambda result: result.temperature, decimals=3),
        Readout(
            "surer",
            lambda result: _sureness(result),
            label="",
            choices=tuple(t(f"geometry.sureness.{key}") for key in ("timid", "fair", "bold")),
        ),
    ]


def _sureness(result: Calibration) -> Any:
    """Whether the SVM is less sure than it is right (0), as sure (1), or surer (2)."""
    counts = result.counts[..., 1, :]
    gaps = np.nan_to_num(result.confidence - result.accuracy)[..., 1, :]
    mean = (counts * gaps).sum(axis=-1) / counts.sum(axis=-1)
    return np.select([mean < -0.02, mean > 0.02], [0, 2], 1) * 1.0
