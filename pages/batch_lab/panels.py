"""The panels of the batch lab."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.losses.hinge import HingeVariant
from core.validation import FloatArray
from pages.batch_lab.data import BatchView
from pages.batch_lab.numbers import BatchNumbers, BatchSweeps
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.confusion import confusion_figure
from pages.ui.kit.scores import listing, round_up, scores_panel
from pages.ui.kit.theme import CROSS_ENTROPY, HINGE, HINGE_TEXT, INK, MUTED, base_figure, class_axis
from pages.ui.stage.marks import Cell, Note, Push, Ring
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["PANELS", "window_of"]

MOST_SHOWN: Final = 12
"""Samples whose losses are drawn as bars."""
SIDE_BY_SIDE: Final = 0.19
"""Half the distance between the bars of both losses."""
OUT_OF_SIGHT: Final = -1e4
"""Below the panel: Plotly would draw the outline of an empty bar."""
RIGHT: Final = "#009E73"
ROWS: Final = (-0.09, -0.23)
"""Where the numbers of each loss stand, in units of the axis."""
FAINT: Final = 0.45
"""Opacity of the samples that are not on the stage."""
DEEPEST: Final = 0.75
"""Strength of a cell's colour that still lets its number be read."""


def _scores(view: BatchView, sweeps: BatchSweeps, t: Text) -> Panel:
    legend = (
        LegendEntry(t("legend.threshold"), HINGE, "line"),
        LegendEntry(t("legend.violation"), HINGE, "hatch"),
        LegendEntry(t("legend.flag"), MUTED, "none"),
    )
    example = view.state.example
    panel = scores_panel(example, sweeps.axis, legend, t, of=lambda result: result.sample)
    written = [format_given(score) for score in example.scores]
    return replace(
        panel,
        title=t("batch_lab.panel.scores", **view.words),
        alt=t("batch_lab.alt.scores", values=listing(example.names, written), **view.words),
    )


def _samples(view: BatchView, sweeps: BatchSweeps, t: Text) -> Panel:
    """Bars of both losses of the samples about the one on the stage, and lines at the means."""
    window = window_of(view)
    numbers, position = tuple(range(window.start + 1, window.stop + 1)), view.index - window.start
    losses = np.stack([view.result.cross_entropy, view.result.hinge])[:, window]
    highest = round_up(1.5 * max(float(losses.max()), 1.0))

    def shown(result: BatchNumbers) -> FloatArray:
        """Both losses of each sample, (..., 2, samples): of all but one as they are."""
        sample = result.sample
        all_losses = np.broadcast_to(losses, (*sample.hinge.shape, *losses.shape)).copy()
        all_losses[..., position] = np.stack([sample.cross_entropy, sample.hinge], axis=-1)
        return all_losses

    def means(result: BatchNumbers) -> FloatArray:
        totals = result.totals
        return np.stack([totals.cross_entropy_mean, totals.hinge_mean], axis=-1)

    def heights(result: BatchNumbers) -> FloatArray:
        bars = shown(result).reshape(*result.sample.hinge.shape, -1)
        return np.concatenate([bars, np.zeros((*bars.shape[:-1], 2))], axis=-1)

    def bases(result: BatchNumbers) -> FloatArray:
        lines = means(result)
        return np.concatenate([np.zeros((*lines.shape[:-1], losses.size)), lines], axis=-1)

    def row(loss: int, color: str) -> Note:
        return Note(
            tuple(map(float, range(len(numbers)))),
            (ROWS[loss] * highest,) * len(numbers),
            numbers=lambda result: shown(result)[..., loss, :],
            decimals=(2,),
            colors=(color,),
            room=1.0,
        )

    return Panel(
        id="samples",
        figure=_samples_figure(numbers, position, highest),
        show={(0, "y"): heights, (0, "base"): bases},
        marks=(row(0, CROSS_ENTROPY), row(1, HINGE_TEXT)),
        title=t("batch_lab.panel.samples"),
        alt=t("batch_lab.alt.samples", **view.words),
        legend=(
            *_loss_legend(t),
            LegendEntry(t("batch_lab.legend.mean", **view.words), MUTED, "line"),
        ),
    )


def _shares(view: BatchView, sweeps: BatchSweeps, t: Text) -> Panel:
    """Hollow bars of a sample's own gradients around filled bars of their N-th part."""
    names = view.batch.names

    def own(result: BatchNumbers) -> FloatArray:
        sample = result.sample
        return np.concatenate([sample.cross_entropy_gradient, sample.hinge_gradient], axis=-1)

    def shares(result: BatchNumbers) -> FloatArray:
        return own(result) / view.batch.size

    def heights(result: BatchNumbers) -> FloatArray:
        return np.concatenate([own(result), shares(result)], axis=-1)

    def bases(result: BatchNumbers) -> FloatArray:
        gradients = own(result)
        hidden = np.where(gradients == 0, OUT_OF_SIGHT, 0.0)
        return np.concatenate([hidden, np.zeros_like(gradients)], axis=-1)

    pairs = shares(sweeps.now).reshape(2, -1).T.tolist()
    written = [f"{format_fixed(soft, 3)} / {format_fixed(svm, 3)}" for soft, svm in pairs]
    return Panel(
        id="shares",
        figure=_shares_figure(names, view.result.variant),
        show={(0, "y"): heights, (0, "base"): bases},
        marks=(Push(_side_by_side(len(names)), shares, decimals=(2,)),),
        title=t("batch_lab.panel.shares", **view.words),
        alt=t("batch_lab.alt.shares", values=listing(names, written), **view.words),
        legend=(*_loss_legend(t), LegendEntry(t("batch_lab.legend.own"), MUTED, "outline")),
    )


