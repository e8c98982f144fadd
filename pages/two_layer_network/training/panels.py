"""The panels of the training view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

import numpy as np

from core.learning.datasets import IMAGE_SHAPE
from core.validation import FloatArray
from pages.two_layer_network.training.figures import (
    accuracy_figure,
    gradient_figure,
    losses_figure,
    pixel_plane,
    plane_figure,
)
from pages.two_layer_network.training.numbers import (
    LEVELS,
    MOST_DRAWN,
    MOST_UNITS,
    RESOLUTION,
    Curve,
    RunCurves,
    SeenRun,
    TrainingNumbers,
    gradient_limit,
    units_across,
)
from pages.ui.kit.confusion import confusion_figure
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CLASS_SYMBOLS,
    CROSS_ENTROPY,
    HINGE,
    INK,
    MUTED,
    diverging_palette,
    ink_palette,
    region_palette,
)
from pages.ui.learning.plane import Box, square_box
from pages.ui.learning.runs import Run
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Cell, Dot, Note
from pages.ui.stage.panels import LegendEntry, Panel, Picture, Tint
from pages.ui.text import Text

__all__ = ["TrainingView", "panels"]

COLORS: Final = {"cross_entropy": CROSS_ENTROPY, "hinge": HINGE, "squared_error": INK}
DEEPEST: Final = 0.75
"""Strength of a cell's colour that still lets its number be read."""
RIGHT: Final = "#009E73"
ARROWS: Final = ("all", "W1", "W2")
"""The gradients that are drawn beside the full one."""
BARBS: Final = (0.45, -0.45)
"""Angles of the two strokes of an arrow's head."""


@dataclass(frozen=True, eq=False)
class TrainingView:
    """A run, how far it is to go, and what is seen of it."""

    run: Run
    target: int
    seen: SeenRun

    @property
    def is_over(self) -> bool:
        """Whether there is nothing left to train."""
        return self.run.is_over(self.target)

    @property
    def box(self) -> Box | None:
        """The part of the plane; None for images."""
        data = self.run.setup.data
        return square_box(data.points) if data.features == 2 else None

    @property
    def color(self) -> str:
        """That of the loss."""
        return COLORS[self.run.setup.objective.loss]

    @property
    def last_step(self) -> int:
        """Where the axis of the steps ends."""
        reached = self.run.step
        return max(self.target, reached) if self.run.problem is None else reached

    @property
    def words(self) -> dict[str, int]:
        """Numbers that titles and legends tell."""
        return {
            "hidden": self.run.setup.hidden,
            "units": min(self.run.setup.hidden, MOST_UNITS),
            "shown": min(self.seen.drawn, MOST_DRAWN),
        }


def panels(view: TrainingView, t: Text) -> list[Panel]:
    """Make all panels; what tells of mini-batches comes last."""
    on_plane = (_plane, _losses, _accuracy, _confusion, _gradient)
    of_images = (_weights, _losses, _confusion, _accuracy, _drawn)
    order = of_images if view.box is None else on_plane
    words = partial(_word, view, t)
    return [panel(view, words) for panel in (order if view.seen.drawn else order[:-1])]


Words: TypeAlias = Callable[[str], str]
"""Gives the texts of the training view, with the numbers of a view."""


def _word(view: TrainingView, t: Text, name: str) -> str:
    return t(name, **view.words)


def _plane(view: TrainingView, words: Words) -> Panel:
    """All points on the decision map, with lines for hidden units and rings for a mini-batch."""
    seen, box = view.seen, square_box(view.run.setup.data.points)
    classes = zip(seen.train.names, CLASS_COLORS, CLASS_SYMBOLS, strict=False)
    told = (
        (
            seen.held_out is not None,
            LegendEntry(words("two_layer_network.training.legend.held_out_point"), MUTED, "none"),
        ),
        (
            seen.drawn > 0,
            LegendEntry(words("two_layer_network.training.legend.drawn"), INK, "ring"),
        ),
        (True, LegendEntry(words("two_layer_network.training.legend.unit"), MUTED, "line")),
    )
    show: dict[tuple[int, str], Channel] = {
        (0, "x"): lambda r: r.lines[..., 0, :],
        (0, "y"): lambda r: r.lines[..., 1, :],
    }
    if seen.drawn:
        show[2, "x"] = lambda r: r.drawn_points[..., 0, :]
        show[2, "y"] = lambda r: r.drawn_points[..., 1, :]
    return Panel(
        id="net_plane",
        figure=plane_figure(seen.train, seen.held_out, box, seen.drawn),
        show=show,
        pictures=(
            Picture(
                pixels=lambda r: r.regions,
                shape=(RESOLUTION, RESOLUTION),
                extent=box.extent,
                palette=region_palette(seen.train.classes, LEVELS),
                smooth=True,
            ),
        ),
        title=words("two_layer_network.training.panel.plane"),
        alt=words("two_layer_network.training.alt.plane"),
        legend=(
            *(LegendEntry(*entry) for entry in classes),
            *(entry for is_there, entry in told if is_there),
        ),
        tall=True,
        height=1.3,
        ratio=1.0,
    )


