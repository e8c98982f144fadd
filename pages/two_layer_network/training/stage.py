"""The training view of the two-layer network: a run that can be scrubbed through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from core.learning.datasets import Dataset
from core.learning.plane import square_box
from core.learning.training import History, Training
from pages.two_layer_network import LOOKS, TwoLayerNetworkState
from pages.two_layer_network.training import panels as figures
from pages.two_layer_network.training.run import NetworkRun, Phase, network_run
from pages.ui.export import Table
from pages.ui.kit.confusion import confusion_figure
from pages.ui.kit.handles import stage_words
from pages.ui.kit.theme import CROSS_ENTROPY, HINGE, INK
from pages.ui.learning.controls import logarithmic_control
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import Setup
from pages.ui.learning.state import MOST_TRAINED
from pages.ui.stage.component import stage
from pages.ui.stage.vocabulary import (
    Handle,
    Numbers,
    Panel,
    Picture,
    Place,
    Readout,
    Release,
    spoken,
)
from pages.ui.state.address import read_state, write_state
from pages.ui.text import Text

__all__ = [
    "Film",
    "at_step",
    "axis_control",
    "film_of",
    "look_control",
    "run_table",
    "training_stage",
]

STEP: Final = "step"
SECONDS_TO_PLAY: Final = 8
COLORS: Final = {"cross_entropy": CROSS_ENTROPY, "hinge": HINGE, "squared_error": INK}
SIMPLE: Final = {
    "step": 0,
    "epoch": 2,
    "rate": 4,
    "data_loss": 4,
    "penalty": 4,
    "total": 4,
    "accuracy": 1,
    "held_out_accuracy": 1,
}
"""The live numbers with their decimals."""


@dataclass(frozen=True, eq=False)
class Film:
    """What is shown of a run: of all its records, or of the last one while it still trains.

    ``steps`` are those that the film shows; ``by_step`` what each place shows then, and ``still``
    what stays.
    """

    train: Dataset
    held_out: Dataset | None
    history: History
    steps: tuple[int, ...]
    run: NetworkRun
    limits: tuple[float, float]
    by_step: Mapping[Place, Numbers]
    still: Mapping[Place, Numbers]

    def place_of(self, step: int | None) -> int:
        """The number of the shown record at a step, or just before it; None: the last."""
        if step is None:
            return len(self.steps) - 1
        return max(0, int(np.searchsorted(self.steps, step, side="right")) - 1)


_films: WeakKeyDictionary[Training, tuple[tuple[int, bool, bool], Film]] = WeakKeyDictionary()


def film_of(run: Run, *, is_over: bool, is_logarithmic: bool) -> Film:
    """Give the film of a run; it is made once for every state of the run."""
    key = (run.training.step, is_over, is_logarithmic)
    known = _films.get(run.training)
    if known is None or known[0] != key:
        known = (key, _film(run, is_over=is_over, is_logarithmic=is_logarithmic))
        _films[run.training] = known
    return known[1]


def _film(run: Run, *, is_over: bool, is_logarithmic: bool) -> Film:
    train, held_out = _parts(run.setup)
    history = run.training.history
    records = slice(None) if is_over else slice(-1, None)
    looked_at = network_run(run.training.model, train, history, held_out=held_out, records=records)
    limits = figures.loss_limits(history, is_logarithmic=is_logarithmic)
    drawn = figures.drawn_size(history, train)
    by_step = figures.step_places(history, looked_at, records, limits)
    if train.features == 2:
        objective = run.setup.objective
        by_step |= figures.plane_places(
            history,
            records,
            train,
            square_box(run.setup.data.points),
            is_margin=objective.loss != "cross_entropy",
            margin=objective.margin,
        )
        if drawn:
            by_step |= figures.gradient_places(looked_at.noise)
    else:
        by_step |= figures.weight_places(history, records)
        if drawn:
            by_step |= figures.drawn_places(history, records, train)
    still = figures.curve_places(history, run.training.steps_per_epoch, has_batches=drawn > 0)
    steps = tuple(history.steps[records].tolist())
    return Film(train, held_out, history, steps, looked_at, limits, by_step, still)


@lru_cache(maxsize=16)
def _parts(setup: Setup) -> tuple[Dataset, Dataset | None]:
    """What a run learns from, and what it only looks at; the same objects each time."""
    parts = setup.split()
    return (setup.data, None) if parts is None else (parts.train, parts.held_out)


def at_step(state: TwoLayerNetworkState, release: Release) -> TwoLayerNetworkState:
    """The state after the timeline was let go; the same state if the message makes no sense."""
    try:
        step = round(float(str(release.values[STEP])))
    except (KeyError, ValueError, OverflowError):
        return state
    return replace(state, at=min(max(step, 0), MOST_TRAINED))


def training_stage(state: TwoLayerNetworkState, run: Run, target: int, t: Text) -> None:
    """Show a run on its timeline; while it still trains, its last step."""
    is_over = run.is_over(target)
    film = film_of(run, is_over=is_over, is_logarithmic=state.is_logarithmic)
    place = film.place_of(state.at if is_over else None)
    now = {spot: values[place] for spot, values in film.by_step.items()} | dict(film.still)
    drawn = figures.drawn_size(film.history, film.train)
    readouts = _readouts(film, drawn, t)
    last = len(film.steps) - 1
    stage(
        "two_layer_network",
        panels=_panels(state, run, film, target, now, readouts, t),
        handles=[
            Handle(
                id=STEP,
                label=t("two_layer_network.training.timeline"),
                value=film.steps[place],
                minimum=film.steps[0],
                maximum=film.steps[last],
                decimals=0,
                mark="timeline",
                axis="x",
                grid=tuple(map(float, film.steps)),
                sweep=film.by_step if is_over and last else {},
                rate=max(4.0, last / SECONDS_TO_PLAY),
                limits=(0, MOST_TRAINED),
            )
        ],
        readouts=readouts,
        marks=figures.marks(
            film.train.classes, _color(run), has_gradient=film.train.features == 2 and drawn > 0
        ),
        pictures=_pictures(run, film, drawn),
        now=now,
        on_release=lambda release: _released(release, is_over=is_over),
        labels=stage_words(t),
        pinned=True,
    )
    told = ["plane" if film.train.features == 2 else "weights", "losses"]
    told += [*["batches"] * (drawn > 0), "rounded"]
    st.caption(" ".join(t(f"two_layer_network.training.caption.{name}") for name in told))


def _released(release: Release, *, is_over: bool) -> None:
    """Keep the step that was let go; a run that still trains shows its last."""
    if is_over:
        write_state(at_step(read_state(TwoLayerNetworkState)[0], release))


def _color(run: Run) -> str:
    return COLORS[run.setup.objective.loss]


def _pictures(run: Run, film: Film, drawn: int) -> list[Picture]:
    if film.train.features == 2:
        box = square_box(run.setup.data.points)
        return figures.plane_pictures(film.train.classes, box)
    return figures.image_pictures(run.setup.hidden, drawn)


def _readouts(film: Film, drawn: int, t: Text) -> list[Readout]:
    shown = {
        id: decimals
        for id, decimals in SIMPLE.items()
        if id != "held_out_accuracy" or film.held_out is not None
    }
    numbers = [
        Readout(
            f"net_{id}",
            label=t(f"two_layer_network.training.readout.{id}"),
            decimals=decimals,
            significant=4 if id == "rate" else None,
        )
        for id, decimals in shown.items()
    ]
    sentences = [t(f"two_layer_network.training.phase.{phase.name.lower()}") for phase in Phase]
    batches = [
        t(f"two_layer_network.training.batch.{kind}", samples=film.train.size)
        for kind in (("drawn", "silent") if drawn else ("whole", "whole"))
    ]
    return [
        *numbers,
        Readout("net_cosine", decimals=2),
        Readout("net_ratio", decimals=2),
        Readout("net_size", decimals=0),
        Readout(
            "net_verdict",
            label="",
            choices=tuple(f"{phase} {batch}" for batch in batches for phase in sentences),
        ),
    ]


def _panels(
    state: TwoLayerNetworkState,
    run: Run,
    film: Film,
    target: int,
    now: Mapping[Place, Numbers],
    readouts: Sequence[Readout],
    t: Text,
) -> list[Panel]:
    drawn = figures.drawn_size(film.history, film.train)
    is_plane = film.train.features == 2
    has = {"held_out": film.held_out is not None, "batches": drawn > 0}
    words = {
        "hidden": run.setup.hidden,
        "units": min(run.setup.hidden, figures.MOST_UNITS),
        "shown": min(drawn, figures.MOST_DRAWN),
    }

    def panel(id: str, figure: go.Figure, title: str | None = None, **layout: Any) -> Panel:
        name = id.removeprefix("net_")
        heading = title or name
        return Panel(
            id=id,
            figure=figure,
            title=t(f"two_layer_network.training.panel.{heading}", **words),
            alt=spoken(readouts, now, t(f"two_layer_network.training.alt.{name}", **words)),
            legend=figures.legend(
                id,
                film.train.names,
                _color(run),
                lambda word: t(f"two_layer_network.training.legend.{word}", **words),
                **has,
            ),
            **layout,
        )

    steps = max(target, run.training.step) if run.problem is None else run.training.step
    label = t("two_layer_network.training.step_axis")
    losses = panel(
        figures.LOSSES,
        figures.losses_figure(
            steps,
            film.limits,
            _color(run),
            has_held_out=has["held_out"],
            has_batches=has["batches"],
            is_logarithmic=state.is_logarithmic,
            step_label=label,
        ),
    )
    accuracy = panel(
        figures.ACCURACY,
        figures.accuracy_figure(
            steps,
            film.train.classes,
            _color(run),
            has_held_out=has["held_out"],
            step_label=label,
        ),
    )
    confusion = panel(
        figures.CONFUSION,
        confusion_figure(
            film.train.names,
            t("two_layer_network.training.predicted"),
            t("two_layer_network.training.true"),
        ),
        "confusion_held_out" if film.held_out else None,
        tall=not is_plane,
    )
    if is_plane:
        plane = panel(
            figures.PLANE,
            figures.plane_figure(
                film.train, film.held_out, square_box(run.setup.data.points), drawn
            ),
            tall=True,
            height=1.3,
            ratio=1.0,
        )
        if not drawn:
            return [plane, losses, accuracy, confusion]
        gradient = panel(
            figures.GRADIENT,
            figures.gradient_figure(
                figures.gradient_limit(film.run.noise),
                _color(run),
                t("two_layer_network.training.along"),
                t("two_layer_network.training.across"),
            ),
        )
        return [plane, losses, accuracy, confusion, gradient]
    weights = panel(
        figures.WEIGHTS,
        figures.weights_figure(run.setup.hidden),
        tall=True,
        height=1.3,
        ratio=figures.weights_ratio(run.setup.hidden),
    )
    if not drawn:
        return [weights, losses, confusion, accuracy]
    strip = panel(
        figures.DRAWN, figures.drawn_figure(drawn), wide=True, height=0.35, least_width=800
    )
    return [weights, losses, confusion, accuracy, strip]


def look_control(state: TwoLayerNetworkState, t: Text) -> None:
    """Choose how the network is looked at."""

    def chosen() -> None:
        # None: the one that was chosen already was pressed again.
        look = st.session_state["look"] or read_state(TwoLayerNetworkState)[0].look
        write_state(replace(read_state(TwoLayerNetworkState)[0], look=look))

    st.session_state["look"] = state.look
    st.segmented_control(
        t("two_layer_network.view"),
        LOOKS,
        format_func=lambda look: t(f"two_layer_network.look.{look}"),
        key="look",
        on_change=chosen,
        label_visibility="collapsed",
    )


def axis_control(state: TwoLayerNetworkState, t: Text) -> None:
    """Choose the axis of the losses, where they are shown."""
    if state.look == "train":
        logarithmic_control(state, t)


def run_table(state: TwoLayerNetworkState, run: Run, t: Text) -> Table:
    """The numbers of a run, a row a record."""
    history = run.training.history
    columns = {
        "step": history.steps,
        "epoch": history.epochs,
        "rate": history.learning_rates,
        "data_loss": history.data_loss,
        "penalty": history.penalty,
        "total": history.total,
        "accuracy": 100.0 * history.accuracy,
    }
    if history.held_out_loss is not None and history.held_out_accuracy is not None:
        columns["held_out_loss"] = history.held_out_loss
        columns["held_out_accuracy"] = 100.0 * history.held_out_accuracy
    objective, recipe = run.setup.objective, run.setup.recipe
    return Table(
        columns={name: values.tolist() for name, values in columns.items()},
        headings={name: t(f"two_layer_network.training.readout.{name}") for name in columns},
        settings={
            "data": state.data,
            "hidden": run.setup.hidden,
            "seed": run.setup.seed,
            **asdict(objective),
            **asdict(recipe),
        },
    )
