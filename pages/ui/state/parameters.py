"""Parameters of the address: a field of a lesson's state each, in one row.

The row says what the parameter is called, what it is without one, and what it may be; it serves
reading, writing and the widget that sets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields, replace
from typing import Any, Final, TypeVar

from pages.ui.state.example import read_index
from pages.ui.state.written import Problem, parse_number, short, write_number

__all__ = [
    "Parameter",
    "along",
    "declared",
    "filled",
    "number",
    "option",
    "parameter_of",
    "parameters",
    "parsed",
    "switch",
    "whole",
    "written",
]

_KEY: Final = "parameter"


@dataclass(frozen=True)
class Parameter:
    """One parameter of the address.

    Parameters
    ----------
    name
        Its name in the address.
    read
        Reads its text into a value; what of it cannot be used, the caller leaves as it was. It is
        also given the state read so far.
    write
        Writes the value of a state, or None to leave the parameter out.
    limits
        Least and largest value of a number.
    options
        What can be chosen.
    is_view
        Whether it is a way of looking at an example, which stays when another is chosen.
    """

    name: str
    read: Callable[[str, Any], tuple[Any, tuple[Problem, ...]]]
    write: Callable[[Any, Any], str | None]
    limits: tuple[float, float] = (0.0, 0.0)
    options: tuple[Any, ...] = ()
    is_view: bool = False


def parameter_of(record: Any, attribute: str) -> Parameter:
    """Return the parameter that sets an attribute of a state, or of its class."""
    found: Parameter = next(f.metadata[_KEY] for f in fields(record) if f.name == attribute)
    return found


def parameters(record: Any) -> Iterable[tuple[Field[Any], Parameter]]:
    """Give every field that the address sets, with its parameter, in reading order."""
    return ((f, f.metadata[_KEY]) for f in fields(record) if _KEY in f.metadata)


R = TypeVar("R")


def filled(record: R, address: Mapping[str, str]) -> tuple[R, tuple[Problem, ...]]:
    """Set what an address sets of a record; what cannot be used is left as it is, and told."""
    problems: tuple[Problem, ...] = ()
    for entry, parameter in parameters(record):
        if parameter.name in address:
            value, found = parameter.read(address[parameter.name], record)
            problems += found
            if not found:
                record = replace(record, **{entry.name: value})  # type: ignore[type-var]
    return record, problems


def written(record: Any) -> dict[str, str]:
    """Write what an address has to set, so that :func:`filled` gives the same record."""
    texts = {
        parameter.name: parameter.write(getattr(record, entry.name), record)
        for entry, parameter in parameters(record)
    }
    return {name: text for name, text in texts.items() if text is not None}


def number(
    name: str, default: float | None, *, least: float, most: float, is_view: bool = False
) -> Any:
    """Declare a number from ``least`` to ``most``."""
    used = "" if default is None else write_number(default)

    def read(text: str, state: Any) -> tuple[float | None, tuple[Problem, ...]]:
        value, problem = parse_number(text, name, default)
        if problem is None and not least <= value <= most:
            limits = {"least": f"{least:,g}".replace("-", "−"), "most": f"{most:,g}"}
            problem = Problem(name, short(text), "range", used, limits)
        return (default, (problem,)) if problem is not None else (value, ())

    return declared(name, default, read, write_number, limits=(least, most), is_view=is_view)


def whole(
    name: str, default: int | None, *, least: int = 0, most: int, is_view: bool = False
) -> Any:
    """Declare a whole number from ``least`` to ``most``."""
    used = "" if default is None else str(default)

    def read(text: str, state: Any) -> tuple[int | None, tuple[Problem, ...]]:
        written = text.strip()
        is_whole = written.isascii() and written.isdecimal() and len(written) <= 6
        if is_whole and least <= int(written) <= most:
            return int(written), ()
        limits = {"least": str(least), "most": str(most)}
        return default, (Problem(name, short(text), "whole", used, limits),)

    return declared(name, default, read, str, limits=(least, most), is_view=is_view)


def switch(name: str, *, is_view: bool = False) -> Any:
    """Declare something that is on or off: off without a parameter."""

    def read(text: str, state: Any) -> tuple[bool, tuple[Problem, ...]]:
        if text in ("0", "1"):
            return text == "1", ()
        return False, (Problem(name, short(text), "switch", "0"),)

    return declared(name, False, read, lambda value: str(int(value)), is_view=is_view)


def option(name: str, default: str | None, options: Sequence[str], *, is_view: bool = False) -> Any:
    """Declare one of several words."""

    def read(text: str, state: Any) -> tuple[str | None, tuple[Problem, ...]]:
        if text in options:
            return text, ()
        limits = {"options": ", ".join(options)}
        return default, (Problem(name, short(text), "option", default or "", limits),)

    return declared(name, default, read, str, options=tuple(options), is_view=is_view)


def parsed(
    name: str,
    parse: Callable[[str], tuple[Any, tuple[Problem, ...]]],
    write: Callable[[Any], str],
    *,
    is_view: bool = False,
) -> Any:
    """Declare what ``parse`` reads, or says why not; None without a parameter."""
    return declared(name, None, lambda text, state: parse(text), write, is_view=is_view)


def along() -> Any:
    """Declare the score along which the losses are drawn; None: that of the true class."""

    def read(text: str, state: Any) -> tuple[int, tuple[Problem, ...]]:
        return read_index(text, "along", len(state.example.scores), state.example.label)

    def write(value: int | None, state: Any) -> str | None:
        return None if value in (None, state.example.label) else str(value)

    return field(default=None, metadata={_KEY: Parameter("along", read, write)})


def declared(
    name: str,
    default: Any,
    read: Callable[[str, Any], tuple[Any, tuple[Problem, ...]]],
    write: Callable[[Any], str],
    **more: Any,
) -> Any:
    """Declare what ``read`` reads, left out of the address where it is the default."""

    def unless_default(value: Any, state: Any) -> str | None:
        return None if value == default else write(value)

    return field(default=default, metadata={_KEY: Parameter(name, read, unless_default, **more)})
