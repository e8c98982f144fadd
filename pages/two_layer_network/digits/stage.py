"""The stage of the digits view: how a network reads an image, on the timeline of its run."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from core.learning.datasets import digits
from core.validation import FloatArray
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.digits.numbers import DigitImage, DigitNumbers, image_of, numbers_of
from pages.two_layer_network.digits.panels import DigitView, panels
from pages.ui.export import Table
from pages.ui.guide.guide import Shown
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import data_name
from pages.ui.stage.channels import Channel
from pages.ui.stage.handles import Timeline
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.text import Text

__all__ = ["digits_stage", "digits_table", "moved", "shown_digits", "still_digit", "view_of"]

STEP: Final = "at"


def view_of(state: TwoLayerNetworkState, run: Run, image: DigitImage) -> DigitView:
    """Read an image at every recorded step."""
    records = run.records
    numbers = numbers_of(
        np.array([record.step for record in records]),
        [record.parameters for record in records],
        image,
        run.setup.objective,
    )
    return DigitView(image, numbers, run.record_at(state.at))


def shown_digits(view: DigitView, t: Text, *, is_complete: bool) -> Shown:
    """Lay out how an image is read."""
    return Shown("network_digits", digits_stage(view, t), moved, is_complete)


def still_digit(state: TwoLayerNetworkState, run: Run, target: int, t: Text) -> list[Shown]:
    """Lay out how the digit of a state is read; nothing, if something else is learnt."""
    if data_name(state) != "digits":
        return []
    view = view_of(state, run, image_of(state))
    return [shown_digits(view, t, is_complete=run.is_over(target))]


def digits_stage(view: DigitView, t: Text) -> Stage:
    """Lay out the stage."""
    steps = tuple(view.numbers.steps.astype(np.float64).tolist())
    timeline = Timeline(
        id=STEP,
        label=t("two_layer_network.digits.step"),
        value=steps[view.record],
        minimum=0.0,
        maximum=steps[-1],
        grid=steps,
        limits=(0.0, steps[-1]),
        sweep=view.numbers,
    )
    return Stage(
        panels=panels(view, t),
        handles=[timeline] if len(steps) > 1 else [],
        readouts=_readouts(view.image, t),
        now=view.now,
        pinned=True,
    )


def moved(state: TwoLayerNetworkState, release: Release) -> TwoLayerNetworkState:
    """The state after a release; the same state if the message makes no sense."""
    try:
        at = int(float(str(release.values[STEP])))
    except (KeyError, ValueError, OverflowError):
        return state
    return replace(state, at=at) if at >= 0 else state


def _readouts(image: DigitImage, t: Text) -> list[Readout]:
    names, label = digits().names, image.label

    def top_probability(result: DigitNumbers) -> FloatArray:
        return np.asarray(result.probabilities.max(axis=-1))

    def verdict(result: DigitNumbers) -> FloatArray:
        """Whether the prediction is wrong; of a drawing there is one thing to say."""
        top = result.readings.ranking[..., 0]
        return np.zeros(top.shape) if label is None else (top != label).astype(np.float64)

    outcomes: tuple[str, ...] = (image.mode,)
    shown: dict[str, Channel] = {"top_probability": top_probability}
    told, truth = [], {}
    if label is not None:
        outcomes, truth = ("right", "wrong"), {"truth": names[label]}
        shown = {
            "true_probability": lambda r: r.probabilities[..., label],
            "sample_loss": lambda r: r.losses,
        }
        told = [Readout("top_probability", top_probability)]
    shown |= {"lead": lambda r: r.readings.lead, "duel": lambda r: r.readings.duel[..., 0]}
    verdicts = (t(f"two_layer_network.digits.verdict.{outcome}", **truth) for outcome in outcomes)
    return [
        *(
            Readout(id, channel, t(f"two_layer_network.digits.readout.{id}"))
            for id, channel in shown.items()
        ),
        Readout("active_units", lambda r: np.count_nonzero(r.readings.hidden, axis=-1), decimals=0),
        Readout("top_score", lambda r: _ranked(r, 0), significant=3),
        Readout("second_score", lambda r: _ranked(r, 1), significant=3),
        Readout("top_name", lambda r: r.readings.ranking[..., 0], choices=names),
        Readout("second_name", lambda r: r.readings.ranking[..., 1], choices=names),
        *told,
        Readout("verdict", verdict, label="", choices=tuple(verdicts)),
    ]


def _ranked(result: DigitNumbers, rank: int) -> FloatArray:
    """The highest score, or the second."""
    readings = result.readings
    return np.take_along_axis(readings.scores, readings.ranking[..., rank, None], axis=-1)


def digits_table(state: TwoLayerNetworkState, run: Run, t: Text) -> Table:
    """The numbers on screen, a row a class."""
    view = view_of(state, run, image_of(state))
    columns = {"score": view.now.readings.scores, "probability": view.now.probabilities}
    return Table(
        columns={
            "class": digits().names,
            **{name: values.tolist() for name, values in columns.items()},
        },
        headings={name: t(f"data.{name}") for name in ("class", *columns)},
        settings={
            "image": list(view.image.counts),
            "label": view.image.label,
            "step": int(view.now.steps),
        },
    )
