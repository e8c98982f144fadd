"""The state of a lesson, and how the address holds it: ``?names=cat,car,frog&z=3.2,5.1,-1.7&y=0``.

Every state has the current example. A lesson's own is a subclass: a frozen dataclass whose other
fields are declared by `pages.ui.state.parameters`, a row each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pages.ui.state.example import Example, read_example, write_example
from pages.ui.state.parameters import along, filled, written
from pages.ui.state.published import published_parameter
from pages.ui.state.scenes import (
    UNKNOWN,
    guess_parameter,
    scene_address,
    scene_parameter,
    scenes_of,
)
from pages.ui.state.written import Problem

__all__ = ["FocusedState", "State", "decode", "encode", "scene_states"]


@dataclass(frozen=True)
class State:
    """What every address holds: the current example, and the scene or source that shows it."""

    example: Example = field(default_factory=Example)
    scene: int | None = scene_parameter()
    guess: str | None = guess_parameter()
    published: str | None = published_parameter()


@dataclass(frozen=True)
class FocusedState(State):
    """The state of a lesson that draws something along one score."""

    along: int | None = along()

    @property
    def focus(self) -> int:
        """The score along which it is drawn."""
        return self.example.label if self.along is None else self.along


S = TypeVar("S", bound=State)


def decode(kind: type[S], address: Mapping[str, str]) -> tuple[S, tuple[Problem, ...]]:
    """Read a state from the parameters of an address; what cannot be used is left out, and told.

    Examples
    --------
    >>> state, problems = decode(State, {"names": "cat,car,frog", "z": "3.2,x,-1.7", "y": "0"})
    >>> state.example.scores, problems[0].value
    ((3.2, 0.0, -1.7), 'x')
    """
    address = {**scene_address(kind, address), **address}
    example, problems = read_example(address)
    state, found = filled(kind(example=example), address)
    return state, problems + found


def encode(state: State) -> dict[str, str]:
    """Write a state as parameters of an address; :func:`decode` reads the same state back."""
    return write_example(state.example) | written(state)


def scene_states(kind: type[S]) -> list[S]:
    """Give every state that the scenes of a lesson begin with, or show once they are answered."""
    addresses = [
        {"scene": str(number), **answered}
        for number, scene in enumerate(scenes_of(kind), 1)
        for answered in ({}, *([{"guess": UNKNOWN}] if scene.ask is not None else []))
    ]
    return [decode(kind, address)[0] for address in addresses]
