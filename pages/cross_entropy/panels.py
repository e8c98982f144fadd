"""The panels of the lesson on cross-entropy, and which number of a result goes where."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike, NDArray

from core.validation import FloatArray
from pages.cross_entropy.numbers import CrossEntropyResult
from pages.ui.kit.bars import FIGURES_KEPT, FLAG_ROOM, class_bars
from pages.ui.kit.sweeps import ScoreAxis
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    GRID,
    INK,
    MUTED,
    TARGET,
    base_figure,
    class_axis,
)
from pages.ui.stage.vocabulary import LegendEntry, Mark, Place, Spot

__all__ = [
    "curve_places",
    "gradient_figure",
    "legend",
    "logits_figure",
    "marks",
    "point_places",
    "probabilities_figure",
    "result_places",
    "sizes_figure",
    "surprisals_figure",
    "target_id",
]

LOGITS = Spot("scores", 0, "y")
BASES, HEIGHTS = Spot("probabilities", 0, "base"), Spot("probabilities", 0, "y")
GRADIENT = Spot("gradient", 0, "y")
LOSS_LINE = Spot("surprisals", 1, "base")
CURVES = tuple(Spot("sizes", trace, "y") for trace in range(3))
PROBABILITIES, TARGETS = "probabilities", "targets"
SURPRISAL_HEIGHTS = "surprisal_heights"
TRUE_X, TRUE_Y, TRUE_SURPRISAL = "true_x", "true_y", "true_surprisal"
POINT_LOGITS, POINT_SIZES = "point_logits", "point_sizes"

BELOW = -9.0
"""Below the range of the panel: where a hollow bar of height 0 waits, unseen."""

ROW_OF_P, ROW_OF_T = -0.27, -0.52
"""Where the numbers of p and t are written, below the bars."""

HIGHEST_SURPRISAL = 8.0
"""The upper end of the axis; what lies beyond is drawn at it."""

SIZE_COLORS = (CROSS_ENTROPY, MUTED, INK)


def target_id(index: int) -> str:
    """Name the handle of a class's target mass."""
    return f"target{index}"


def result_places(result: CrossEntropyResult, labels: ArrayLike) -> dict[Place, FloatArray]:
    """Numbers that follow from the logits and the target, by the place that shows them.

    ``labels`` are the classes that the flag marks, one for each sample or one for all.
    """
    t, p, surprisals = result.targets, result.probabilities, result.surprisals
    label = np.broadcast_to(np.asarray(labels, dtype=np.int64), result.loss.shape)
    zeros = np.zeros_like(t)

    def taken(values: FloatArray, at: NDArray[np.int64]) -> FloatArray:
        return np.asarray(np.take_along_axis(values, at[..., None], axis=-1)[..., 0])

    true_surprisal = taken(surprisals, label)
    up, down = result.gradient.argmin(axis=-1), result.gradient.argmax(axis=-1)
    return {
        LOGITS: result.logits,
        BASES: np.concatenate([np.where(t == 0, BELOW, 0.0), zeros], axis=-1),
        HEIGHTS: np.concatenate([t, p], axis=-1),
        PROBABILITIES: p,
        TARGETS: t,
        GRADIENT: result.gradient,
        SURPRISAL_HEIGHTS: np.minimum(surprisals, HIGHEST_SURPRISAL),
        LOSS_LINE: np.minimum(result.loss, HIGHEST_SURPRISAL)[..., None],
        TRUE_X: np.clip(taken(p, label) + 0.08, 0.0, 0.88)[..., None],
        TRUE_Y: np.minimum(true_surprisal, HIGHEST_SURPRISAL)[..., None] + 0.3,
        TRUE_SURPRISAL: true_surprisal[..., None],
        "loss": result.loss,
        "bits": result.bits,
        "perplexity": result.perplexity,
        "entropy": result.entropy,
        "divergence": result.divergence,
        "gradient_sum": result.gradient_sum,
        "error": result.gradient_sizes[..., 0],
        "squared_error": result.gradient_sizes[..., 2],
        "verdict": result.error_sizes.astype(np.float64),
        "true_name": label.astype(np.float64),
        "up_name": up.astype(np.float64),
        "down_name": down.astype(np.float64),
        "up": taken(result.gradient, up),
        "down": taken(result.gradient, down),
        **{target_id(index): t[..., index] for index in range(t.shape[-1])},
    }


def point_places(
    result: CrossEntropyResult, along: int, axis: ScoreAxis
) -> dict[Place, FloatArray]:
    """The present point on each curve of gradient sizes along one logit, if it is on the axis."""
    logit = result.logits[..., along]
    shown = np.where(np.abs(logit) <= axis.limit, logit, np.nan)
    return {
        POINT_LOGITS: np.stack([shown] * len(CURVES), axis=-1),
        POINT_SIZES: result.gradient_sizes,
    }


def curve_places(curves: FloatArray) -> dict[Place, FloatArray]:
    """Gradient sizes along one logit: curves of shape (..., points, 3)."""
    return {spot: curves[..., trace] for trace, spot in enumerate(CURVES)}


