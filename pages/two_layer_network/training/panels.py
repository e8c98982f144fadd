"""The training view of the two-layer network: its panels, and which number of a run goes where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.learning.datasets import IMAGE_SHAPE, Dataset
from core.learning.plane import Box, decision_levels, zero_lines
from core.learning.snapshots import stacked_scores
from core.learning.training import History, extremes, smoothed
from core.validation import FloatArray
from pages.two_layer_network.training.mini_batch import GradientNoise
from pages.two_layer_network.training.run import NetworkRun, Phase
from pages.ui.kit.palette_entries import ZERO_LEVEL, diverging_levels, ink_levels, tiled
from pages.ui.kit.sweeps import round_up
from pages.ui.kit.theme import (
    CLASS_COLORS,
    INK,
    MUTED,
    base_figure,
    diverging_palette,
    ink_palette,
    region_palette,
)
from pages.ui.stage.vocabulary import LegendEntry, Mark, Numbers, Picture, Place, Spot

__all__ = [
    "DRAWN",
    "MOST_UNITS",
    "accuracy_figure",
    "curve_places",
    "drawn_figure",
    "drawn_places",
    "drawn_size",
    "gradient_figure",
    "gradient_limit",
    "gradient_places",
    "image_pictures",
    "legend",
    "loss_limits",
    "losses_figure",
    "marks",
    "plane_figure",
    "plane_pictures",
    "plane_places",
    "step_places",
    "weight_places",
    "weights_figure",
    "weights_ratio",
]

PLANE, LOSSES, ACCURACY, CONFUSION = "net_plane", "net_losses", "net_accuracy", "net_confusion"
GRADIENT, WEIGHTS, DRAWN = "net_gradient", "net_weights", "net_drawn"

REGIONS, IMAGES, STRIP = "net_regions", "net_images", "net_strip"
COUNTS, SHADES = "net_counts", "net_shades"
HERE, HERE_LOSSES, HERE_ACCURACIES = "net_here", "net_here_losses", "net_here_accuracies"
TIPS_X, TIPS_Y, TIP_NAMES = "net_tips_x", "net_tips_y", "net_tip_names"

MOST_UNITS: Final = 20
"""More lines, or more images of weights, would hide each other."""
MOST_DRAWN: Final = 32
"""Images of a mini-batch that are shown."""
MOST_POINTS: Final = 600
"""Points of a long curve: as many as a panel has pixels."""
RESOLUTION: Final = 64
"""Pixels of the decision map, along each axis."""
LEVELS: Final = 16
DEEPEST: Final = 0.75
"""Strength of a cell's colour that still lets its number be read."""
RIGHT: Final = "#009E73"
FAR: Final = 100.0
"""Where rings wait that are not to be seen, in units of the box."""
ARROWS: Final = ("all", "W1", "W2")
"""The gradients that are drawn beside the full one."""
LONGEST_ARROWS: Final = (1.5, 3.0, 6.0, 12.0)
"""Few, so that the axes hold still while a run goes on."""
FIGURES_KEPT: Final = 32

ROWS, COLUMNS = IMAGE_SHAPE


# -- what changes from step to step ------------------------------------------------------------


def step_places(
    history: History, run: NetworkRun, records: slice, limits: tuple[float, float]
) -> dict[Place, Numbers]:
    """What every view shows at each of some records, shape (records, n), by its place.

    ``limits`` are those of the losses. A verdict is a phase; behind all phases they come again, for
    steps whose gradient has no direction.
    """
    step = history.steps[records].astype(np.float64)
    penalty, total = history.penalty[records], history.total[records]
    losses, accuracies = [total], [history.accuracy[records]]
    cosines = run.noise.cosines[:, 0]
    places: dict[Place, Numbers] = {
        "net_step": step,
        "net_epoch": history.epochs[records],
        "net_rate": history.learning_rates[records],
        "net_data_loss": history.data_loss[records],
        "net_penalty": penalty,
        "net_total": total,
        "net_accuracy": 100.0 * accuracies[0],
        "net_cosine": cosines,
        "net_ratio": run.noise.ratios[:, 0],
        "net_size": np.array([len(batch) for batch in history.batches[records]], np.float64),
        "net_verdict": np.where(np.isnan(cosines), len(Phase), 0.0) + run.phases,
    }
    if history.held_out_loss is not None and history.held_out_accuracy is not None:
        losses.append(history.held_out_loss[records] + penalty)
        accuracies.append(history.held_out_accuracy[records])
        places["net_held_out_accuracy"] = 100.0 * accuracies[1]
    counts = run.confusion.astype(np.float64)
    shares = counts / np.maximum(counts.sum(axis=2, keepdims=True), 1.0)
    signs = 2.0 * np.eye(counts.shape[1]) - 1.0
    cursor = np.stack([step, step], axis=1)
    return places | {
        HERE: np.stack([step] * len(losses), axis=1),
        HERE_LOSSES: np.stack(losses, axis=1),
        HERE_ACCURACIES: 100.0 * np.stack(accuracies, axis=1),
        Spot(LOSSES, 0, "x"): cursor,
        Spot(LOSSES, 0, "y"): np.broadcast_to(np.array(limits), cursor.shape),
        Spot(ACCURACY, 0, "x"): cursor,
        COUNTS: counts.reshape(len(step), -1),
        # Few mistakes are to be seen, too.
        SHADES: (DEEPEST * signs * np.sqrt(shares)).reshape(len(step), -1),
    }