def _losses(view: TrainingView, words: Words) -> Panel:
    """The totals over the steps: on all samples, on those held out, and on each mini-batch."""
    seen = view.seen

    def now(result: TrainingNumbers) -> FloatArray:
        return _side_by_side(result.total, result.held_out_total)

    return Panel(
        id="net_losses",
        over_steps=True,
        figure=losses_figure(
            view.last_step,
            seen.limits,
            view.color,
            has_held_out=seen.held_out is not None,
            has_batches=seen.drawn > 0,
            step_label=words("two_layer_network.training.step_axis"),
        ),
        show={
            (0, "x"): _cursor,
            **_curves(len(seen.curves.losses), lambda curves: curves.losses),
        },
        marks=(Dot(_steps, now, colors=(view.color,)),),
        title=words("two_layer_network.training.panel.losses"),
        alt=words("two_layer_network.training.alt.losses"),
        legend=(
            *_curve_legend(view, words),
            *(
                [LegendEntry(words("two_layer_network.training.legend.batches"), MUTED, "line")]
                if seen.drawn
                else []
            ),
        ),
    )


def _accuracy(view: TrainingView, words: Words) -> Panel:
    """The part of the samples that is right over the steps, above the line of chance."""

    def now(result: TrainingNumbers) -> FloatArray:
        return 100.0 * _side_by_side(result.accuracy, result.held_out_accuracy)

    return Panel(
        id="net_accuracy",
        over_steps=True,
        figure=accuracy_figure(
            view.last_step,
            view.seen.train.classes,
            view.color,
            has_held_out=view.seen.held_out is not None,
            step_label=words("two_layer_network.training.step_axis"),
        ),
        show={
            (0, "x"): _cursor,
            **_curves(len(view.seen.curves.accuracies), lambda curves: curves.accuracies, 100.0),
        },
        marks=(Dot(_steps, now, colors=(view.color,)),),
        title=words("two_layer_network.training.panel.accuracy"),
        alt=words("two_layer_network.training.alt.accuracy"),
        legend=_curve_legend(view, words),
    )


def _side_by_side(train: FloatArray, held_out: FloatArray | None) -> FloatArray:
    return np.stack([train] if held_out is None else [train, held_out], axis=-1)


def _steps(result: TrainingNumbers) -> FloatArray:
    """The step, once for each of `_side_by_side`."""
    return _side_by_side(result.steps, None if result.held_out_accuracy is None else result.steps)


def _cursor(result: TrainingNumbers) -> FloatArray:
    return np.stack([result.steps, result.steps], axis=-1)


def _curves(
    count: int, of: Callable[[RunCurves], tuple[Curve, ...]], factor: float = 1.0
) -> dict[tuple[int, str], Channel]:
    """The curves of a history, from trace 1 on."""

    def steps(index: int, result: TrainingNumbers) -> FloatArray | None:
        return None if result.curves is None else of(result.curves)[index][0]

    def values(index: int, result: TrainingNumbers) -> FloatArray | None:
        return None if result.curves is None else factor * of(result.curves)[index][1]

    return {
        (1 + index, axis): partial(coordinate, index)
        for index in range(count)
        for axis, coordinate in (("x", steps), ("y", values))
    }


def _curve_legend(view: TrainingView, words: Words) -> tuple[LegendEntry, ...]:
    train = LegendEntry(words("two_layer_network.training.legend.train"), view.color, "line")
    held_out = LegendEntry(words("two_layer_network.training.legend.held_out"), view.color, "dots")
    return (train,) if view.seen.held_out is None else (train, held_out)


def _confusion(view: TrainingView, words: Words) -> Panel:
    """How often each class was taken for each."""
    classes = view.seen.train.classes
    across = np.arange(classes, dtype=np.float64)

    def counts(result: TrainingNumbers) -> FloatArray:
        confusion = result.looked_at.confusion
        return confusion.astype(np.float64).reshape(*confusion.shape[:-2], -1)

    def shades(result: TrainingNumbers) -> FloatArray:
        confusion = result.looked_at.confusion
        shares = confusion / np.maximum(confusion.sum(axis=-1, keepdims=True), 1)
        # Few mistakes are to be seen, too.
        signed: FloatArray = DEEPEST * (2.0 * np.eye(classes) - 1.0) * np.sqrt(shares)
        return signed.reshape(*signed.shape[:-2], -1)

    title = "confusion" if view.seen.held_out is None else "confusion_held_out"
    return Panel(
        id="net_confusion",
        figure=confusion_figure(
            view.seen.train.names,
            words("two_layer_network.training.predicted"),
            words("two_layer_network.training.true"),
        ),
        marks=(
            Cell(
                tuple(np.tile(across, classes)),
                tuple(np.repeat(across, classes)),
                numbers=counts,
                decimals=(0,),
                shades=shades,
                colors=(RIGHT, MUTED),
            ),
        ),
        title=words(f"two_layer_network.training.panel.{title}"),
        alt=words("two_layer_network.training.alt.confusion"),
        tall=view.box is None,
    )


