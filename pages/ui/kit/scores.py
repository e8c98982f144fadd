"""The scores as bars that are dragged, the flag at the true class, and the range that they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

from core.validation import FloatArray
from pages.ui.kit.bars import FIGURES_KEPT, FLAG_ROOM, FULL_WIDTH
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    EDGE,
    EDGE_WIDTH,
    HINGE,
    TARGET,
    base_figure,
    class_axis,
)
from pages.ui.stage.channels import Channel
from pages.ui.stage.handles import Bar, Flag, Handle
from pages.ui.stage.number_format import format_given
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.stage.release import Release
from pages.ui.stage.sweeps import Sweeps, one_at_a_time
from pages.ui.state.example import Example
from pages.ui.state.state import State
from pages.ui.text import Text

__all__ = [
    "BELOW_SCORES",
    "LABEL",
    "STEPS_EACH_WAY",
    "ScoreAxis",
    "ScoreSweeps",
    "label_handle",
    "label_moves",
    "listing",
    "moved_example",
    "round_up",
    "score_axis",
    "score_handles",
    "score_id",
    "score_moves",
    "scores_panel",
]

S = TypeVar("S", bound=State)
Result = TypeVar("Result")

LABEL = "label"
"""The flag's handle."""

STEPS_EACH_WAY = 100
BELOW_SCORES = -1e7
"""Below any range of a panel. A bar that is not to be seen waits there: Plotly would draw the
outline of an empty bar, and would not give a bar that was NaN its outline back in a drag."""

GHOST_WIDTH, GHOST_PLACE = 0.1, 0.43


@dataclass(frozen=True)
class ScoreAxis:
    """The range in which scores move: -limit to +limit in steps of ``step``."""

    limit: float
    step: float
    decimals: int

    @property
    def grid(self) -> FloatArray:
        """All steps, shape (201,)."""
        ticks = np.arange(-STEPS_EACH_WAY, STEPS_EACH_WAY + 1)
        return np.asarray(np.round(ticks * self.step, self.decimals))


@dataclass(frozen=True, eq=False)
class ScoreSweeps(Sweeps[str, Result]):
    """What a hand can reach; ``focuses`` is now, when the handle of each score is taken."""

    axis: ScoreAxis
    focuses: tuple[Result, ...]


def score_axis(scores: ArrayLike) -> ScoreAxis:
    """The smallest of 10, 20, 50, 100, ... that leaves all scores room to move.

    Examples
    --------
    >>> score_axis([3.2, 5.1, -1.7]).limit, score_axis([123, 456, 789]).step
    (10.0, 10.0)
    """
    largest = float(np.max(np.abs(np.asarray(scores, dtype=np.float64))))
    limit = 10.0
    while largest >= limit:
        leading_digit = int(f"{limit:e}"[0])
        limit *= 2.5 if leading_digit == 2 else 2.0
    step = limit / STEPS_EACH_WAY
    return ScoreAxis(limit=limit, step=step, decimals=1 if step < 1 else 0)


def round_up(value: float) -> float:
    """The smallest of 1, 1.5, 2, 3, 4, 6, 8, 10, 15, ... that is not below a value above 0.

    Examples
    --------
    >>> round_up(25.4), round_up(0.7)
    (30.0, 0.8)
    """
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(m * power for m in (1, 1.5, 2, 3, 4, 6, 8, 10) if m * power >= value))


def score_id(index: int) -> str:
    """Name the handle of a class's score."""
    return f"score{index}"


def score_moves(scores: ArrayLike, grid: ArrayLike) -> dict[str, dict[str, FloatArray]]:
    """What the handle of each score makes of the scores, for :func:`sweeps.tabulate`."""
    swept = one_at_a_time(scores, grid)
    return {score_id(index): {"scores": table} for index, table in enumerate(swept)}


def label_moves(classes: int) -> dict[str, dict[str, ArrayLike]]:
    """What the flag makes of the true class, for :func:`sweeps.tabulate`."""
    return {LABEL: {"labels": np.arange(classes)}}


def score_handles(
    example: Example,
    axis: ScoreAxis,
    t: Text,
    *,
    sweeps: Mapping[str, Any],
    focuses: Sequence[Any] | None = None,
    follows: Sequence[Channel] | None = None,
    panel: str = "scores",
    scores: Sequence[float] | None = None,
) -> list[Handle]:
    """Make a handle at the end of each score's bar.

    Parameters
    ----------
    axis
        The grid on which the scores move.
    sweeps
        Results by handle.
    focuses, follows
        For each class, as in :class:`Handle`.
    panel
        The panel of the bars.
    scores
        Where the bars end, if not at the scores of the example.
    """
    present = example.scores if scores is None else scores
    return [
        Bar(
            id=score_id(index),
            label=t("handle.score", name=name),
            value=present[index],
            minimum=-axis.limit,
            maximum=axis.limit,
            step=axis.step,
            decimals=axis.decimals,
            panel=panel,
            at=index,
            color=CLASS_COLORS[index],
            sweep=sweeps[score_id(index)],
            focus=None if focuses is None else focuses[index],
            follows=None if follows is None else follows[index],
        )
        for index, name in enumerate(example.names)
    ]