def gradient_places(noise: GradientNoise) -> dict[Place, Numbers]:
    """The full gradient and those of the mini-batches as arrows, by their place."""
    limit = gradient_limit(noise)
    places: dict[Place, Numbers] = {}
    columns = [noise.names.index(name) for name in ARROWS]
    ones = np.ones(len(noise.along))
    vectors = [(ones, 0.0 * ones), *((noise.along[:, c], noise.across[:, c]) for c in columns)]
    for trace, (x, y) in enumerate(vectors):
        places[Spot(GRADIENT, trace, "x")], places[Spot(GRADIENT, trace, "y")] = _arrow(x, y, limit)
    places[TIPS_X], places[TIPS_Y] = noise.along[:, columns[1:]], noise.across[:, columns[1:]]
    places[TIP_NAMES] = np.tile(np.arange(len(ARROWS) - 1.0), (len(ones), 1))
    return places


def _arrow(x: FloatArray, y: FloatArray, limit: float) -> tuple[FloatArray, FloatArray]:
    """Return the corners of arrows from the origin: a shaft, and a head of two strokes."""
    zero, angle = np.zeros_like(x), np.arctan2(y, x)
    size = np.minimum(0.07 * limit, 0.5 * np.hypot(x, y))
    strokes = [(x - size * np.cos(angle + a), y - size * np.sin(angle + a)) for a in (0.45, -0.45)]
    corners = [(zero, zero), (x, y), strokes[0], (x, y), strokes[1]]
    return np.stack([c[0] for c in corners], axis=1), np.stack([c[1] for c in corners], axis=1)


def plane_places(
    history: History, records: slice, train: Dataset, box: Box, *, is_margin: bool, margin: float
) -> dict[Place, Numbers]:
    """What the decision map shows at each of some records, by its place."""
    parameters = {name: values[records] for name, values in history.parameters.items()}
    scores = stacked_scores(parameters, box.pixels(RESOLUTION), dtype=np.float32)
    levels = decision_levels(
        scores,
        levels=LEVELS,
        certainty="margin" if is_margin else "probability",
        margin=margin,
    )
    ends = zero_lines(parameters["W1"][..., :MOST_UNITS], parameters["b1"][..., :MOST_UNITS], box)
    # Each line ends in a gap.
    lines = np.pad(ends, [(0, 0), (0, 0), (0, 1), (0, 0)], constant_values=np.nan)
    places: dict[Place, Numbers] = {
        REGIONS: levels,
        Spot(PLANE, 0, "x"): lines[..., 0].reshape(len(lines), -1),
        Spot(PLANE, 0, "y"): lines[..., 1].reshape(len(lines), -1),
    }
    if drawn_size(history, train):
        rings = np.full((len(lines), drawn_size(history, train), 2), FAR * box.half)
        for step, batch in enumerate(history.batches[records]):
            rings[step, : len(batch)] = train.points[batch]
        places[Spot(PLANE, 2, "x")], places[Spot(PLANE, 2, "y")] = rings[..., 0], rings[..., 1]
    return places


