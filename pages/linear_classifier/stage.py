"""The stage of the lesson on the linear classifier: two runs side by side, points in the hand."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
import streamlit as st

from core.learning.datasets import Dataset
from core.learning.models import LinearClassifier
from core.tables.point_edits import with_point, with_point_at, without_point
from core.validation import FloatArray
from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.pair import (
    Pair,
    held_pair,
    hold,
    is_held,
    keep_start,
    let_go,
    seen,
    start_of,
    with_entry,
)
from pages.linear_classifier.panels import (
    CELLS,
    PARAMETERS,
    RUNS,
    PairNumbers,
    PairView,
    cell_place,
    entries,
    panels,
    point_x,
    point_y,
)
from pages.linear_classifier.run import Standing, standings
from pages.ui.guide.guide import Shown
from pages.ui.kit.scores import round_up
from pages.ui.kit.theme import CLASS_COLORS, INK
from pages.ui.learning.plane import Box, arrow_scale, square_box
from pages.ui.learning.points.editor import new_class
from pages.ui.learning.points.own import replace_points
from pages.ui.learning.setups import is_editable, points_of
from pages.ui.stage.channels import Channel
from pages.ui.stage.handles import CellHandle, Handle, Point, Timeline
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.address import write_state
from pages.ui.text import Text

__all__ = ["Change", "linear_stage", "pair_in_hand", "read_release", "shown_pair", "view_of"]

KEY: Final = "linear_classifier"
"""Of the stage, in the session."""
TIMELINE: Final = "step"
LARGEST_ENTRY: Final = 1000.0
"""Of W and b, if typed."""
ENTRY_RANGE: Final = 10.0
"""As far as an entry of W or b is dragged, if it is not further away already."""
ENTRY_STEP: Final = 0.05
_HIGHEST: Final = 3.0
"""How many times the loss at the start fits into the panel: a run that diverges leaves it."""
LEAST_SHARE: Final = 1e-9
"""Of the loss at the start: smaller losses leave a logarithmic axis, as 0 does."""
_ID: Final = re.compile(rf"({'|'.join(RUNS)})_(point|entry)(\d+)")


@dataclass(frozen=True, eq=False)
class Change:
    """What a hand moved: a point, a parameter of the start of both runs, or the step shown."""

    points: Dataset | None = None
    start: LinearClassifier | None = None
    at: int | None = None


def view_of(state: LinearClassifierState, pair: Pair) -> PairView:
    """Everything the stage shows of two runs, and the ranges that it needs."""
    both = seen(pair)
    box = square_box(pair.data.points)
    weights = np.concatenate([run.weights for run in both.runs])
    shades = {}
    for run, numbers in zip(RUNS, both.runs, strict=True):
        parameters = entries(numbers.weights, numbers.bias)
        slopes = entries(numbers.weight_gradient, numbers.bias_gradient)
        shades[run] = (_strongest(parameters), _strongest(slopes))
    start = max(float(run.total[0]) for run in both.runs)
    largest = max(float(run.total.max()) for run in both.runs)
    limits = 0.0, _round_range(largest, start)
    if state.is_logarithmic:
        losses = np.concatenate([np.append(run.data_loss, run.total) for run in both.runs])
        least = float(losses[losses > LEAST_SHARE * start].min(initial=max(start, 1e-9)))
        limits = 10.0 ** math.floor(math.log10(least)), max(largest, 2.0 * least)
    own = (both.softmax.cross_entropy, both.svm.hinge)
    sample = max(float(losses.max()) for losses in own)
    sample_start = max(float(losses[0].max()) for losses in own)
    return PairView(
        state=state,
        pair=pair,
        seen=both,
        box=box,
        scale=arrow_scale(weights, box),
        shades=shades,
        limits=limits,
        highest_sample=_round_range(sample, sample_start),
        is_cut=largest > 1.05 * limits[1],
    )


def _strongest(values: FloatArray) -> float:
    return max(float(np.abs(values).max()), 1e-9)


def _round_range(largest: float, start: float) -> float:
    return round_up(max(min(largest, _HIGHEST * start), 1e-3))


def shown_pair(state: LinearClassifierState, pair: Pair, t: Text) -> Shown:
    """Lay out both runs of a state."""
    view = view_of(state, pair)
    return Shown(
        KEY,
        linear_stage(view, view, t),
        is_complete=pair.is_over,
        released=partial(_released, view),
    )


def pair_in_hand(state: LinearClassifierState, pair: Pair, t: Text) -> Shown:
    """Lay out both runs of the page; while a drag goes on, what it would make of them."""
    shown = shown_pair(state, pair, t)
    if is_held():
        before = view_of(state, pair)
        return replace(shown, stage=linear_stage(_held(before), before, t), is_complete=False)
    # Of a start that was set by hand the address says only that there is one.
    if start_of(state, pair.data) is not pair.start:
        st.rerun()
    return shown


def linear_stage(view: PairView, before: PairView, t: Text) -> Stage:
    """Lay out the stage: what is shown, in the ranges of what was shown before a drag."""
    follow = _followed(view) if is_editable(view.pair.data) else {}
    return Stage(
        panels=panels(view, before, t),
        handles=[
            *_point_handles(view, before, follow, t),
            *_entry_handles(view, t),
            *_timeline(view, before, t),
        ],
        readouts=_readouts(t),
        now=view.now,
        pinned=True,
    )


def _held(before: PairView) -> PairView:
    """The same with what a hand holds."""
    state, pair = held_pair()
    return replace(before, state=state, pair=pair, seen=seen(pair))


def _followed(view: PairView) -> dict[str, list[Channel]]:
    """The place of each point, for its handle in either plane: a drag in one moves the other."""

    def place(index: int, result: PairNumbers) -> FloatArray | None:
        return None if result.points is None else result.points[index]

    count = view.pair.data.size
    return {name: [partial(place, index) for index in range(count)] for name in RUNS}


def _point_handles(
    view: PairView, before: PairView, follow: dict[str, list[Channel]], t: Text
) -> list[Handle]:
    data, box = view.pair.data, before.box
    decimals = _decimals(box)
    return [
        Point(
            id=f"{name}_point{index}",
            label=t(
                "linear_classifier.handle.point",
                number=index + 1,
                name=data.names[data.labels[index]],
                run=t(f"linear_classifier.panel.{name}_plane"),
            ),
            value=(float(data.points[index, 0]), float(data.points[index, 1])),
            minimum=box.least,
            maximum=box.most,
            step=10.0**-decimals,
            decimals=decimals,
            panel=f"{name}_plane",
            axis="xy",
            color=CLASS_COLORS[data.labels[index]],
            live=True,
            is_removable=True,
            follows=follow[name][index],
            moves=(
                (0, follow[other][index], 0),
                (1, follow[other][index], 1),
                (0, point_x, index),
                (1, point_y, index),
            ),
        )
        for name, other in zip(RUNS, reversed(RUNS), strict=True)
        for index in range(len(follow.get(name, ())))
    ]


def _decimals(box: Box) -> int:
    """How finely points are moved: in hundredths of the box, or finer."""
    return max(0, 2 - math.floor(math.log10(box.reach)))


def _entry_handles(view: PairView, t: Text) -> list[Handle]:
    names, handles = view.pair.data.names, list[Handle]()
    for run, numbers in zip(RUNS, view.seen.runs, strict=True):
        parameters = entries(numbers.weights, numbers.bias)
        limit = ENTRY_RANGE
        while np.abs(parameters).max() > limit:
            limit *= 2.0
        for index, value in enumerate(parameters[view.row].tolist()):
            row, column = divmod(index, len(PARAMETERS))
            handles.append(
                CellHandle(
                    id=f"{run}_entry{index}",
                    label=t(
                        "linear_classifier.handle.entry",
                        entry=PARAMETERS[column],
                        name=names[row],
                        run=t(f"linear_classifier.panel.{run}_plane"),
                    ),
                    value=value,
                    minimum=-limit,
                    maximum=limit,
                    step=ENTRY_STEP,
                    panel=f"{run}_weights",
                    at=cell_place(index),
                    color=INK,
                    live=True,
                    moves=((0, CELLS[run], index),),
                    limits=(-LARGEST_ENTRY, LARGEST_ENTRY),
                )
            )
    return handles


def _timeline(view: PairView, before: PairView, t: Text) -> list[Handle]:
    steps = before.seen.steps
    if len(steps) < 2:
        return []
    # While a hand holds a point, or a run goes on, what the steps show changes.
    is_still = view is before and view.pair.is_over
    return [
        Timeline(
            id=TIMELINE,
            label=t("linear_classifier.handle.step"),
            value=min(float(view.seen.steps[view.row]), float(steps[-1])),
            minimum=0.0,
            maximum=float(steps[-1]),
            step=float(steps[1] - steps[0]),
            grid=tuple(steps.astype(np.float64).tolist()),
            sweep=before.at(slice(0, len(steps))) if is_still else None,
            rate=min(30.0, len(steps) / 4.0),
        )
    ]


def read_release(view: PairView, release: Release) -> Change:
    """Tell what a hand moved; what makes no sense is left out."""
    changed, data = Change(), view.pair.data
    for id in release.moved:
        found = _ID.fullmatch(id)
        try:
            value = release.values[id]
            if id == TIMELINE:
                changed = replace(changed, at=int(_number(value)))
            elif found is not None and found[2] == "point":
                x1, x2 = map(_number, value)  # type: ignore[arg-type]
                data = with_point_at(data, int(found[3]), x1, x2)
                is_back = np.array_equal(data.points, view.pair.data.points)
                changed = replace(changed, points=None if is_back else data)
            elif found is not None:
                entry = min(max(_number(value), -LARGEST_ENTRY), LARGEST_ENTRY)
                model = changed.start or _model_shown(view, found[1])
                start = with_entry(model, int(found[3]), entry)
                changed = replace(changed, start=None if _are_same(start, model) else start)
        except (KeyError, TypeError, ValueError, IndexError, OverflowError):
            continue
    return changed


def _number(value: object) -> float:
    return float(str(value))


def _model_shown(view: PairView, run: str) -> LinearClassifier:
    numbers = view.seen.runs[RUNS.index(run)]
    return LinearClassifier(numbers.weights[view.row], numbers.bias[view.row])


def _are_same(first: LinearClassifier, second: LinearClassifier) -> bool:
    return np.array_equal(first.W1, second.W1) and np.array_equal(first.b1, second.b1)


def _released(view: PairView, release: Release) -> None:
    """Show what the hand holds, or make it the state when it lets go."""
    state, data = view.state, view.pair.data
    let_go()
    if release.added is not None:
        _, x1, x2 = release.added
        x1, x2 = (round(x, _decimals(view.box)) for x in (x1, x2))
        replace_points(
            data, lambda: with_point(data, x1, x2, new_class(data)), "plane", LinearClassifierState
        )
        return
    if release.removed is not None:
        found = _ID.fullmatch(release.removed)
        if found is not None and found[2] == "point" and int(found[3]) < data.size:
            replace_points(
                data, lambda: without_point(data, int(found[3])), "plane", LinearClassifierState
            )
        return
    changed = read_release(view, release)
    points, start = changed.points, changed.start
    if release.is_held:
        if points is not None:
            hold(replace(state, points=points_of(points)))
        elif start is not None:
            hold(replace(state, trained=0, at=None), start)
    elif points is not None:
        replace_points(data, lambda: points, "plane", LinearClassifierState)
    elif start is not None:
        write_state(keep_start(state, start))
    elif changed.at is not None:
        at = changed.at if 0 <= changed.at < view.seen.steps[-1] else None
        write_state(replace(state, at=at))


def _readouts(t: Text) -> list[Readout]:
    tones = {"softmax": "cross-entropy", "svm": "hinge"}
    numbers = {"data": "data_loss", "penalty": "penalty", "total": "total", "accuracy": "accuracy"}

    def number(run: str, name: str, result: PairNumbers) -> FloatArray:
        share = 100.0 if name == "accuracy" else 1.0
        found: FloatArray = getattr(result.run(run), numbers[name])
        return share * found

    sentences = tuple(
        t(f"linear_classifier.verdict.{standing.name.lower()}") for standing in Standing
    )
    return [
        *(
            Readout(
                f"{run}_{name}",
                partial(number, run, name),
                t(f"linear_classifier.readout.{run}_{name}"),
                decimals=1 if name == "accuracy" else 4,
                tone=tones[run],
            )
            for run in RUNS
            for name in numbers
        ),
        Readout("shown_step", lambda result: result.steps, decimals=0),
        Readout(
            "standing",
            lambda result: standings(result.softmax, result.svm),
            label="",
            choices=sentences,
        ),
    ]
