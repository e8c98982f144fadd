"""The current example and its place in the URL: ``?names=cat,car,frog&z=3.2,5.1,-1.7&y=0``."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from core.losses import HINGE_VARIANTS, HingeVariant

__all__ = [
    "DEFAULT",
    "LARGEST_MARGIN",
    "LARGEST_SCORE",
    "MAXIMUM_CLASSES",
    "MINIMUM_CLASSES",
    "PARAMETERS",
    "Example",
    "Problem",
    "State",
    "decode",
    "default_name",
    "encode",
    "parse_names",
    "parse_scores",
    "resized",
    "write_names",
    "write_number",
    "write_scores",
]

MINIMUM_CLASSES: Final = 2
MAXIMUM_CLASSES: Final = 10
LONGEST_NAME: Final = 24
LARGEST_SCORE: Final = 1e6
LARGEST_MARGIN: Final = 1000.0


@dataclass(frozen=True)
class Example:
    """Class names, one score (logit) a class, and the label: what travels through all lessons."""

    names: tuple[str, ...] = ("cat", "car", "frog")
    scores: tuple[float, ...] = (3.2, 5.1, -1.7)
    label: int = 0

    def __post_init__(self) -> None:
        """Refuse what no lesson could show."""
        classes = len(self.scores)
        if not MINIMUM_CLASSES <= classes <= MAXIMUM_CLASSES:
            raise ValueError(f"scores has {classes} classes; expected 2 to 10")
        if len(self.names) != classes:
            raise ValueError(f"names has {len(self.names)} entries; scores has {classes}")
        if not 0 <= self.label < classes:
            raise ValueError(f"label is {self.label}; expected 0 to {classes - 1}")
        if not all(abs(score) <= LARGEST_SCORE for score in self.scores):
            raise ValueError(f"scores {self.scores} go beyond {LARGEST_SCORE:g}")


@dataclass(frozen=True)
class State:
    """What the URL holds: the current example, and how the hinge loss and its curve are shown."""

    example: Example = field(default_factory=Example)
    margin: float = 1.0
    variant: HingeVariant = "weston_watkins"
    along: int | None = None
    """The score along which the losses are drawn; None: that of the true class."""
    is_logarithmic: bool = False
    """Whether the losses are drawn on a logarithmic axis."""

    @property
    def focus(self) -> int:
        """The score along which the losses are drawn."""
        return self.example.label if self.along is None else self.along


DEFAULT: Final = State()


@dataclass(frozen=True)
class Problem:
    """A part of a parameter that cannot be used, why, and what is used instead.

    ``reason`` is the key of a sentence in ``ui/text``; ``limits`` fills its placeholders.
    """

    parameter: str
    value: str
    reason: str
    used: str = ""
    limits: Mapping[str, str] = field(default_factory=dict)


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


def default_name(index: int) -> str:
    """Name of a class that has none: A, B, C, ..."""
    return chr(ord("A") + index)


def write_number(value: float) -> str:
    """Shortest text that reads back as the same number."""
    return repr(int(value)) if value == int(value) else repr(float(value))


def write_scores(scores: Sequence[float]) -> str:
    """Scores as they are typed and as they stand in the URL."""
    return ",".join(write_number(score) for score in scores)


def write_names(names: Sequence[str]) -> str:
    """Names as they are typed and as they stand in the URL: one line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(names)
    return line.getvalue()


def _parse_number(text: str, parameter: str, used: float) -> tuple[float, Problem | None]:
    used_text = write_number(used)
    try:
        value = float(text.strip().replace("−", "-"))
    except ValueError:
        return used, Problem(parameter, _short(text), "number", used_text)
    if not abs(value) <= LARGEST_SCORE:
        limits = {"largest": f"{LARGEST_SCORE:,.0f}"}
        return used, Problem(parameter, _short(text), "size", used_text, limits)
    return value, None


def parse_scores(text: str) -> tuple[tuple[float, ...], tuple[Problem, ...]]:
    """Read scores separated by commas, semicolons or spaces; 0 stands in for what is no number."""
    parts = [part for part in re.split(r"[,;\s，；、]+", text.strip()) if part]
    read = [_parse_number(part, "z", 0.0) for part in parts[:MAXIMUM_CLASSES]]
    scores = tuple(score for score, _ in read)
    problems = [problem for _, problem in read if problem is not None]
    limits = {"least": str(MINIMUM_CLASSES), "most": str(MAXIMUM_CLASSES)}
    if len(parts) > MAXIMUM_CLASSES:
        problems.append(Problem("z", str(len(parts)), "count", str(MAXIMUM_CLASSES), limits))
    if len(parts) < MINIMUM_CLASSES:
        scores = DEFAULT.example.scores
        problems = [replace(problem, used=write_scores(scores)) for problem in problems] or [
            Problem("z", _short(text), "count", write_scores(scores), limits)
        ]
    return scores, tuple(problems)


def _split_names(text: str) -> list[str]:
    line = "".join(character if character.isprintable() else " " for character in text)
    return [name.strip() for name in next(csv.reader([line], skipinitialspace=True), [])]