def weight_places(history: History, records: slice) -> dict[Place, Numbers]:
    """What the first layer looks like at each of some records: an image a hidden unit."""
    weights = history.parameters["W1"][..., :MOST_UNITS]
    limit = float(np.abs(weights).max())
    levels = diverging_levels(weights[records].swapaxes(1, 2), limit)
    images = levels.reshape(*levels.shape[:2], *IMAGE_SHAPE)
    whole = tiled(images, _across(images.shape[1]), fill=ZERO_LEVEL)
    return {IMAGES: whole.reshape(len(whole), -1)}


def drawn_places(history: History, records: slice, train: Dataset) -> dict[Place, Numbers]:
    """The images of each mini-batch, side by side, by their place."""
    count = min(drawn_size(history, train), MOST_DRAWN)
    batches = history.batches[records]
    images = np.zeros((len(batches), count, *IMAGE_SHAPE), np.uint8)
    inked = ink_levels(train.points).reshape(-1, *IMAGE_SHAPE)
    for step, batch in enumerate(batches):
        images[step, : len(batch)] = inked[batch[:count]]
    whole = tiled(images, max(count, 1), fill=0)
    return {STRIP: whole.reshape(len(whole), -1)}


def drawn_size(history: History, train: Dataset) -> int:
    """How many samples the largest mini-batch has; 0 if every step looks at all."""
    first = history.batches[0]
    is_all = len(first) == train.size and np.array_equal(first, np.arange(train.size))
    return 0 if is_all else len(first)


# -- what a run looks like as a whole ----------------------------------------------------------


def curve_places(
    history: History, steps_per_epoch: int, *, has_batches: bool
) -> dict[Place, Numbers]:
    """Both histories, by their place."""
    curves = [(history.steps, history.total)]
    accuracies = [history.accuracy]
    if history.held_out_loss is not None and history.held_out_accuracy is not None:
        curves.append((history.steps, history.held_out_loss + history.penalty))
        accuracies.append(history.held_out_accuracy)
    if has_batches and len(history.step_losses):
        series = history.step_losses
        smooth = smoothed(series, float(steps_per_epoch))
        kept = np.unique(np.linspace(0, len(series) - 1, MOST_POINTS).astype(np.intp))
        curves += [extremes(series, MOST_POINTS), (kept, smooth[kept])]
    elif has_batches:
        curves += [(np.zeros(1, np.intp), np.full(1, np.nan))] * 2
    places: dict[Place, Numbers] = {}
    for trace, (steps, losses) in enumerate(curves, start=1):
        places[Spot(LOSSES, trace, "x")] = steps.astype(np.float64)
        places[Spot(LOSSES, trace, "y")] = losses
    for trace, accuracy in enumerate(accuracies, start=1):
        places[Spot(ACCURACY, trace, "x")] = history.steps.astype(np.float64)
        places[Spot(ACCURACY, trace, "y")] = 100.0 * accuracy
    return places


def loss_limits(history: History, *, is_logarithmic: bool) -> tuple[float, float]:
    """Round limits with room for the losses, but for a few outliers among the mini-batches."""
    seen = [history.total]
    if history.held_out_loss is not None:
        seen.append(history.held_out_loss + history.penalty)
    if len(history.step_losses):
        seen.append(np.percentile(history.step_losses, [1, 99]))
    values = np.concatenate(seen)
    high = round_up(max(float(values.max()), 1e-6))
    if not is_logarithmic:
        return 0.0, high
    lowest = float(values[values > 0].min(initial=high))
    return float(10.0 ** np.floor(np.log10(max(lowest, 1e-9 * high)))), high


def gradient_limit(noise: GradientNoise) -> float:
    """How long arrows may be: as long as nearly all are, in lengths of the full gradient."""
    ratios = noise.ratios[:, [noise.names.index(name) for name in ARROWS]]
    known = ratios[np.isfinite(ratios)]
    # The last step is the one that is seen first.
    most = max(np.percentile(known, 90), known[-1]) if len(known) else 1.0
    return next((limit for limit in LONGEST_ARROWS if limit >= most), LONGEST_ARROWS[-1])


# -- the panels --------------------------------------------------------------------------------


