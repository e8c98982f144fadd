"""Handles that most lessons have: the scores, the true class; and what a release makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from core.validation import FloatArray
from pages.ui.kit.sweeps import ScoreAxis
from pages.ui.kit.theme import CLASS_COLORS, TARGET
from pages.ui.stage.vocabulary import Handle, Numbers, Place, Release
from pages.ui.state.state import State
from pages.ui.text import Text

__all__ = [
    "LABEL_HANDLE",
    "label_handle",
    "moved_example",
    "score_handles",
    "score_id",
    "stage_words",
]

S = TypeVar("S", bound=State)

LABEL_HANDLE = "label"


def stage_words(t: Text) -> dict[str, str]:
    """Give the words of the stage itself."""
    names = ("png", "svg", "hint", "play", "pause", "typing")
    return {name: t(f"stage.{name}") for name in names}


def score_id(index: int) -> str:
    """Name the handle of a class's score."""
    return f"score{index}"


def score_handles(
    state: State,
    axis: ScoreAxis,
    t: Text,
    *,
    sweeps: Sequence[Mapping[Place, FloatArray]],
    focuses: Sequence[Mapping[Place, FloatArray]] | None = None,
    panel: str = "scores",
    scores: Sequence[float] | None = None,
) -> list[Handle]:
    """Make a handle at the end of each score's bar.

    Parameters
    ----------
    axis
        The grid on which the scores move.
    sweeps, focuses
        For each class, as in :class:`Handle`.
    panel
        The panel of the bars.
    scores
        Where the bars end, if not at the scores of the example.
    """
    names = state.example.names
    present = state.example.scores if scores is None else scores
    return [
        Handle(
            id=score_id(index),
            label=t("handle.score", name=name),
            value=present[index],
            minimum=-axis.limit,
            maximum=axis.limit,
            step=axis.step,
            decimals=axis.decimals,
            mark="bar",
            panel=panel,
            axis="y",
            at=index,
            color=CLASS_COLORS[index],
            sweep=sweeps[index],
            focus=None if focuses is None else focuses[index],
        )
        for index, name in enumerate(names)
    ]


def label_handle(
    state: State, t: Text, *, sweep: Mapping[Place, Numbers], panel: str = "scores"
) -> Handle:
    """Make the flag that marks the true class."""
    names = state.example.names
    return Handle(
        id=LABEL_HANDLE,
        label=t("handle.label"),
        value=state.example.label,
        minimum=0,
        maximum=len(names) - 1,
        decimals=0,
        mark="flag",
        panel=panel,
        axis="x",
        color=TARGET,
        names=names,
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
        label = int(str(release.values.get(LABEL_HANDLE, state.example.label)))
        target = state.example.target if label == state.example.label else None
        example = replace(state.example, scores=scores, label=label, target=target)
    except (KeyError, ValueError):
        return None
    moved = replace(state, example=example)
    if release.focus in ids and hasattr(state, "along"):
        along: dict[str, Any] = {"along": ids.index(release.focus)}
        moved = replace(moved, **along)
    return moved
