"""Scenes: views of one lesson with a task, read from the ``scenes.toml`` beside its state.

A scene is in the address: ``?scene=3`` shows the third one, and ``&guess=0.4`` what was answered in
it. An address that names a scene and no example is that of the scene's own state; as soon as
something was moved, the address holds everything, and the scene says only which text goes with it.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from pages.ui.state.parameters import declared
from pages.ui.state.written import Problem, parse_number, short, write_number

__all__ = [
    "UNKNOWN",
    "Ask",
    "Scene",
    "guess_parameter",
    "is_asking",
    "scene_address",
    "scene_of",
    "scene_parameter",
    "scenes_of",
]

UNKNOWN: Final = "unknown"
"""The guess of a reader who does not know."""

Expected: TypeAlias = str | tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A prediction that a scene asks for. The true answer is computed, never stored.

    Parameters
    ----------
    by
        How it is answered: a pale bar or point is dragged on the stage, a number is typed, or one
        of several choices is taken.
    of
        What answers: a readout by its id, or a number on a panel as ``probabilities_0``, the first
        of those that the last mark of the panel shows. A ghost needs a panel.
    within
        How far from the truth a guess still counts as right.
    step, start
        Of a ghost: the grid on which it moves, and where it stands first, if not at 0, or at the
        number from which the scene begins.
    width
        Of a ghost: that of its bar, in units of the axis; without one it is a point.
    guesses
        For a ghost or a number: the known misconceptions, each the key of its sentence, with the
        number that it leads to as an expression, or a range.
    choices
        For a choice: the key of each answer, with the condition that makes it the right one.
    """

    by: Literal["ghost", "number", "choose"]
    of: str = ""
    within: float = 0.0
    step: float = 0.1
    start: float | None = None
    width: float | None = None
    guesses: Mapping[str, Expected] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)

    def read(self, text: str) -> tuple[str | None, tuple[Problem, ...]]:
        """Read a guess as it stands in the address."""
        if text == UNKNOWN or text in self.choices:
            return text, ()
        if self.choices:
            limits = {"options": ", ".join([*self.choices, UNKNOWN])}
            return None, (Problem("guess", short(text), "option", "", limits),)
        value, problem = parse_number(text, "guess", None)
        return (write_number(value), ()) if problem is None else (None, (problem,))


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A view of one lesson with a task. Its texts are in the lesson's ``scenes.<language>.md``.

    Parameters
    ----------
    name
        The key of its texts.
    state
        The parameters of the address that it sets: everything that its text talks about.
    look
        The panels, readouts and handles that it is about, by their ids.
    ask
        What it asks before it shows.
    hide
        Panels and readouts that are covered until the reader has answered.
    then
        The parameters that change with the answer: the question is what they will lead to.
    facts
        Conditions that hold when everything is shown: what the text claims. Tests hold them to it.
    """

    name: str
    state: Mapping[str, str] = field(default_factory=dict)
    look: tuple[str, ...] = ()
    ask: Ask | None = None
    hide: tuple[str, ...] = ()
    then: Mapping[str, str] = field(default_factory=dict)
    facts: tuple[str, ...] = ()

    def shown(self, *, is_answered: bool) -> Mapping[str, str]:
        """Give the parameters of its own state: before the answer, or after it."""
        return {**self.state, **self.then} if is_answered else self.state


def scenes_of(kind: type[Any]) -> tuple[Scene, ...]:
    """Give the scenes of the lesson whose state this is: none, if it has no ``scenes.toml``."""
    return _scenes_in(inspect.getfile(kind))


@cache
def _scenes_in(module: str) -> tuple[Scene, ...]:
    file = Path(module).with_name("scenes.toml")
    if not file.exists():
        return ()
    return tuple(map(_scene, tomllib.loads(file.read_text(encoding="utf-8"))["scenes"]))


def _scene(entry: Mapping[str, Any]) -> Scene:
    given: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in entry.items()
    }
    asked = given.pop("ask", None)
    return Scene(**given, ask=None if asked is None else _ask(asked))


def _ask(entry: Mapping[str, Any]) -> Ask:
    guesses = entry.get("guesses", {})
    pairs = {key: tuple(v) if isinstance(v, list) else v for key, v in guesses.items()}
    return Ask(**{**entry, "guesses": pairs})


def scene_of(state: Any) -> Scene | None:
    """Give the scene that a state is in."""
    return None if state.scene is None else scenes_of(type(state))[state.scene - 1]


def is_asking(state: Any) -> bool:
    """Whether a state is in a scene that the reader has to answer before more is shown."""
    scene = scene_of(state)
    return scene is not None and scene.ask is not None and state.guess is None


def scene_parameter() -> Any:
    """Declare the scene, counted from 1; None: the reader is on his own."""

    def read(text: str, state: Any) -> tuple[int | None, tuple[Problem, ...]]:
        return _read_scene(text, type(state))

    return declared("scene", None, read, str, is_view=True)


def guess_parameter() -> Any:
    """Declare what was answered in the scene; None: nothing yet, or nothing is asked."""

    def read(text: str, state: Any) -> tuple[str | None, tuple[Problem, ...]]:
        scene = scene_of(state)
        return (None, ()) if scene is None or scene.ask is None else scene.ask.read(text)

    return declared("guess", None, read, str, is_view=True)


def scene_address(kind: type[Any], address: Mapping[str, str]) -> Mapping[str, str]:
    """Give what a scene sets in an address that names it, but no example."""
    number, _ = _read_scene(address.get("scene", ""), kind)
    if number is None or "z" in address:
        return {}
    scene = scenes_of(kind)[number - 1]
    guess = None if scene.ask is None else scene.ask.read(address.get("guess", ""))[0]
    return scene.shown(is_answered=guess is not None)


def _read_scene(text: str, kind: type[Any]) -> tuple[int | None, tuple[Problem, ...]]:
    written, last = text.strip(), len(scenes_of(kind))
    if last == 0:
        return None, ()
    is_whole = written.isascii() and written.isdecimal() and len(written) <= 3
    if is_whole and 1 <= int(written) <= last:
        return int(written), ()
    return None, (Problem("scene", short(text), "whole", "", {"least": "1", "most": str(last)}),)