@lru_cache(FIGURES_KEPT)
def plane_figure(train: Dataset, held_out: Dataset | None, box: Box, drawn: int) -> go.Figure:
    """All points in their plane, with lines for hidden units and rings for a mini-batch."""
    figure = base_figure()
    figure.add_scatter(mode="lines", line={"color": INK, "width": 1.5}, opacity=0.5)
    _add_points(figure, train, symbol="circle", size=8)
    if drawn:
        figure.add_scatter(
            mode="markers",
            marker={"symbol": "circle-open", "size": 14, "color": INK, "line": {"width": 2}},
        )
    if held_out is not None:
        _add_points(figure, held_out, symbol="diamond", size=9)
    left, right, bottom, top = box.extent
    figure.update_xaxes(range=[left, right], showgrid=False, zeroline=False, nticks=5)
    figure.update_yaxes(range=[bottom, top], showgrid=False, zeroline=False, nticks=5)
    figure.update_layout(margin={"l": 40, "r": 10, "t": 6, "b": 28})
    return figure


def _add_points(figure: go.Figure, data: Dataset, *, symbol: str, size: int) -> None:
    figure.add_scatter(
        x=data.points[:, 0].tolist(),
        y=data.points[:, 1].tolist(),
        mode="markers",
        marker={
            "symbol": symbol,
            "size": size,
            "color": [CLASS_COLORS[label] for label in data.labels.tolist()],
            "line": {"color": INK, "width": 1},
        },
    )


@lru_cache(FIGURES_KEPT)
def losses_figure(
    steps: int,
    limits: tuple[float, float],
    color: str,
    *,
    has_held_out: bool,
    has_batches: bool,
    is_logarithmic: bool,
    step_label: str,
) -> go.Figure:
    """The totals over the steps: on all samples, on those held out, and on each mini-batch."""
    figure = base_figure()
    _add_curves(figure, color, has_held_out=has_held_out)
    if has_batches:
        figure.add_scatter(mode="lines", line={"color": MUTED, "width": 1}, opacity=0.55)
        figure.add_scatter(mode="lines", line={"color": MUTED, "width": 2.5})
    _steps_axis(figure, steps, step_label)
    low, high = limits
    figure.update_yaxes(range=[low, 1.04 * high])
    if is_logarithmic:
        ends = np.log10([low, 1.2 * high]).tolist()
        figure.update_yaxes(type="log", range=ends, exponentformat="power", dtick=1)
    figure.update_layout(uirevision=f"{steps} {limits}")
    return figure


@lru_cache(FIGURES_KEPT)
def accuracy_figure(
    steps: int, classes: int, color: str, *, has_held_out: bool, step_label: str
) -> go.Figure:
    """The part of the samples that is right over the steps, above the line of chance."""
    figure = base_figure()
    _add_curves(figure, color, has_held_out=has_held_out)
    figure.data[0].y = [0, 104]
    figure.add_hline(100 / classes, line={"color": MUTED, "width": 1.5, "dash": "dash"})
    _steps_axis(figure, steps, step_label)
    figure.update_yaxes(range=[0, 104], ticksuffix=" %", dtick=25)
    return figure


def _add_curves(figure: go.Figure, color: str, *, has_held_out: bool) -> None:
    """Add the cursor, the curve of what is learnt from, and that of what is held out."""
    figure.add_scatter(mode="lines", line={"color": INK, "width": 2})
    figure.add_scatter(mode="lines", line={"color": color, "width": 3})
    if has_held_out:
        figure.add_scatter(mode="lines", line={"color": color, "width": 3, "dash": "dot"})


def _steps_axis(figure: go.Figure, steps: int, label: str) -> None:
    figure.update_xaxes(range=[0, 1.02 * max(steps, 1)], title_text=label, nticks=6)
    figure.update_layout(margin_b=46)


@lru_cache(FIGURES_KEPT)
def gradient_figure(limit: float, color: str, along: str, across: str) -> go.Figure:
    """Arrows: the full gradient to the right, beside it that of the mini-batch and its parts."""
    figure = base_figure()
    for shade, width, opacity in (
        (MUTED, 5, 1.0),
        (color, 4, 1.0),
        (color, 2, 0.6),
        (color, 2, 0.6),
    ):
        figure.add_scatter(mode="lines", line={"color": shade, "width": width}, opacity=opacity)
    figure.update_xaxes(range=[-0.45 * limit, 1.1 * limit], title_text=along, nticks=6)
    figure.update_yaxes(
        range=[-0.06 * limit, 0.7 * limit],
        title_text=across,
        scaleanchor="x",
        constraintoward="bottom",
        nticks=5,
    )
    figure.update_layout(margin_b=46)
    return figure


