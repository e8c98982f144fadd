"""The state of a lesson, and how the address holds it: ``?names=cat,car,frog&z=3.2,5.1,-1.7&y=0``.

Every state has the current example. A lesson's own is a subclass: a frozen dataclass whose other
fields are declared by `pages.ui.state.parameters`, a row each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pages.ui.state.example import Example, read_example, write_example
from pages.ui.state.parameters import along, parameters
from pages.ui.state.written import Problem

__all__ = ["FocusedState", "State", "decode", "encode"]


@dataclass(frozen=True)
class State:
    """What every address holds: the current example."""

    example: Example = field(default_factory=Example)


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
    example, problems = read_example(address)
    state = kind(example=example)
    for entry, parameter in parameters(kind):
        if parameter.name in address:
            value, found = parameter.read(address[parameter.name], state)
            problems += found
            if not found:
                state = replace(state, **{entry.name: value})
    return state, problems


def encode(state: State) -> dict[str, str]:
    """Write a state as parameters of an address; :func:`decode` reads the same state back."""
    written = {
        parameter.name: parameter.write(getattr(state, entry.name), state)
        for entry, parameter in parameters(state)
    }
    given = {name: text for name, text in written.items() if text is not None}
    return write_example(state.example) | given