def marks(names: tuple[str, ...]) -> list[Mark]:
    """The numbers at the bars, every class's point on -log p, the present gradient sizes."""
    places = tuple(float(index) for index in range(len(names)))
    rows = [(ROW_OF_P, PROBABILITIES), (ROW_OF_T, TARGETS)]
    return [
        *(
            Mark(
                "probabilities",
                "cell",
                places,
                (row,) * len(names),
                numbers=numbers,
                colors=("transparent",),
                size=(1.0, ROW_OF_P - ROW_OF_T),
            )
            for row, numbers in rows
        ),
        Mark("surprisals", "dot", PROBABILITIES, SURPRISAL_HEIGHTS, colors=CLASS_COLORS),
        Mark(
            "surprisals",
            "text",
            TRUE_X,
            TRUE_Y,
            numbers=TRUE_SURPRISAL,
            prefix="⚑ ",
            side="above",
        ),
        Mark("gradient", "push", places, GRADIENT, decimals=(3 if len(names) <= 6 else 2,)),
        Mark("sizes", "dot", POINT_LOGITS, POINT_SIZES, colors=SIZE_COLORS),
    ]


def logits_figure(names: tuple[str, ...], axis: ScoreAxis) -> go.Figure:
    """Bars of the logits, with room at both ends for the value at the end of a bar."""
    return class_bars(names, -1.25 * axis.limit, 1.5 * axis.limit, room_below=FLAG_ROOM)


@lru_cache(FIGURES_KEPT)
def probabilities_figure(names: tuple[str, ...]) -> go.Figure:
    """Bars of p in class colours inside hollow bars of the target t; their numbers below."""
    classes = len(names)
    figure = base_figure()
    figure.add_bar(
        x=[*range(classes)] * 2,
        width=[0.86] * classes + [0.62] * classes,
        marker={
            "color": [*["rgba(0,0,0,0)"] * classes, *CLASS_COLORS[:classes]],
            "line": {"color": TARGET, "width": [2] * classes + [0] * classes},
        },
    )
    class_axis(figure, names)
    quarters = [0, 0.25, 0.5, 0.75, 1]
    figure.update_yaxes(
        range=[ROW_OF_T - 0.13, 1.16],
        tickvals=[ROW_OF_T, ROW_OF_P, *quarters],
        ticktext=["t", "p", *map(str, quarters)],
        showgrid=False,
        zeroline=False,
    )
    for height in quarters:
        figure.add_shape(
            type="line",
            xref="paper",
            x0=0,
            x1=1,
            y0=height,
            y1=height,
            line={"color": GRID, "width": 1},
            layer="below",
        )
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def surprisals_figure(probability_label: str) -> go.Figure:
    """The curve of -log p, and a line at the height of the loss."""
    figure = base_figure()
    p = np.union1d(np.exp(-np.linspace(HIGHEST_SURPRISAL, 0, 49)), np.linspace(0.02, 1, 50))
    figure.add_scatter(
        x=p.tolist(), y=(-np.log(p)).tolist(), mode="lines", line={"color": MUTED, "width": 3}
    )
    figure.add_bar(
        x=[0.5],
        y=[0],
        width=1.2,
        marker={"color": CROSS_ENTROPY, "line": {"color": CROSS_ENTROPY, "width": 3}},
    )
    figure.update_xaxes(range=[-0.03, 1.03], title_text=probability_label, nticks=6)
    figure.update_yaxes(
        range=[-0.4, 1.16 * HIGHEST_SURPRISAL],
        tickvals=[0, 2, 4, 6, HIGHEST_SURPRISAL],
        ticktext=["0", "2", "4", "6", f"≥ {HIGHEST_SURPRISAL:g}"],
    )
    figure.update_layout(barmode="overlay", margin={"b": 46})
    return figure


def gradient_figure(names: tuple[str, ...]) -> go.Figure:
    """Bars of p - t: a positive one pushes the logit down, a negative one up."""
    return class_bars(names, -1.3, 1.3, ticks=(-1, -0.5, 0, 0.5, 1))


@lru_cache(FIGURES_KEPT)
def sizes_figure(
    axis: ScoreAxis, grid: tuple[float, ...], limits: tuple[float, float], logit_label: str
) -> go.Figure:
    """Three gradient sizes along one logit, on a logarithmic axis."""
    figure = base_figure()
    for color, dash in zip(SIZE_COLORS, ("solid", "dash", "solid"), strict=True):
        figure.add_scatter(x=grid, mode="lines", line={"color": color, "width": 3, "dash": dash})
    figure.update_xaxes(range=[-axis.limit, axis.limit], title_text=logit_label)
    ends = np.log10(limits).tolist()
    figure.update_yaxes(type="log", range=[ends[0], ends[1] + 0.1], exponentformat="power", dtick=1)
    figure.update_layout(margin={"b": 46})
    return figure


def legend(panel: str, word: Callable[[str], str]) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    if panel == "scores":
        return (LegendEntry(word("flag"), MUTED, "none"),)
    if panel == "probabilities":
        return (LegendEntry(word("p"), MUTED), LegendEntry(word("t"), TARGET, "outline"))
    if panel == "surprisals":
        return (
            LegendEntry(word("surprisal"), MUTED, "line"),
            LegendEntry(word("loss"), CROSS_ENTROPY, "line"),
            LegendEntry(word("true"), MUTED, "none"),
        )
    if panel == "gradient":
        return (LegendEntry(word("push"), MUTED, "none"),)
    names = ("softmax_cross_entropy", "identity_squared_error", "softmax_squared_error")
    return tuple(
        LegendEntry(word(name), color, "line")
        for name, color in zip(names, SIZE_COLORS, strict=True)
    )
