"""Readings: the numbers of a stage by their names, for the texts and the conditions of a scene."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from pages.ui.stage.channels import Source
from pages.ui.stage.marks import Mark
from pages.ui.stage.mount import Stage
from pages.ui.stage.number_format import format_compact, format_fixed, format_significant
from pages.ui.stage.panels import Panel

__all__ = ["Readings", "Spot", "evaluate", "readings_of"]

USUAL_DECIMALS: Final = 4
_FUNCTIONS: Final[Mapping[str, Any]] = {
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "max": max,
    "min": min,
    "round": round,
    "sum": sum,
}


@dataclass(frozen=True)
class Spot:
    """Where a number stands on a panel, and the ends of the panel's axis."""

    panel: str
    x: float
    y: float
    limits: tuple[float, float]


@dataclass(frozen=True)
class Readings:
    """What stages show.

    Parameters
    ----------
    numbers
        ``hinge`` is that of a readout, ``probabilities`` are those on a panel.
    words
        They are written as on screen, without trailing zeros: ``hinge``, ``probabilities_0``.
    decimals
        How many they have, by the names of the words.
    spots
        Where the numbers on panels stand, by the names of the words.
    is_complete
        Whether they stay as they are: no training is under way.
    """

    numbers: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)
    spots: Mapping[str, Spot] = field(default_factory=dict)
    is_complete: bool = True

    def number(self, of: str) -> float:
        """Give a number by the name of its word."""
        return float(self.numbers[of] if of in self.numbers else self.spots[of].y)


def readings_of(stages: Iterable[Stage]) -> Readings:
    """Read every readout, and of every panel what its last mark shows, or what it may be asked."""
    found = Readings({}, {}, {}, {})
    for stage in stages:
        for panel in stage.panels:
            mark = panel.asked or next(reversed(panel.marks), None)
            if mark is not None:
                _read_panel(panel, mark, stage, found)
        for readout in stage.readouts:
            (value,) = _values(readout.number, stage)
            is_plain = readout.choices is None and readout.significant is None
            word = _prose(value, readout.decimals) if is_plain else readout.written(value)
            _add(found, readout.id, value, word, readout.decimals)
    return found


def _read_panel(panel: Panel, mark: Mark, stage: Stage, found: Any) -> None:
    limits = panel.figure.layout.yaxis.range or (0.0, 0.0)
    numbers: Source | None = getattr(mark, "numbers", None)
    x, y = _values(mark.x, stage), _values(mark.y, stage)
    shown = y if numbers is None else _values(numbers, stage)
    for index, value in enumerate(shown):
        name, decimals = f"{panel.id}_{index}", _decimals(mark, index)
        _add(found, name, value, _written(mark, decimals, value), decimals)
        found.spots[name] = Spot(panel.id, x[index], y[index], (limits[0], limits[1]))
    found.numbers[panel.id] = tuple(shown)


def _add(found: Any, name: str, value: float, word: str, decimals: int) -> None:
    found.numbers[name], found.words[name], found.decimals[name] = value, word, decimals


def evaluate(expression: str, after: Readings, before: Readings) -> Any:
    """Evaluate an expression of a scene: what is shown, and as ``before.hinge`` what was.

    Examples
    --------
    >>> evaluate("2 * before.p[0] < p[0]", Readings({"p": (0.9,)}), Readings({"p": (0.4,)}))
    True
    """
    names = {**_FUNCTIONS, **after.numbers, "before": SimpleNamespace(**before.numbers)}
    # The scenes are part of the program: none of this comes from a reader.
    return eval(expression, {"__builtins__": {}}, names)


def _values(source: Source, stage: Stage) -> list[float]:
    shown = source(stage.now) if callable(source) else source
    return [float(value) for value in np.ravel(np.asarray(shown, dtype=np.float64))]


def _decimals(mark: Mark, index: int) -> int:
    decimals: tuple[int, ...] = getattr(mark, "decimals", (USUAL_DECIMALS,))
    return decimals[index % len(decimals)]


def _written(mark: Mark, decimals: int, value: float) -> str:
    significant, digits = getattr(mark, "significant", None), getattr(mark, "digits", None)
    if significant is not None:
        return format_significant(value, significant)
    if digits is not None:
        return format_compact(value, digits)
    return _prose(value, decimals)


def _prose(value: float, decimals: int) -> str:
    """Write a number as on screen, but for the zeros that only keep it from jumping there."""
    return format_fixed(value, decimals, trimmed=True)