def label_handle(example: Example, t: Text, *, sweep: Any, panel: str = "scores") -> Flag:
    """Make the flag that marks the true class."""
    return Flag(
        id=LABEL,
        label=t("handle.label"),
        value=example.label,
        minimum=0,
        maximum=len(example.names) - 1,
        panel=panel,
        color=TARGET,
        names=example.names,
        flag=t("handle.flag"),
        sweep=sweep,
    )


def moved_example(state: S, release: Release) -> S | None:
    """State with the released scores, label and focus; None if the message makes no sense.

    A soft target stays as long as the label does.
    """
    ids = [score_id(index) for index in range(len(state.example.names))]
    try:
        scores = tuple(float(str(release.values[id])) for id in ids)
        label = int(str(release.values.get(LABEL, state.example.label)))
        target = state.example.target if label == state.example.label else None
        example = replace(state.example, scores=scores, label=label, target=target)
    except (KeyError, ValueError):
        return None
    moved = replace(state, example=example)
    if release.focus in ids and hasattr(state, "along"):
        along: dict[str, Any] = {"along": ids.index(release.focus)}
        moved = replace(moved, **along)
    return moved


def listing(names: Sequence[str], written: Sequence[str]) -> str:
    """Say the number of each class in words; no name is taken for the ``{id}`` of a readout."""
    given = [name.replace("{", "{{") for name in names]
    return ", ".join(map(" ".join, zip(given, written, strict=True)))


def scores_panel(
    example: Example,
    axis: ScoreAxis,
    legend: tuple[LegendEntry, ...],
    t: Text,
    *,
    title: str = "",
    of: Channel = lambda result: result,
    ghosts: Channel | None = None,
) -> Panel:
    """Bars of the scores, the stretches that violate a margin, and the margin line.

    Parameters
    ----------
    title
        If not "Scores".
    of
        Channel of the comparison: anything with scores, violations and thresholds.
    ghosts
        Channel of the scores after one step of each loss: slim bars beside the present ones.
    """

    def bases(result: Any) -> FloatArray:
        compared = of(result)
        zeros = np.zeros_like(compared.scores)
        parts = [
            zeros,
            np.where(compared.violations == 0, BELOW_SCORES, compared.violation_bases),
            np.where(np.isnan(compared.thresholds), BELOW_SCORES, compared.thresholds),
        ]
        return np.concatenate([*parts, *([zeros, zeros] if ghosts else [])], axis=-1)

    def heights(result: Any) -> FloatArray:
        compared = of(result)
        parts = [compared.scores, compared.violations, np.zeros_like(compared.scores)]
        return np.concatenate([*parts, *([ghosts(result)] if ghosts else [])], axis=-1)

    return Panel(
        id="scores",
        figure=_scores_figure(example.names, axis, has_ghosts=ghosts is not None),
        show={(0, "base"): bases, (0, "y"): heights},
        title=title or t("panel.scores"),
        alt=t("alt.scores", values=listing(example.names, [*map(format_given, example.scores)])),
        legend=legend,
    )


@lru_cache(FIGURES_KEPT)
def _scores_figure(names: tuple[str, ...], axis: ScoreAxis, *, has_ghosts: bool) -> go.Figure:
    # A trace costs far more to repaint than a bar, so the panel is one trace.
    classes = len(names)
    ghosts = classes if has_ghosts else 0
    places = list(range(classes))
    figure = base_figure()
    figure.add_bar(
        x=[
            *places * 3,
            *(place - GHOST_PLACE for place in places[:ghosts]),
            *(place + GHOST_PLACE for place in places[:ghosts]),
        ],
        width=[FULL_WIDTH] * (2 * classes) + [1.0] * classes + [GHOST_WIDTH] * 2 * ghosts,
        marker={
            "color": [
                *CLASS_COLORS[:classes],
                *[HINGE] * 2 * classes,
                *[CROSS_ENTROPY] * ghosts,
                *[HINGE] * ghosts,
            ],
            "line": {
                "color": [EDGE] * classes + [HINGE] * 2 * classes + [EDGE] * 2 * ghosts,
                "width": [EDGE_WIDTH] * classes + [2] * classes + [3] * classes + [0] * 2 * ghosts,
            },
            "opacity": [1.0] * 3 * classes + [0.6] * 2 * ghosts,
            "pattern": {
                "shape": [""] * classes + ["/"] * classes + [""] * (classes + 2 * ghosts),
                "size": 7,
                "solidity": 0.35,
            },
        },
    )
    class_axis(figure, names, room_below=FLAG_ROOM)
    # Room at both ends for the value at the end of a bar.
    figure.update_yaxes(range=[-1.25 * axis.limit, 1.5 * axis.limit])
    figure.update_layout(barmode="overlay")
    return figure
