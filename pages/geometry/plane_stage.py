"""The stage of the plane and the simplex: point, margin, label and step move, all follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from pages.geometry import STEPS, GeometryState
from pages.geometry.plane import (
    MARGIN,
    MOST_DIGITS,
    POINT,
    PROBABILITIES,
    SIMPLEX_DECIMALS,
    SIMPLEX_STEP,
    STEP,
    PlaneSweeps,
    PointNumbers,
    Standing,
    sweep_plane,
)
from pages.geometry.plane_panels import of_border, of_point, of_step, plane_panel, simplex_panel
from pages.geometry.simplex import OTHERS, SIDE
from pages.ui.export import Table
from pages.ui.kit.scores import LABEL, label_handle
from pages.ui.kit.theme import HINGE, INK
from pages.ui.stage.handles import Handle, Point, Timeline
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.losses import LARGEST_MARGIN
from pages.ui.state.written import LARGEST_SCORE
from pages.ui.text import Text

__all__ = ["moved", "plane_stage", "plane_table", "sweeps_of", "with_three"]

RATE: Final = 6.0
"""Steps a second."""


def sweeps_of(state: GeometryState) -> PlaneSweeps:
    """Everything the stage shows, for every step of every handle."""
    three = state.three
    return sweep_plane(
        three.scores,
        three.label,
        margin=state.margin,
        variant=state.variant,
        rate=state.rate,
        step=state.step,
    )


def plane_stage(state: GeometryState, sweeps: PlaneSweeps, t: Text) -> Stage:
    """Lay out the stage."""
    return Stage(
        panels=[plane_panel(state, sweeps, t), simplex_panel(state, sweeps, t)],
        handles=[
            *_point_handles(state, sweeps, t),
            _margin_handle(state, sweeps, t),
            label_handle(state.three, t, sweep=sweeps.by[LABEL], panel="simplex"),
            Timeline(
                id=STEP,
                label=t("geometry.handle.step"),
                value=state.step,
                minimum=0,
                maximum=STEPS,
                sweep=sweeps.by[STEP],
                rate=RATE,
                limits=(0, STEPS),
            ),
        ],
        readouts=_readouts(state, sweeps, t),
        now=sweeps.now,
        turns=True,
    )


def moved(state: GeometryState, release: Release) -> GeometryState:
    """The state after a release; the same state if the message makes no sense."""
    last, three = release.moved[-1:], state.three
    try:
        label = int(str(release.values[LABEL]))
        margin = float(str(release.values[MARGIN]))
        step = round(float(str(release.values[STEP])))
        place = np.array(release.values[last[0]], dtype=np.float64) if last else np.zeros(0)
    except (KeyError, ValueError, OverflowError, TypeError):
        return state
    if not 0 <= label < 3 or not 0 <= margin <= LARGEST_MARGIN or not 0 <= step <= STEPS:
        return state
    state = replace(state, margin=margin, step=step)
    if label != three.label:
        return with_three(state, three.scores, label)
    is_place = place.shape == (2,) and bool(np.all(np.abs(place) <= LARGEST_SCORE))
    if last in ((POINT,), (PROBABILITIES,)) and is_place:
        apart = place
        if last == (PROBABILITIES,):
            apart = _differences_of(state, place)
        scores = np.array(three.scores)
        scores[OTHERS[label]] = np.round(scores[label] + apart, MOST_DIGITS)
        if np.abs(scores).max() <= LARGEST_SCORE:
            return with_three(state, tuple(scores.tolist()), label)
    return state


def _differences_of(state: GeometryState, place: Any) -> Any:
    """Where the hand can be outside of the triangle, the cell that it is in tells."""
    sweeps = sweeps_of(state)
    line = np.round(np.clip(place, 0, SIDE) / SIMPLEX_STEP).astype(int)
    count = round(SIDE / SIMPLEX_STEP) + 1
    cell = sweeps.cells[line[0] * count + line[1]]
    within = sweeps.by[PROBABILITIES].point
    assert within is not None
    return within.differences[cell]


def with_three(state: GeometryState, scores: tuple[float, ...], label: int) -> GeometryState:
    """Give the three classes that are shown other scores; all others keep theirs."""
    example, shown, three = state.example, state.shown, state.three
    if len(example.scores) < 3:
        return replace(state, example=replace(three, scores=scores, label=label, target=None))
    every = list(example.scores)
    for index, score in zip(shown, scores, strict=True):
        every[index] = score
    target = example.target if shown[label] == example.label else None
    changed = replace(example, scores=tuple(every), label=shown[label], target=target)
    return replace(state, example=changed)


def plane_table(state: GeometryState, sweeps: PlaneSweeps, t: Text) -> Table:
    """The numbers on screen, a row a class."""
    point, three = sweeps.now.point, state.three
    assert point is not None
    columns = {
        "score": list(three.scores),
        "probability": point.probabilities.tolist(),
        "cross_entropy_gradient": point.cross_entropy_gradient.tolist(),
        "hinge_gradient": point.hinge_gradient.tolist(),
    }
    return Table(
        columns={"class": list(three.names), **columns},
        headings={name: t(f"geometry.data.{name}") for name in ("class", *columns)},
        settings={
            "label": three.label,
            "margin": state.margin,
            "variant": state.variant,
            "rate": state.rate,
            "cross_entropy": float(point.cross_entropy),
            "hinge": float(point.hinge),
            "inner_tip": float(1 / (1 + 2 * np.exp(-state.margin))),
        },
    )


def _spoken(state: GeometryState, t: Text) -> tuple[str, str]:
    three = state.three
    names = [name.replace("{", "{{") for name in three.names]
    others = OTHERS[three.label]
    apart = ", ".join(
        f"{names[other]} − {names[three.label]} {{{axis}}}"
        for axis, other in zip("xy", others, strict=True)
    )
    return apart, ", ".join(f"{name} {{p{index}}}" for index, name in enumerate(names))


def _point_handles(state: GeometryState, sweeps: PlaneSweeps, t: Text) -> list[Handle]:
    axis, now = sweeps.axis, sweeps.now.point
    assert now is not None
    apart, probabilities = _spoken(state, t)
    x, y = now.differences.tolist()
    place_x, place_y = now.place.tolist()
    return [
        Point(
            id=POINT,
            label=t("geometry.handle.point"),
            value=(x, y),
            minimum=(-axis.limit, -axis.limit),
            maximum=(axis.limit, axis.limit),
            step=axis.step,
            decimals=axis.decimals,
            panel="plane",
            axis="xy",
            color=INK,
            follows=of_point(lambda point: point.differences),
            sweep=sweeps.by[POINT],
            focus=sweeps.hidden,
            told=apart,
        ),
        Point(
            id=PROBABILITIES,
            label=t("geometry.handle.probabilities"),
            value=(place_x, place_y),
            minimum=(0.0, 0.0),
            maximum=(SIDE, SIDE),
            step=SIMPLEX_STEP,
            decimals=SIMPLEX_DECIMALS,
            panel="simplex",
            axis="xy",
            color=INK,
            follows=of_point(lambda point: point.place),
            sweep=sweeps.by[PROBABILITIES],
            cells=sweeps.cells,
            focus=sweeps.hidden,
            told=probabilities,
        ),
    ]


def _margin_handle(state: GeometryState, sweeps: PlaneSweeps, t: Text) -> Handle:
    """The grip at the upper end of the upright kink, which stands at minus the margin."""
    axis = sweeps.axis
    return Point(
        id=MARGIN,
        label=t("geometry.handle.margin"),
        value=state.margin,
        minimum=0.0,
        maximum=axis.limit,
        step=axis.step,
        decimals=axis.decimals,
        panel="plane",
        axis="x",
        at=-0.8 * axis.limit,
        origin=of_border(lambda border: 0.0 * border.margin),
        color=HINGE,
        limits=(0.0, LARGEST_MARGIN),
        sweep=sweeps.by[MARGIN],
    )


def _readouts(state: GeometryState, sweeps: PlaneSweeps, t: Text) -> list[Readout]:
    three = state.three

    def entry(take: Any, index: int) -> Any:
        return of_point(lambda point: take(point)[..., index])

    unseen = [
        Readout(f"{name}{index}", entry(take, index), decimals=decimals)
        for name, take, count, decimals in (
            ("p", lambda point: point.probabilities, 3, 3),
            ("soft", lambda point: point.cross_entropy_gradient, 3, 3),
            ("svm", lambda point: point.hinge_gradient, 3, 0),
        )
        for index in range(count)
    ]

    def tip(border: Any) -> Any:
        return 1 / (1 + 2 * np.exp(-border.margin))

    return [
        Readout(
            "cross_entropy",
            of_point(lambda point: point.cross_entropy),
            t("readout.cross_entropy"),
            tone="cross-entropy",
        ),
        Readout(
            "hinge", of_point(lambda point: point.hinge), t("geometry.readout.hinge"), tone="hinge"
        ),
        Readout(
            "true_probability",
            of_point(lambda point: point.true_probability),
            t("readout.true_probability"),
        ),
        Readout("tip", of_border(tip), t("geometry.readout.tip"), tone="hinge"),
        Readout("margin_now", of_border(lambda border: border.margin), decimals=2),
        Readout("step_now", lambda result: result.step, decimals=0),
        Readout("run_softmax", of_step(lambda run: run.softmax_losses)),
        Readout("run_svm", of_step(lambda run: run.svm_losses)),
        Readout("true_name", of_border(lambda border: border.labels), choices=three.names),
        *unseen,
        *_sentences(t),
    ]


def _sentences(t: Text) -> list[Readout]:
    verdicts = tuple(t(f"geometry.standing.{place.name.lower()}") for place in Standing)
    return [
        Readout("gradients", of_point(_none), label="", choices=(t("geometry.gradients"),)),
        Readout("standing", of_point(lambda p: p.standings), label="", choices=verdicts),
    ]


def _none(point: PointNumbers) -> Any:
    return np.zeros_like(point.hinge)
