"""The panels of the lesson on numerical stability, and which number of a result goes where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go

from core.precision.float_types import (
    OFFSET,
    POOLINGS,
    PRECISIONS,
    Outcome,
    Status,
    exp_limits,
    offset_cross_entropy,
)
from core.validation import FloatArray
from pages.numerical_stability.numbers import COMPARED, SCALES, SHIFTS, Stability
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    INK,
    MUTED,
    base_figure,
    plain,
)
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.vocabulary import LegendEntry, Mark, Place, Spot

__all__ = [
    "MOST_KEPT",
    "PANELS",
    "ROUNDED_LOSS",
    "STEPS",
    "constants",
    "curve_places",
    "errors_figure",
    "exp_figure",
    "legend",
    "marks",
    "offset_loss_figure",
    "offset_slope_figure",
    "places",
    "pooled_figure",
    "step_places",
    "table_figure",
]

PANELS = ("table", "exp", "errors", "offset_loss", "offset_slope", "pooled")

STATUS_COLORS = ("#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#882255")
"""Right, rounded, 0, infinite, NaN."""
SYMBOLS = ("", "≈", "▼", "▲", "✕")
"""The same told by shape."""
METHOD_COLORS = ("#6F5FBF", "#B8A800", INK)
DASHES = ("dot", "dash", "solid")

ROUNDED_LOSS = (Outcome.LOSS_ROUNDED, Outcome.ROUNDED, Outcome.SOME_UNDERFLOW)
"""The outcomes in which the loss may have lost digits: then the words tell how many are right."""
MOST_KEPT = 14
"""As many of them are right at most."""

ROWS = tuple(
    3.3 * method + number for method in range(len(COMPARED)) for number in range(len(PRECISIONS))
)
"""Where the rows of the table are: one group a method."""
EXACT_ROW = ROWS[-1] + 1.3
POOLED_ROWS = tuple(
    3.3 * pooling + number for pooling in range(len(POOLINGS)) for number in range(len(PRECISIONS))
)
FEW_CLASSES = 5
"""With more classes the columns are narrow: fewer digits, and a symbol only where the number does
not tell by itself."""
ZONE_OPACITY = 0.42

EPSILONS = np.log10([float(np.finfo(precision).eps) for precision in PRECISIONS])
BELOW_EPSILON = 1.2
"""By how many decades below the epsilon of its type an error is drawn at most: there is no better
number in the type, and the line would only be restless."""
LOST_ERROR = 2.0
"""Where an error of inf or NaN is drawn, on the axis of log10."""
ERROR_RANGE = (EPSILONS[-1] - BELOW_EPSILON - 0.8, LOST_ERROR + 1.0)
STEPS = SCALES.size
TICKS = tuple(range(0, STEPS, 40))
"""Steps of both sliders that are named below the errors."""

LANE = 0.24
LANE_RANGE = (-5.3, 5.3)
LARGEST_DECADES = 4


def _decade_names(numbers: Sequence[int]) -> list[str]:
    """Write powers of ten of either sign, short enough for a narrow panel."""
    powers = str.maketrans("12345", "¹²³⁴⁵")
    names = []
    for number in numbers:
        power = str(len(str(abs(number))) - 1).translate(powers)
        short = str(number) if abs(number) <= 10 else f"{'-' * (number < 0)}10{power}"
        names.append(short.replace("-", "−"))
    return names


def _decades(values: FloatArray) -> FloatArray:
    """Place numbers of either sign on an axis that is logarithmic far from 0."""
    return np.asarray(np.sign(values) * np.log10(1.0 + np.abs(values)))


def places(result: Stability, label: int) -> dict[Place, FloatArray]:
    """Numbers that follow from the logits and the label, by the place that shows them."""
    batch = result.logits.shape[:-1]
    spread = (*batch, -1)
    exact = result.exact
    true_loss = exact.losses[..., label : label + 1]
    exact_numbers = np.concatenate([exact.probabilities.value, true_loss.value], axis=-1)
    columns = np.arange(exact_numbers.shape[-1], dtype=np.float64)
    shifted = result.logits - result.logits.max(axis=-1, keepdims=True)
    u = result.log_odds[..., label]
    right, habit = offset_cross_entropy(u, offset=0.0), offset_cross_entropy(u)
    losses = np.stack([exact_numbers[..., -1], habit.value], axis=-1)
    slopes = np.stack([right.slope, habit.slope], axis=-1)
    words = _words(result, label)
    position = _decades(u)
    return {
        "cell_numbers": _with_loss(result.probabilities, result.losses, label).reshape(spread),
        "cell_tones": _with_loss(
            result.probability_statuses.astype(np.float64),
            result.loss_statuses.astype(np.float64),
            label,
        ).reshape(spread),
        "outcomes": words.reshape(spread),
        "exact_numbers": exact_numbers,
        "exact_columns": np.where(exact_numbers == 0.0, np.nan, columns),
        "tiny_columns": np.where(exact_numbers == 0.0, columns, np.nan),
        "logit_positions": np.tile(_decades(result.logits), len(PRECISIONS)),
        "shifted_positions": np.tile(_decades(shifted), len(PRECISIONS)),
        "error_heights": _heights(result.errors[..., label]).reshape(spread),
        "odds": np.stack([position, position], axis=-1),
        "offset_losses": _decades(losses),
        "offset_slopes": slopes,
        "pooled_numbers": result.pooled[..., label].reshape(spread),
        "pooled_tones": result.pooled_statuses[..., label].reshape(spread).astype(np.float64),
        "largest": result.logits.max(axis=-1),
        "smallest": result.logits.min(axis=-1),
        "true_loss": _unless_lost(losses[..., 0]),
        "offset_loss": losses[..., 1],
        "true_slope": _unless_lost(slopes[..., 0]),
        "offset_slope": _unless_lost(slopes[..., 1]),
        "naive_sentence": result.naive_fails[..., label].astype(np.float64),
        "cure_sentence": result.cures[..., label].astype(np.float64),
        **{
            f"{method}_{precision}": words[..., i, j]
            for i, method in enumerate(COMPARED)
            for j, precision in enumerate(PRECISIONS)
        },
    }


def _words(result: Stability, label: int) -> FloatArray:
    """Which words tell what happened: one for each outcome, then one for each number of digits."""
    outcomes, kept = result.outcomes[..., label], result.kept_digits[..., label]
    first = len(Outcome) + (outcomes - ROUNDED_LOSS[0]) * (MOST_KEPT + 1)
    with_digits = np.isin(outcomes, ROUNDED_LOSS) & (kept >= 0)
    return np.where(with_digits, first + kept, outcomes).astype(np.float64)


def _unless_lost(values: FloatArray) -> FloatArray:
    """Leave out what is too small for float64: its true value is not 0."""
    return np.where(values == 0.0, np.nan, values)


def _with_loss(probabilities: FloatArray, losses: FloatArray, label: int) -> FloatArray:
    return np.concatenate([probabilities, losses[..., label : label + 1]], axis=-1)


def _heights(errors: FloatArray) -> FloatArray:
    """Place relative errors of shape (..., methods, types) on the axis of log10."""
    with np.errstate(divide="ignore"):
        heights = np.clip(np.log10(errors), EPSILONS - BELOW_EPSILON, 0.0)
    return np.where(np.isfinite(errors), heights, LOST_ERROR)


def step_places(scale: float, shift: float, swept: str) -> dict[Place, FloatArray]:
    """Where the present points are along the errors, and the names of that axis."""
    step = 40 * (np.log10(scale) + 2) if swept == "scale" else (shift - SHIFTS[0]) / 10
    index = float(swept == "shift")
    return {
        "error_positions": np.full(len(ROWS), step),
        "tick_names": np.arange(len(TICKS)) + index * len(TICKS),
        "swept_name": np.array(index),
    }


def curve_places(along: Stability, label: int) -> dict[Place, FloatArray]:
    """The relative error of every method in every type, along a slider."""
    heights = _heights(along.errors[..., label])
    return {
        Spot("errors", i * len(PRECISIONS) + j, "y"): heights[:, i, j]
        for i in range(len(COMPARED))
        for j in range(len(PRECISIONS))
    }


def constants(classes: int) -> dict[Place, FloatArray]:
    """Numbers that never change."""
    return {
        "diamonds": np.zeros(len(PRECISIONS) * classes),
    }


def marks(classes: int, words: tuple[str, ...], ticks: tuple[str, ...]) -> list[Mark]:
    """Everything that the stage draws over the panels; ``words`` tell each outcome."""
    columns = tuple(map(float, range(classes + 1)))
    x = columns * len(ROWS)
    y = tuple(row for row in ROWS for _ in columns)
    lanes = range(len(PRECISIONS))
    colors = CLASS_COLORS[:classes]
    pooled_x, pooled_y = (
        (0.0, 1.0, 2.2, 3.2) * 6,
        tuple(row for row in POOLED_ROWS for _ in range(4)),
    )
    digits = 3 if classes <= FEW_CLASSES else 2
    symbols = SYMBOLS if classes <= FEW_CLASSES else ("", "≈", "", "", "")
    methods = tuple(color for color in METHOD_COLORS for _ in PRECISIONS)
    return [
        Mark(
            "table",
            "cell",
            x,
            y,
            numbers="cell_numbers",
            significant=digits,
            tones="cell_tones",
            colors=STATUS_COLORS,
        ),
        Mark(
            "table",
            "text",
            tuple(column - 0.4 for column in x),
            y,
            numbers="cell_tones",
            choices=symbols,
        ),
        Mark(
            "table",
            "cell",
            (_words_at(classes),) * len(ROWS),
            ROWS,
            numbers="outcomes",
            choices=words,
            colors=("var(--st-background-color)",),
            size=(_words_width(classes), 1.0),
        ),
        *(
            Mark(
                "table",
                "cell",
                x,
                (EXACT_ROW,) * (classes + 1),
                numbers="exact_numbers",
                significant=digits,
                choices=choices,
                colors=("var(--st-background-color)",),
            )
            for x, choices in (("exact_columns", None), ("tiny_columns", ("< 5e−324",)))
        ),
        Mark(
            "exp",
            "dot",
            "logit_positions",
            tuple(lane - LANE for lane in lanes for _ in colors),
            colors=colors,
        ),
        Mark(
            "exp",
            "text",
            "shifted_positions",
            tuple(lane + LANE for lane in lanes for _ in colors),
            numbers="diamonds",
            choices=("◆",),
            colors=colors,
        ),
        Mark("errors", "dot", "error_positions", "error_heights", colors=methods),
        Mark(
            "errors",
            "text",
            tuple(map(float, TICKS)),
            (ERROR_RANGE[0],) * len(TICKS),
            numbers="tick_names",
            choices=ticks,
            side="below",
        ),
        Mark("offset_loss", "dot", "odds", "offset_losses", colors=(CROSS_ENTROPY, INK)),
        Mark("offset_slope", "dot", "odds", "offset_slopes", colors=(CROSS_ENTROPY, INK)),
        Mark(
            "pooled",
            "cell",
            pooled_x,
            pooled_y,
            numbers="pooled_numbers",
            significant=3,
            tones="pooled_tones",
            colors=STATUS_COLORS,
        ),
        Mark(
            "pooled",
            "text",
            tuple(column - 0.42 for column in pooled_x),
            pooled_y,
            numbers="pooled_tones",
            choices=SYMBOLS,
        ),
    ]


def _words_width(classes: int) -> float:
    """Width of the column that tells what happened, in columns of numbers."""
    return max(1.9, 0.38 * (classes + 1))


def _words_at(classes: int) -> float:
    return classes + 0.55 + 0.5 * _words_width(classes)


@lru_cache(FIGURES_KEPT)
def table_figure(
    names: tuple[str, ...],
    rows: tuple[str, ...],
    exact: str,
    loss: str,
    outcome: str,
) -> go.Figure:
    """A table without its cells: a row a method and type, a column a class, the loss, the words."""
    classes = len(names)
    figure = base_figure()
    figure.update_xaxes(
        range=[-0.5, classes + 0.6 + _words_width(classes)],
        tickvals=[*range(classes + 1), _words_at(classes)],
        ticktext=[*map(plain, names), loss, outcome],
        side="top",
        showgrid=False,
        zeroline=False,
        ticks="",
        tickangle=0,
    )
    _rows_axis(figure, (*ROWS, EXACT_ROW), (*rows, exact))
    figure.update_layout(margin={"l": 164, "r": 8, "t": 30, "b": 34})
    return figure


def _rows_axis(figure: go.Figure, rows: tuple[float, ...], names: tuple[str, ...]) -> None:
    figure.update_yaxes(
        range=[rows[-1] + 0.55, -0.55],
        tickvals=list(rows),
        ticktext=list(names),
        showgrid=False,
        zeroline=False,
        ticks="",
    )


@lru_cache(FIGURES_KEPT)
def exp_figure() -> go.Figure:
    """A lane a type: where exp is 0, loses digits, is fine, and is infinite."""
    figure = base_figure()
    numbers = (-1000, -100, -10, 0, 10, 100, 1000)
    names = [
        "" if abs(number) == 100 else name
        for number, name in zip(numbers, _decade_names(numbers), strict=True)
    ]
    figure.update_xaxes(
        range=list(LANE_RANGE),
        tickvals=_decades(np.array(numbers)).tolist(),
        ticktext=names,
        tickangle=0,
        zeroline=False,
    )
    figure.update_yaxes(
        range=[len(PRECISIONS) - 0.45, -0.55],
        tickvals=list(range(len(PRECISIONS))),
        ticktext=list(PRECISIONS),
        showgrid=False,
        zeroline=False,
        ticks="",
    )
    low, high = LANE_RANGE
    for lane, precision in enumerate(PRECISIONS):
        limits = exp_limits(precision)
        overflow, subnormal, underflow = _decades(np.array(limits)).tolist()
        for left, right, status in (
            (low, underflow, Status.ZERO),
            (underflow, subnormal, Status.ROUNDED),
            (overflow, high, Status.INFINITE),
        ):
            figure.add_shape(
                type="rect",
                x0=left,
                x1=right,
                y0=lane - 0.42,
                y1=lane + 0.42,
                fillcolor=STATUS_COLORS[status],
                opacity=ZONE_OPACITY,
                line_width=0,
                layer="below",
            )
        for at, limit, anchor in (
            (underflow, limits.underflow, "right"),
            (overflow, limits.overflow, "left"),
        ):
            figure.add_annotation(
                x=at,
                y=lane,
                text=format_fixed(limit, 2),
                showarrow=False,
                xanchor=anchor,
            )
    figure.update_layout(margin={"l": 72, "r": 14, "t": 8, "b": 34})
    return figure


@lru_cache(FIGURES_KEPT)
def errors_figure() -> go.Figure:
    """Lines of the relative error of the loss along a slider, without their heights."""
    figure = base_figure()
    for color in METHOD_COLORS:
        for dash in DASHES:
            figure.add_scatter(
                x=list(range(STEPS)),
                mode="lines",
                line={"color": color, "width": 2, "dash": dash},
            )
    figure.update_xaxes(
        range=[-4, STEPS + 3], tickvals=list(TICKS), showticklabels=False, zeroline=False
    )
    powers = (-16, -12, -8, -4, 0)
    figure.update_yaxes(
        range=list(ERROR_RANGE),
        tickvals=[*powers, LOST_ERROR],
        ticktext=[*(f"10<sup>{power}</sup>".replace("-", "−") for power in powers), "∞, NaN"],
        zeroline=False,
    )
    for precision, epsilon in zip(PRECISIONS, EPSILONS.tolist(), strict=True):
        figure.add_annotation(
            x=-3,
            y=epsilon,
            text=f"ε {precision}",
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            yshift=4,
            font={"color": MUTED},
            bgcolor="var(--st-background-color)",
        )
    figure.update_layout(margin={"l": 64, "r": 26, "t": 8, "b": 34})
    return figure


def _offset_figure(odds_name: str) -> tuple[go.Figure, FloatArray]:
    """A figure along the log-odds of the true class, and the log-odds at its steps."""
    figure = base_figure()
    decades = np.linspace(-LARGEST_DECADES, 3, 281)
    numbers = (-1000, -100, -10, 0, 10, 100)
    figure.update_xaxes(
        range=[float(decades[0]), float(decades[-1])],
        tickvals=_decades(np.array(numbers)).tolist(),
        ticktext=_decade_names(numbers),
        title_text=odds_name,
        tickangle=0,
        zeroline=False,
    )
    figure.update_layout(margin={"b": 50})
    return figure, np.asarray(np.sign(decades) * (10.0 ** np.abs(decades) - 1.0))


def _offset_lines(figure: go.Figure, u: FloatArray, right: FloatArray, habit: FloatArray) -> None:
    x = _decades(u).tolist()
    lines = ((right, CROSS_ENTROPY, "solid"), (habit, INK, "dash"))
    for values, color, dash in lines:
        figure.add_scatter(
            x=x, y=values.tolist(), mode="lines", line={"color": color, "width": 3, "dash": dash}
        )


@lru_cache(FIGURES_KEPT)
def offset_loss_figure(odds_name: str) -> go.Figure:
    """The loss with and without 1e-7 inside the logarithm."""
    figure, u = _offset_figure(odds_name)
    right, habit = offset_cross_entropy(u, offset=0.0), offset_cross_entropy(u)
    _offset_lines(figure, u, _decades(right.value), _decades(habit.value))
    numbers = (0, 1, 10, 100, 1000, 10000)
    figure.update_yaxes(
        range=[-0.2, LARGEST_DECADES + 0.2],
        tickvals=_decades(np.array(numbers)).tolist(),
        ticktext=_decade_names(numbers),
        zeroline=False,
    )
    cap = -float(np.log(OFFSET))
    figure.add_annotation(
        x=-LARGEST_DECADES,
        y=float(_decades(np.array(cap))),
        text=format_fixed(cap, 3),
        showarrow=False,
        xanchor="left",
        yanchor="top",
    )
    figure.update_layout(margin={"l": 64})
    return figure


@lru_cache(FIGURES_KEPT)
def offset_slope_figure(odds_name: str) -> go.Figure:
    """The derivative by the true logit with and without 1e-7 inside the logarithm."""
    figure, u = _offset_figure(odds_name)
    _offset_lines(
        figure, u, offset_cross_entropy(u, offset=0.0).slope, offset_cross_entropy(u).slope
    )
    figure.update_yaxes(range=[-1.12, 0.12], tickvals=[-1, -0.75, -0.5, -0.25, 0], zeroline=False)
    return figure


@lru_cache(FIGURES_KEPT)
def pooled_figure(rows: tuple[str, ...], columns: tuple[str, ...]) -> go.Figure:
    """A table without its cells: the largest logit of each row against that of the batch."""
    figure = base_figure()
    figure.update_xaxes(
        range=[-0.55, 3.75],
        tickvals=[0, 1, 2.2, 3.2],
        ticktext=list(columns),
        side="top",
        showgrid=False,
        zeroline=False,
        ticks="",
        tickangle=0,
    )
    _rows_axis(figure, POOLED_ROWS, rows)
    figure.update_layout(margin={"l": 190, "r": 8, "t": 30, "b": 10})
    return figure


def legend(panel: str, word: Callable[[str], str]) -> tuple[LegendEntry, ...]:
    """What the colours of a panel mean; ``word`` gives the name of each."""
    if panel in ("table", "pooled"):
        return tuple(
            LegendEntry(f"{symbol} {word(status.name.lower())}".strip(), STATUS_COLORS[status])
            for status, symbol in zip(Status, SYMBOLS, strict=True)
        )
    if panel == "exp":
        return (
            LegendEntry("● z", MUTED, "none"),
            LegendEntry("◆ z − max z", MUTED, "none"),
            LegendEntry(word("underflow"), STATUS_COLORS[Status.ZERO]),
            LegendEntry(word("subnormal"), STATUS_COLORS[Status.ROUNDED]),
            LegendEntry(word("overflow"), STATUS_COLORS[Status.INFINITE]),
        )
    if panel == "errors":
        methods = zip(COMPARED, METHOD_COLORS, strict=True)
        lines = tuple(LegendEntry(word(method), color, "line") for method, color in methods)
        return (*lines, LegendEntry("float16 ⋯ float32 ╌ float64 ─", MUTED, "none"))
    return (
        LegendEntry("−ln p", CROSS_ENTROPY, "line"),
        LegendEntry("−ln(p + 1e−7)", INK, "line"),
    )