def parse_names(text: str, classes: int) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Read one line of CSV with a name for each class; A, B, C, ... stand in for missing names."""
    given = _split_names(text)
    names: list[str] = []
    problems: list[Problem] = []
    for index, name in enumerate(given[:classes]):
        reason = (
            "name_empty"
            if not name
            else "name_long"
            if len(name) > LONGEST_NAME
            else "name_twice"
            if name in names
            else None
        )
        if reason is not None:
            limits = {"longest": str(LONGEST_NAME)}
            problems.append(Problem("names", _short(name), reason, default_name(index), limits))
        names.append(default_name(index) if reason else name)
    if len(given) != classes:
        names += [default_name(index) for index in range(len(names), classes)]
        limits = {"classes": str(classes)}
        problems.append(Problem("names", _short(text), "name_count", write_names(names), limits))
    return tuple(names), tuple(problems)


def resized(example: Example, classes: int) -> Example:
    """Keep the first classes of an example, or add classes of score 0."""
    added = range(len(example.scores), classes)
    return Example(
        names=(*example.names[:classes], *map(default_name, added)),
        scores=(*example.scores[:classes], *(0.0 for _ in added)),
        label=min(example.label, classes - 1),
    )


Reading: TypeAlias = tuple[State, tuple[Problem, ...]]


def _read_scores(text: str, state: State) -> Reading:
    scores, problems = parse_scores(text)
    example = state.example
    if len(scores) != len(example.names):
        example = Example(tuple(map(default_name, range(len(scores)))), scores, 0)
    return replace(state, example=replace(example, scores=scores)), problems


def _read_names(text: str, state: State) -> Reading:
    example = state.example
    if example == DEFAULT.example:  # names alone say how many classes there are
        given = len(_split_names(text))
        if MINIMUM_CLASSES <= given <= MAXIMUM_CLASSES and given != len(example.names):
            example = Example(tuple(map(default_name, range(given))), (0.0,) * given, 0)
    names, problems = parse_names(text, len(example.scores))
    return replace(state, example=replace(example, names=names)), problems


def _read_index(
    text: str, parameter: str, classes: int, used: int
) -> tuple[int, tuple[Problem, ...]]:
    if len(text) <= 3 and text.strip().isdecimal() and int(text) < classes:
        return int(text), ()
    limits = {"last": str(classes - 1)}
    return used, (Problem(parameter, _short(text), "index", str(used), limits),)


def _read_label(text: str, state: State) -> Reading:
    label, problems = _read_index(text, "y", len(state.example.scores), state.example.label)
    return replace(state, example=replace(state.example, label=label)), problems


def _read_along(text: str, state: State) -> Reading:
    along, problems = _read_index(text, "along", len(state.example.scores), state.focus)
    return replace(state, along=along), problems


def _read_margin(text: str, state: State) -> Reading:
    margin, problem = _parse_number(text, "margin", DEFAULT.margin)
    if problem is None and not 0 <= margin <= LARGEST_MARGIN:
        limits = {"largest": f"{LARGEST_MARGIN:,.0f}"}
        margin, problem = DEFAULT.margin, Problem("margin", _short(text), "margin", "1", limits)
    return replace(state, margin=margin), (() if problem is None else (problem,))


def _read_variant(text: str, state: State) -> Reading:
    for variant in HINGE_VARIANTS:
        if text == variant:
            return replace(state, variant=variant), ()
    limits = {"variants": ", ".join(HINGE_VARIANTS)}
    return state, (Problem("variant", _short(text), "variant", state.variant, limits),)


def _read_logarithmic(text: str, state: State) -> Reading:
    if text in ("0", "1"):
        return replace(state, is_logarithmic=text == "1"), ()
    return state, (Problem("log", _short(text), "switch", "0"),)


@dataclass(frozen=True)
class Parameter:
    """One URL parameter: how it is read into a state, and how it is written (None: left out)."""

    name: str
    read: Callable[[str, State], Reading]
    write: Callable[[State], str | None]


PARAMETERS: Final = (
    Parameter("z", _read_scores, lambda state: write_scores(state.example.scores)),
    Parameter("names", _read_names, lambda state: write_names(state.example.names)),
    Parameter("y", _read_label, lambda state: str(state.example.label)),
    Parameter(
        "margin",
        _read_margin,
        lambda state: None if state.margin == DEFAULT.margin else write_number(state.margin),
    ),
    Parameter(
        "variant",
        _read_variant,
        lambda state: None if state.variant == DEFAULT.variant else state.variant,
    ),
    Parameter(
        "along",
        _read_along,
        lambda state: None if state.focus == state.example.label else str(state.focus),
    ),
    Parameter("log", _read_logarithmic, lambda state: "1" if state.is_logarithmic else None),
)
"""The one table that reads and writes the URL, in reading order: the scores set the class count."""


def decode(parameters: Mapping[str, str]) -> Reading:
    """Read a state from URL parameters; what cannot be used is replaced, and told.

    Examples
    --------
    >>> state, problems = decode({"names": "cat,car,frog", "z": "3.2,x,-1.7", "y": "0"})
    >>> state.example.scores, problems[0].value
    ((3.2, 0.0, -1.7), 'x')
    """
    state, problems = DEFAULT, list[Problem]()
    for parameter in PARAMETERS:
        if parameter.name in parameters:
            state, found = parameter.read(parameters[parameter.name], state)
            problems += found
    return state, tuple(problems)


def encode(state: State) -> dict[str, str]:
    """Write a state as URL parameters; :func:`decode` reads the same state back."""
    written = {parameter.name: parameter.write(state) for parameter in PARAMETERS}
    return {name: text for name, text in written.items() if text is not None}