@lru_cache(FIGURES_KEPT)
def weights_figure(units: int) -> go.Figure:
    """An empty plane for images of weights, in pixels."""
    return _pixel_plane(*_size(min(units, MOST_UNITS), _across(min(units, MOST_UNITS))))


@lru_cache(FIGURES_KEPT)
def drawn_figure(images: int) -> go.Figure:
    """An empty plane for a row of images, in pixels."""
    return _pixel_plane(*_size(min(images, MOST_DRAWN), min(images, MOST_DRAWN)))


def weights_ratio(units: int) -> float:
    """Width of the images of weights, divided by their height."""
    count = min(units, MOST_UNITS)
    height, width = _size(count, _across(count))
    return width / height


def _pixel_plane(height: int, width: int) -> go.Figure:
    figure = base_figure()
    figure.update_xaxes(range=[0, width], visible=False)
    figure.update_yaxes(range=[0, height], visible=False)
    figure.update_layout(margin={"l": 10, "r": 10, "t": 6, "b": 6})
    return figure


def _size(images: int, across: int) -> tuple[int, int]:
    """Height and width of images side by side, in pixels."""
    down = -(-images // across)
    return down * (ROWS + 1) - 1, across * (COLUMNS + 1) - 1


def _across(units: int) -> int:
    return min(units, 4)


# -- what is drawn over and under them ---------------------------------------------------------


def plane_pictures(classes: int, box: Box) -> list[Picture]:
    """The decision map below the points."""
    shape = (RESOLUTION, RESOLUTION)
    return [
        Picture(REGIONS, PLANE, shape, box.extent, region_palette(classes, LEVELS), smooth=True)
    ]


def image_pictures(units: int, drawn: int) -> list[Picture]:
    """The first layer's weights, and the mini-batch if there is one."""
    count = min(units, MOST_UNITS)
    height, width = _size(count, _across(count))
    extent = (0.0, float(width), 0.0, float(height))
    pictures = [Picture(IMAGES, WEIGHTS, (height, width), extent, diverging_palette())]
    if drawn:
        height, width = _size(min(drawn, MOST_DRAWN), min(drawn, MOST_DRAWN))
        extent = (0.0, float(width), 0.0, float(height))
        pictures.append(Picture(STRIP, DRAWN, (height, width), extent, ink_palette()))
    return pictures


def marks(classes: int, color: str, *, has_gradient: bool) -> list[Mark]:
    """The present points of both histories, the counts, and names at the arrows."""
    across = np.arange(classes, dtype=np.float64)
    found = [
        Mark(LOSSES, "dot", HERE, HERE_LOSSES, colors=(color,)),
        Mark(ACCURACY, "dot", HERE, HERE_ACCURACIES, colors=(color,)),
        Mark(
            CONFUSION,
            "cell",
            tuple(np.tile(across, classes)),
            tuple(np.repeat(across, classes)),
            numbers=COUNTS,
            decimals=(0,),
            shades=SHADES,
            colors=(RIGHT, MUTED),
        ),
    ]
    if has_gradient:
        names = ARROWS[1:]
        found.append(
            Mark(
                GRADIENT,
                "text",
                TIPS_X,
                TIPS_Y,
                numbers=TIP_NAMES,
                choices=names,
                side="above",
                colors=(color,),
            )
        )
    return found


def legend(
    panel: str, names: Sequence[str], color: str, word: Callable[[str], str], **has: bool
) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    if panel == PLANE:
        classes = (
            LegendEntry(name, shade) for name, shade in zip(names, CLASS_COLORS, strict=False)
        )
        more = (
            *((LegendEntry(word("held_out_point"), MUTED, "none"),) * has["held_out"]),
            *((LegendEntry(word("drawn"), INK, "ring"),) * has["batches"]),
            LegendEntry(word("unit"), MUTED, "line"),
        )
        return (*classes, *more)
    if panel in (LOSSES, ACCURACY):
        curves = [LegendEntry(word("train"), color, "line")]
        if has["held_out"]:
            curves.append(LegendEntry(word("held_out"), color, "dots"))
        if has["batches"] and panel == LOSSES:
            curves.append(LegendEntry(word("batches"), MUTED, "line"))
        return tuple(curves)
    if panel == GRADIENT:
        return (
            LegendEntry(word("full"), MUTED, "line"),
            LegendEntry(word("noisy"), color, "line"),
        )
    return ()
