"""The stage of the training view: a run on its timeline."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import lru_cache
from typing import Final

import numpy as np

from core.learning.datasets import Dataset
from core.validation import FloatArray
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.training.numbers import SeenRun, TrainingNumbers, seen_run
from pages.two_layer_network.training.panels import TrainingView, panels
from pages.two_layer_network.training.run import TrainingPhase
from pages.ui.export import Table
from pages.ui.guide.guide import Shown
from pages.ui.learning.plane import square_box
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import Setup
from pages.ui.learning.state import MOST_TRAINED
from pages.ui.stage.channels import Channel
from pages.ui.stage.handles import Timeline
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.text import Text

__all__ = [
    "moved",
    "run_table",
    "shown_training",
    "training_caption",
    "training_stage",
    "view_of",
]

STEP: Final = "step"
SECONDS_TO_PLAY: Final = 8

NUMBERS: Final[dict[str, tuple[Channel, int]]] = {
    "step": (lambda r: r.steps, 0),
    "epoch": (lambda r: r.epochs, 2),
    "rate": (lambda r: r.rates, 4),
    "data_loss": (lambda r: r.data_loss, 4),
    "penalty": (lambda r: r.penalty, 4),
    "total": (lambda r: r.total, 4),
    "accuracy": (lambda r: 100.0 * r.accuracy, 1),
    "held_out_accuracy": (lambda r: 100.0 * r.held_out_accuracy, 1),
}
"""The live numbers with their decimals."""


def view_of(state: TwoLayerNetworkState, run: Run, target: int) -> TrainingView:
    """What is seen of a run on its way to a step; computed once for all who look at it."""
    kind = {"is_over": run.is_over(target), "is_logarithmic": state.is_logarithmic}
    seen = run.once(("seen", *kind.values()), lambda: _seen(run, **kind))
    return TrainingView(run, target, seen)


def _seen(run: Run, *, is_over: bool, is_logarithmic: bool) -> SeenRun:
    train, held_out = _parts(run.setup)
    return seen_run(
        run.model,
        train,
        held_out,
        run.history,
        box=square_box(run.setup.data.points) if train.features == 2 else None,
        steps_per_epoch=run.steps_per_epoch,
        is_over=is_over,
        is_logarithmic=is_logarithmic,
    )


@lru_cache(maxsize=16)
def _parts(setup: Setup) -> tuple[Dataset, Dataset | None]:
    """What a run learns from, and what it only looks at; the same objects each time."""
    parts = setup.split()
    return (setup.data, None) if parts is None else (parts.train, parts.held_out)


def shown_training(state: TwoLayerNetworkState, run: Run, target: int, t: Text) -> Shown:
    """Lay out a run on its timeline; while it still trains, its last step, and it stays there."""
    view = view_of(state, run, target)

    def let_go(now: TwoLayerNetworkState, release: Release) -> TwoLayerNetworkState:
        return moved(now, release) if view.is_over else now

    return Shown("two_layer_network", training_stage(state, view, t), let_go, view.is_over)


def training_caption(state: TwoLayerNetworkState, run: Run, target: int, t: Text) -> str:
    """Say what the colours and lines mean."""
    view = view_of(state, run, target)
    told = ["weights" if view.box is None else "plane", "losses"]
    told += [*["batches"] * (view.seen.drawn > 0), "rounded"]
    return " ".join(t(f"two_layer_network.training.caption.{name}") for name in told)


def training_stage(state: TwoLayerNetworkState, view: TrainingView, t: Text) -> Stage:
    """Lay out the stage."""
    seen = view.seen
    row, steps = seen.row(state.at), seen.numbers.steps
    return Stage(
        panels=panels(view, t),
        handles=[
            Timeline(
                id=STEP,
                label=t("two_layer_network.training.timeline"),
                value=int(steps[row]),
                minimum=int(steps[0]),
                maximum=int(steps[-1]),
                grid=tuple(steps.tolist()),
                sweep=seen.numbers if view.is_over and seen.last else None,
                rate=max(4.0, seen.last / SECONDS_TO_PLAY),
                limits=(0, MOST_TRAINED),
            )
        ],
        readouts=_readouts(seen, t),
        now=seen.now(row),
        pinned=True,
    )


def moved(state: TwoLayerNetworkState, release: Release) -> TwoLayerNetworkState:
    """The state after the timeline was let go; the same state if the message makes no sense."""
    try:
        step = round(float(str(release.values[STEP])))
    except (KeyError, ValueError, OverflowError):
        return state
    return replace(state, at=min(max(step, 0), MOST_TRAINED))


def _readouts(seen: SeenRun, t: Text) -> list[Readout]:
    shown = [id for id in NUMBERS if id != "held_out_accuracy" or seen.held_out is not None]
    whole = {"epoch"} if not (seen.numbers.epochs % 1.0).any() else set()
    return [
        *(
            Readout(
                f"net_{id}",
                number,
                t(f"two_layer_network.training.readout.{id}"),
                decimals=0 if id in whole else decimals,
                significant=4 if id == "rate" else None,
            )
            for id in shown
            for number, decimals in [NUMBERS[id]]
        ),
        Readout("net_cosine", lambda r: r.looked_at.noise.cosines[..., 0], decimals=2),
        Readout("net_ratio", lambda r: r.looked_at.noise.ratios[..., 0], decimals=2),
        Readout("net_size", lambda r: r.batch_sizes, decimals=0),
        Readout("net_verdict", _verdict, label="", choices=_verdicts(seen, t)),
    ]


def _verdict(result: TrainingNumbers) -> FloatArray:
    """Behind all phases they come again, for steps whose gradient has no direction."""
    found = result.looked_at
    is_silent = np.isnan(found.noise.cosines[..., 0])
    return np.where(is_silent, len(TrainingPhase), 0.0) + found.phases


def _verdicts(seen: SeenRun, t: Text) -> tuple[str, ...]:
    phases = [
        t(f"two_layer_network.training.phase.{phase.name.lower()}") for phase in TrainingPhase
    ]
    batches = (
        t(f"two_layer_network.training.batch.{kind}", samples=seen.train.size)
        for kind in (("drawn", "silent") if seen.drawn else ("whole", "whole"))
    )
    return tuple(f"{phase} {batch}" for batch in batches for phase in phases)


def run_table(state: TwoLayerNetworkState, run: Run, t: Text) -> Table:
    """The numbers of a run, a row a record."""
    history = run.history
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
