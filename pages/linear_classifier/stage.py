"""The stage of the lesson on the linear classifier: two runs side by side, points in the hand."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.learning.datasets import Dataset
from core.learning.linear_run import Standing
from core.learning.models import LinearClassifier
from core.learning.plane import Box, arrow_scale, square_box
from core.tables.point_edits import with_point, with_point_at, without_point
from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier import panels as figures
from pages.linear_classifier.pair import (
    Pair,
    Seen,
    held_pair,
    hold,
    is_held,
    keep_start,
    let_go,
    seen,
    start_of,
    with_entry,
)
from pages.ui.kit.handles import stage_words
from pages.ui.kit.sweeps import round_up
from pages.ui.kit.theme import CLASS_COLORS, INK
from pages.ui.learning.points.editor import new_class
from pages.ui.learning.points.own import change
from pages.ui.learning.setups import is_editable, points_of
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_given
from pages.ui.stage.sweep_rows import rows_of
from pages.ui.stage.vocabulary import (
    Handle,
    Numbers,
    Panel,
    Place,
    Readout,
    Release,
    Spot,
    spoken,
)
from pages.ui.state.address import write_state
from pages.ui.text import Text

__all__ = ["Change", "Frame", "frame_of", "linear_stage", "read_release"]

TIMELINE: Final = "step"
LARGEST_ENTRY: Final = 1000.0
"""Of W and b, if typed."""
ENTRY_RANGE: Final = 10.0
"""As far as an entry of W or b is dragged, if it is not further away already."""
ENTRY_STEP: Final = 0.05
PLANE_HEIGHT: Final = 1.12
_HIGHEST: Final = 3.0
"""How many times the loss at the start fits into the panel: a run that diverges leaves it."""
LEAST_SHARE: Final = 1e-9
"""Of the loss at the start: smaller losses leave a logarithmic axis, as 0 does."""
_ID: Final = re.compile(rf"({'|'.join(figures.RUNS)})_(point|entry)(\d+)")


@dataclass(frozen=True, eq=False)
class Frame:
    """What holds still during a drag: ranges, scales and colours, from the runs before it."""

    state: LinearClassifierState
    pair: Pair
    seen: Seen
    drawing: figures.Drawing
    shades: dict[str, tuple[float, float]]
    limits: tuple[float, float]
    highest_sample: float
    is_cut: bool

    @property
    def row(self) -> int:
        """Which of the steps is shown."""
        return self.seen.row(self.state)


@dataclass(frozen=True, eq=False)
class Change:
    """What a hand moved: a point, a parameter of the start of both runs, or the step shown."""

    points: Dataset | None = None
    start: LinearClassifier | None = None
    at: int | None = None


def frame_of(state: LinearClassifierState, pair: Pair) -> Frame:
    """Everything the stage shows of two runs, and the ranges that it needs."""
    both = seen(pair)
    box = square_box(pair.data.points)
    weights = np.concatenate([run.weights for run in both.runs])
    shades = {}
    for run, numbers in zip(figures.RUNS, both.runs, strict=True):
        entries = figures.cell_values(numbers.weights, numbers.bias)
        slopes = figures.cell_values(numbers.weight_gradient, numbers.bias_gradient)
        shades[run] = (_strongest(entries), _strongest(slopes))
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
    return Frame(
        state=state,
        pair=pair,
        seen=both,
        drawing=figures.Drawing(box, arrow_scale(weights, box)),
        shades=shades,
        limits=limits,
        highest_sample=_round_range(sample, sample_start),
        is_cut=largest > 1.05 * limits[1],
    )


def _strongest(values: Numbers) -> float:
    return max(float(np.abs(values).max()), 1e-9)


def _round_range(largest: float, start: float) -> float:
    return round_up(max(min(largest, _HIGHEST * start), 1e-3))


def linear_stage(state: LinearClassifierState, pair: Pair, t: Text) -> None:
    """Show both runs; a drag that goes on shows what it would make of them."""
    # Of a start that was set by hand the address says only that there is one.
    if not is_held() and start_of(state, pair.data) is not pair.start:
        st.rerun()
    frame = frame_of(state, pair)
    shown = _held(frame) if is_held() else frame
    now, timeline = _places(shown, frame), shown is frame and pair.is_over
    readouts = _readouts(shown, t)
    sweep: Mapping[Place, Numbers] = _sweep(frame, now) if timeline else {}
    names = pair.data.names
    stage(
        "linear_classifier",
        panels=[_panel(id, shown, frame, now, readouts, t) for id in figures.PANELS],
        handles=[
            *_point_handles(shown, frame.drawing.box, t),
            *_entry_handles(shown, t),
            *_timeline(shown, frame, sweep, t),
        ],
        readouts=readouts,
        marks=figures.marks(shown.seen.runs, frame.shades, shown.pair.data.size),
        pictures=figures.pictures(len(names), frame.drawing.box),
        now=now,
        on_release=lambda release: _released(frame, release),
        labels=stage_words(t),
        pinned=True,
    )


def _held(frame: Frame) -> Frame:
    """The same with what a hand holds."""
    state, pair = held_pair()
    return replace(frame, state=state, pair=pair, seen=seen(pair))


def _places(shown: Frame, frame: Frame) -> dict[Place, Numbers]:
    """What each place shows now."""
    row = slice(shown.row, shown.row + 1)
    places: dict[Place, Numbers] = {
        **figures.point_places(shown.pair.data.points),
        **_by_step(shown, frame, row),
    }
    now = {place: np.ravel(values) for place, values in places.items()}
    for run, numbers, length in zip(figures.RUNS, shown.seen.runs, shown.seen.lengths, strict=True):
        steps = shown.seen.steps[:length].astype(np.float64)
        losses = numbers.data_loss[:length], numbers.total[:length]
        now |= figures.curve_places(run, steps, *losses, frame.limits)
    for run in figures.RUNS:
        for index, point in enumerate(shown.pair.data.points if _is_draggable(shown) else ()):
            now[f"{run}_point{index}"] = point
    return now


def _by_step(shown: Frame, frame: Frame, rows: slice) -> dict[Place, Numbers]:
    """What changes from step to step, at some of the steps; in the ranges of a frame."""
    count = rows.stop - rows.start
    softmax, svm = (rows_of(run, rows, (count,)) for run in shown.seen.runs)
    steps = shown.seen.steps[rows].astype(np.float64)
    places = figures.shared_places(softmax, svm, steps, frame.highest_sample)
    for run, numbers, trained in zip(figures.RUNS, (softmax, svm), shown.pair.runs, strict=True):
        places |= figures.step_places(run, numbers, frame.drawing)
        places[figures.regions_place(run)] = figures.region_pixels(
            run, numbers, trained.setup.objective, frame.drawing.box
        )
    return places


def _sweep(frame: Frame, now: Mapping[Place, Numbers]) -> dict[Place, Numbers]:
    """What each place shows at each step of the timeline."""
    count = len(frame.seen.steps)
    places = _by_step(frame, frame, slice(0, count))
    return {place: values.reshape(count, -1) for place, values in places.items() if place in now}


def _is_draggable(shown: Frame) -> bool:
    return is_editable(shown.pair.data)


def _point_handles(shown: Frame, box: Box, t: Text) -> list[Handle]:
    data = shown.pair.data
    if not _is_draggable(shown):
        return []
    decimals = _decimals(box)
    handles = []
    for run, other in zip(figures.RUNS, reversed(figures.RUNS), strict=True):
        for index, (point, label) in enumerate(
            zip(data.points.tolist(), data.labels.tolist(), strict=True)
        ):
            spots: list[Place] = [
                Spot(f"{name}_plane", 0, axis) for name in figures.RUNS for axis in "xy"
            ]
            follower = f"{other}_point{index}"
            handles.append(
                Handle(
                    f"{run}_point{index}",
                    t(
                        "linear_classifier.handle.point",
                        number=index + 1,
                        name=data.names[label],
                        run=t(f"linear_classifier.panel.{run}_plane"),
                    ),
                    (point[0], point[1]),
                    box.least,
                    box.most,
                    10.0**-decimals,
                    decimals,
                    panel=f"{run}_plane",
                    axis="xy",
                    color=CLASS_COLORS[label],
                    live=True,
                    is_removable=True,
                    moves=(
                        *((axis, follower, axis) for axis in range(2)),
                        *((number % 2, spot, index) for number, spot in enumerate(spots)),
                    ),
                )
            )
    return handles


def _decimals(box: Box) -> int:
    """How finely points are moved: in hundredths of the box, or finer."""
    return max(0, 2 - math.floor(math.log10(box.reach)))


def _entry_handles(shown: Frame, t: Text) -> list[Handle]:
    names, handles = shown.pair.data.names, []
    for run, numbers in zip(figures.RUNS, shown.seen.runs, strict=True):
        entries = figures.cell_values(numbers.weights, numbers.bias)
        limit = ENTRY_RANGE
        while np.abs(entries).max() > limit:
            limit *= 2.0
        for index, value in enumerate(entries[shown.row].tolist()):
            row, column = divmod(index, len(figures.PARAMETERS))
            handles.append(
                Handle(
                    f"{run}_entry{index}",
                    t(
                        "linear_classifier.handle.entry",
                        entry=figures.PARAMETERS[column],
                        name=names[row],
                        run=t(f"linear_classifier.panel.{run}_plane"),
                    ),
                    value,
                    -limit,
                    limit,
                    ENTRY_STEP,
                    mark="cell",
                    panel=f"{run}_weights",
                    axis="x",
                    at=figures.cell_place(index),
                    color=INK,
                    live=True,
                    moves=((0, f"{run}_cells", index),),
                    limits=(-LARGEST_ENTRY, LARGEST_ENTRY),
                )
            )
    return handles


def _timeline(shown: Frame, frame: Frame, sweep: Mapping[Place, Numbers], t: Text) -> list[Handle]:
    steps = frame.seen.steps
    if len(steps) < 2:
        return []
    value = float(shown.seen.steps[shown.row])
    return [
        Handle(
            TIMELINE,
            t("linear_classifier.handle.step"),
            min(value, float(steps[-1])),
            0.0,
            float(steps[-1]),
            float(steps[1] - steps[0]),
            0,
            mark="timeline",
            axis="x",
            grid=tuple(steps.astype(np.float64).tolist()),
            sweep=sweep,
            rate=min(30.0, len(steps) / 4.0),
        )
    ]


def read_release(frame: Frame, release: Release) -> Change:
    """Tell what a hand moved; what makes no sense is left out."""
    changed, data = Change(), frame.pair.data
    for id in release.moved:
        found = _ID.fullmatch(id)
        try:
            value = release.values[id]
            if id == TIMELINE:
                changed = replace(changed, at=int(_number(value)))
            elif found is not None and found[2] == "point":
                x1, x2 = map(_number, value)  # type: ignore[arg-type]
                data = with_point_at(data, int(found[3]), x1, x2)
                is_back = np.array_equal(data.points, frame.pair.data.points)
                changed = replace(changed, points=None if is_back else data)
            elif found is not None:
                entry = min(max(_number(value), -LARGEST_ENTRY), LARGEST_ENTRY)
                model = changed.start or _model_shown(frame, found[1])
                start = with_entry(model, int(found[3]), entry)
                changed = replace(changed, start=None if _are_same(start, model) else start)
        except (KeyError, TypeError, ValueError, IndexError, OverflowError):
            continue
    return changed


def _number(value: object) -> float:
    return float(str(value))


def _model_shown(frame: Frame, run: str) -> LinearClassifier:
    numbers = frame.seen.runs[figures.RUNS.index(run)]
    return LinearClassifier(numbers.weights[frame.row], numbers.bias[frame.row])


def _are_same(first: LinearClassifier, second: LinearClassifier) -> bool:
    return np.array_equal(first.W1, second.W1) and np.array_equal(first.b1, second.b1)


def _released(frame: Frame, release: Release) -> None:
    """Show what the hand holds, or make it the state when it lets go."""
    state, data = frame.state, frame.pair.data
    let_go()
    if release.added is not None:
        _, x1, x2 = release.added
        x1, x2 = (round(x, _decimals(frame.drawing.box)) for x in (x1, x2))
        change(
            data, lambda: with_point(data, x1, x2, new_class(data)), "plane", LinearClassifierState
        )
        return
    if release.removed is not None:
        found = _ID.fullmatch(release.removed)
        if found is not None and found[2] == "point" and int(found[3]) < data.size:
            change(data, lambda: without_point(data, int(found[3])), "plane", LinearClassifierState)
        return
    changed = read_release(frame, release)
    points, start = changed.points, changed.start
    if release.is_held:
        if points is not None:
            hold(replace(state, points=points_of(points)))
        elif start is not None:
            hold(replace(state, trained=0, at=None), start)
    elif points is not None:
        change(data, lambda: points, "plane", LinearClassifierState)
    elif start is not None:
        write_state(keep_start(state, start))
    elif changed.at is not None:
        at = changed.at if 0 <= changed.at < frame.seen.steps[-1] else None
        write_state(replace(state, at=at))


def _readouts(shown: Frame, t: Text) -> list[Readout]:
    tones = {"softmax": "cross-entropy", "svm": "hinge"}
    names = ("data", "penalty", "total", "accuracy")
    sentences = tuple(
        t(f"linear_classifier.verdict.{standing.name.lower()}") for standing in Standing
    )
    return [
        *(
            Readout(
                f"{run}_{name}",
                label=t(f"linear_classifier.readout.{run}_{name}"),
                decimals=1 if name == "accuracy" else 4,
                tone=tones[run],
            )
            for run in figures.RUNS
            for name in names
        ),
        Readout("shown_step", decimals=0),
        Readout("standing", label="", choices=sentences),
    ]


def _panel(
    id: str,
    shown: Frame,
    frame: Frame,
    now: Mapping[Place, Numbers],
    readouts: Sequence[Readout],
    t: Text,
) -> Panel:
    data, box = shown.pair.data, frame.drawing.box
    is_plane = id.endswith("_plane")
    figure: go.Figure
    if is_plane:
        figure = figures.plane_figure(tuple(data.labels.tolist()), data.classes, box)
    elif id.endswith("_weights"):
        figure = figures.weights_figure(data.names)
    elif id == "losses":
        last = max(float(frame.seen.steps[-1]), 10.0)
        label = t("linear_classifier.axis.step")
        figure = figures.losses_figure(last, frame.limits, label)
    else:
        label = t("linear_classifier.axis.point")
        figure = figures.samples_figure(data.size, frame.highest_sample, label)
    scale = format_given(frame.drawing.scale)
    return Panel(
        id=id,
        figure=figure,
        title=t(f"linear_classifier.panel.{id}"),
        alt=spoken(readouts, now, t(f"linear_classifier.alt.{id}", points=data.size)),
        legend=figures.legend(
            id,
            data.names,
            lambda word: t(f"linear_classifier.legend.{word}", scale=scale),
            is_cut=frame.is_cut,
            is_editable=is_editable(data),
        ),
        height=PLANE_HEIGHT if is_plane or id == "losses" else 0.3 + 0.12 * max(3, data.classes),
        ratio=1.0 if is_plane else None,
        takes_points=is_plane and is_editable(data),
    )