def _confusion(view: BatchView, sweeps: BatchSweeps, t: Text) -> Panel:
    """The confusion matrix, and a ring where the sample on the stage is counted."""
    names = view.batch.names
    signs = 2 * np.eye(len(names)) - 1
    rows = zip(names, sweeps.now.totals.confusion.tolist(), strict=True)
    written = "; ".join(f"{name}: {', '.join(map(str, counts))}" for name, counts in rows)

    def counts(result: BatchNumbers) -> FloatArray:
        confusion = result.totals.confusion
        return np.asarray(confusion.reshape(*confusion.shape[:-2], -1), dtype=np.float64)

    def shades(result: BatchNumbers) -> FloatArray:
        confusion = result.totals.confusion
        shares = confusion / np.maximum(confusion.sum(axis=-1, keepdims=True), 1)
        return np.asarray(DEEPEST * signs * shares).reshape(*confusion.shape[:-2], -1)

    across = np.arange(len(names), dtype=np.float64)
    return Panel(
        id="confusion",
        figure=confusion_figure(names, t("batch_lab.axis.predicted"), t("batch_lab.axis.true")),
        marks=(
            Cell(
                tuple(np.tile(across, len(names))),
                tuple(np.repeat(across, len(names))),
                numbers=counts,
                decimals=(0,),
                shades=shades,
                colors=(RIGHT, MUTED),
            ),
            Ring(
                lambda result: result.sample.predictions[..., None],
                lambda result: result.sample.labels[..., None],
                colors=(INK,),
            ),
        ),
        title=t("batch_lab.panel.confusion"),
        alt=t("batch_lab.alt.confusion", values=written),
        legend=(
            LegendEntry(t("batch_lab.legend.right"), RIGHT),
            LegendEntry(t("batch_lab.legend.wrong"), MUTED),
            LegendEntry(t("batch_lab.legend.here", **view.words), INK, "outline"),
        ),
    )


PANELS: Final = (_scores, _samples, _shares, _confusion)
"""Each makes one panel of what is shown, its sweeps and the texts."""


def window_of(view: BatchView) -> slice:
    """Give the samples whose losses are drawn: those about the one on the stage."""
    first = MOST_SHOWN * (view.index // MOST_SHOWN)
    return slice(first, min(first + MOST_SHOWN, view.batch.size))


def _loss_legend(t: Text) -> tuple[LegendEntry, ...]:
    return (
        LegendEntry(t("batch_lab.legend.cross_entropy"), CROSS_ENTROPY),
        LegendEntry(t("batch_lab.legend.hinge"), HINGE),
    )


def _side_by_side(count: int) -> tuple[float, ...]:
    """Where the bars of cross-entropy stand, then those of hinge."""
    return tuple(place + side for side in (-SIDE_BY_SIDE, SIDE_BY_SIDE) for place in range(count))


@lru_cache(FIGURES_KEPT)
def _samples_figure(numbers: tuple[int, ...], position: int, highest: float) -> go.Figure:
    """There is room below for the numbers: at the bars, the lines would pass through them."""
    samples = len(numbers)
    middle = (samples - 1) / 2
    colors = [CROSS_ENTROPY] * samples + [HINGE] * samples
    faint = [1.0 if place == position else FAINT for place in range(samples)]
    figure = base_figure()
    figure.add_bar(
        x=[*_side_by_side(samples), middle, middle],
        width=[1.8 * SIDE_BY_SIDE] * (2 * samples) + [samples] * 2,
        marker={
            "color": [*colors, CROSS_ENTROPY, HINGE],
            "opacity": [*faint, *faint, 1.0, 1.0],
            "line": {
                "color": [*colors, CROSS_ENTROPY, HINGE],
                "width": [0] * (2 * samples) + [3, 3],
            },
        },
    )
    class_axis(figure, [str(number) for number in numbers])
    power = 10.0 ** np.floor(np.log10(highest / 3))
    step = power * max(m for m in (1, 2, 5) if m * power <= highest / 3)
    ticks = np.arange(0, 1.001 * highest, step)
    figure.update_yaxes(range=[-0.31 * highest, 1.06 * highest], tickvals=ticks.tolist())
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def _shares_figure(names: tuple[str, ...], variant: HingeVariant) -> go.Figure:
    classes = len(names)
    blank = "rgba(0,0,0,0)"
    colors = [CROSS_ENTROPY] * classes + [HINGE] * classes
    figure = base_figure()
    figure.add_bar(
        x=_side_by_side(classes) * 2,
        width=1.8 * SIDE_BY_SIDE,
        marker={
            "color": [*[blank] * (2 * classes), *colors],
            "line": {"color": colors * 2, "width": [2] * (2 * classes) + [0] * (2 * classes)},
        },
    )
    lowest = -(classes - 1) if variant == "weston_watkins" else -1
    room = 0.22 * (1 - lowest)
    class_axis(figure, names)
    figure.update_yaxes(range=[lowest - room, 1 + room], nticks=6)
    figure.update_layout(barmode="overlay")
    return figure