def _gradient(view: TrainingView, words: Words) -> Panel:
    """Arrows: the full gradient to the right, beside it that of the mini-batch and its parts."""
    noise = view.seen.numbers.looked_at.noise
    limit, names = gradient_limit(noise, ARROWS), ARROWS[1:]
    columns = [noise.names.index(name) for name in ARROWS]

    def tips(result: TrainingNumbers) -> tuple[FloatArray, FloatArray]:
        """Where the arrows end: along the full gradient, and across it."""
        found = result.looked_at.noise
        full = np.ones((*result.steps.shape, 1))
        along = np.concatenate([full, found.along[..., columns]], axis=-1)
        return along, np.concatenate([0.0 * full, found.across[..., columns]], axis=-1)

    def arrow(index: int, axis: int, result: TrainingNumbers) -> FloatArray:
        x, y = (coordinate[..., index] for coordinate in tips(result))
        return _arrow(x, y, limit)[axis]

    def name_of(result: TrainingNumbers) -> FloatArray:
        return np.broadcast_to(np.arange(float(len(names))), (*result.steps.shape, len(names)))

    return Panel(
        id="net_gradient",
        figure=gradient_figure(
            limit,
            view.color,
            words("two_layer_network.training.along"),
            words("two_layer_network.training.across"),
        ),
        show={
            (index, axis): partial(arrow, index, number)
            for index in range(1 + len(ARROWS))
            for number, axis in enumerate("xy")
        },
        marks=(
            Note(
                lambda r: tips(r)[0][..., 2:],
                lambda r: tips(r)[1][..., 2:],
                numbers=name_of,
                choices=names,
                side="above",
                colors=(view.color,),
            ),
        ),
        title=words("two_layer_network.training.panel.gradient"),
        alt=words("two_layer_network.training.alt.gradient"),
        legend=(
            LegendEntry(words("two_layer_network.training.legend.full"), MUTED, "line"),
            LegendEntry(words("two_layer_network.training.legend.noisy"), view.color, "line"),
        ),
    )


def _arrow(x: FloatArray, y: FloatArray, limit: float) -> tuple[FloatArray, FloatArray]:
    """Return the corners of arrows from the origin: a shaft, and a head of two strokes."""
    zero, angle = np.zeros_like(x), np.arctan2(y, x)
    size = np.minimum(0.07 * limit, 0.5 * np.hypot(x, y))
    strokes = [(x - size * np.cos(angle + a), y - size * np.sin(angle + a)) for a in BARBS]
    corners = [(zero, zero), (x, y), strokes[0], (x, y), strokes[1]]
    return np.stack([c[0] for c in corners], axis=-1), np.stack([c[1] for c in corners], axis=-1)


def _weights(view: TrainingView, words: Words) -> Panel:
    """The weights of each hidden unit as an image."""
    count = min(view.run.setup.hidden, MOST_UNITS)
    height, width = _size(count, units_across(count))
    return Panel(
        id="net_weights",
        figure=pixel_plane(height, width),
        pictures=(_image(lambda r: r.weight_pixels, height, width, diverging_palette()),),
        title=words("two_layer_network.training.panel.weights"),
        alt=words("two_layer_network.training.alt.weights"),
        tall=True,
        height=1.3,
        ratio=width / height,
    )


def _drawn(view: TrainingView, words: Words) -> Panel:
    """The images of the mini-batch in a row."""
    count = min(view.seen.drawn, MOST_DRAWN)
    height, width = _size(count, count)
    return Panel(
        id="net_drawn",
        figure=pixel_plane(height, width),
        pictures=(_image(lambda r: r.drawn_pixels, height, width, ink_palette()),),
        title=words("two_layer_network.training.panel.drawn"),
        alt=words("two_layer_network.training.alt.drawn"),
        wide=True,
        height=0.35,
        least_width=800,
    )


def _image(pixels: Channel, height: int, width: int, palette: tuple[Tint, ...]) -> Picture:
    extent = (0.0, float(width), 0.0, float(height))
    return Picture(pixels=pixels, shape=(height, width), extent=extent, palette=palette)


def _size(images: int, across: int) -> tuple[int, int]:
    """Height and width of images side by side, in pixels."""
    rows, columns = IMAGE_SHAPE
    return -(-images // across) * (rows + 1) - 1, across * (columns + 1) - 1
