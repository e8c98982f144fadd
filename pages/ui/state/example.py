"""The current example: class names, scores and target. It travels through all lessons."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pages.ui.state.written import (
    LARGEST_SCORE,
    Problem,
    parse_list,
    short,
    split_names,
    write_names,
    write_scores,
)

__all__ = [
    "DEFAULT_EXAMPLE",
    "MAXIMUM_CLASSES",
    "MINIMUM_CLASSES",
    "Example",
    "default_name",
    "parse_names",
    "parse_scores",
    "parse_target",
    "read_example",
    "read_index",
    "resized",
    "with_target",
    "write_example",
]

MINIMUM_CLASSES: Final = 2
MAXIMUM_CLASSES: Final = 10
LONGEST_NAME: Final = 24
TARGET_DECIMALS: Final = 15
TARGET_TOLERANCE: Final = 1e-4
"""How far typed target probabilities may be from adding up to 1."""


@dataclass(frozen=True)
class Example:
    """Class names, one score (logit) a class, and the target: what travels through all lessons.

    ``target`` is a distribution over the classes; None: all of it on ``label``.
    """

    names: tuple[str, ...] = ("cat", "car", "frog")
    scores: tuple[float, ...] = (3.2, 5.1, -1.7)
    label: int = 0
    target: tuple[float, ...] | None = None

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
        if self.target is not None and not _is_distribution(self.target, classes):
            raise ValueError(f"target is {self.target}; expected {classes} probabilities")

    @property
    def targets(self) -> tuple[float, ...]:
        """The target as a distribution, one-hot if there is no other."""
        if self.target is not None:
            return self.target
        return tuple(float(index == self.label) for index in range(len(self.scores)))


def _is_distribution(target: Sequence[float], classes: int) -> bool:
    return len(target) == classes and min(target) >= 0 and abs(sum(target) - 1) <= TARGET_TOLERANCE


DEFAULT_EXAMPLE: Final = Example()


def default_name(index: int) -> str:
    """Name of a class that has none: A, B, C, ..."""
    return chr(ord("A") + index)


def _unused_name(index: int, taken: Collection[str]) -> str:
    """Name of a class that has none: its letter, or the next that no other class has."""
    letters = (default_name((index + step) % 26) for step in range(26))
    return next(letter for letter in letters if letter not in taken)


def parse_scores(text: str) -> tuple[tuple[float, ...], tuple[Problem, ...]]:
    """Read scores separated by commas, semicolons or spaces; 0 stands in for what is no number."""
    read, problems = parse_list(text, "z")
    limits = {"least": str(MINIMUM_CLASSES), "most": str(MAXIMUM_CLASSES)}
    if read is None or len(read) < MINIMUM_CLASSES:
        used = write_scores(DEFAULT_EXAMPLE.scores)
        count = Problem("z", short(text), "count", used, limits)
        told = tuple(replace(problem, used=used) for problem in problems)
        return DEFAULT_EXAMPLE.scores, told or (count,)
    if len(read) > MAXIMUM_CLASSES:
        problems += (Problem("z", str(len(read)), "count", str(MAXIMUM_CLASSES), limits),)
    return read[:MAXIMUM_CLASSES], problems


def parse_names(text: str, classes: int) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Read one line of CSV with a name for each class; A, B, C, ... stand in for missing names."""
    given = split_names(text)
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
            used = _unused_name(index, {*names, *given[:classes]})
            problems.append(Problem("names", short(name), reason, used, limits))
            name = used
        names.append(name)
    if len(given) != classes:
        while len(names) < classes:
            names.append(_unused_name(len(names), names))
        limits = {"classes": str(classes)}
        problems.append(Problem("names", short(text), "name_count", write_names(names), limits))
    return tuple(names), tuple(problems)


def parse_target(text: str, classes: int) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read target probabilities that add up to 1; None if they cannot be used."""
    target, problems = parse_list(text, "t")
    if target is not None and len(target) != classes:
        limits = {"classes": str(classes)}
        return None, (Problem("t", short(text), "target_count", "", limits),)
    if target is not None and not problems and not _is_distribution(target, classes):
        problems = (Problem("t", short(text), "target_sum"),)
    return (None, problems) if problems else (target, ())


def resized(example: Example, classes: int) -> Example:
    """Keep the first classes of an example, or add classes of score 0; the label is hard then."""
    if classes == len(example.scores):
        return example
    names = list(example.names[:classes])
    while len(names) < classes:
        names.append(_unused_name(len(names), names))
    return Example(
        names=tuple(names),
        scores=(*example.scores[:classes], *(0.0 for _ in range(len(example.scores), classes))),
        label=min(example.label, classes - 1),
    )


def with_target(example: Example, target: Sequence[float]) -> Example:
    """Give the example another target, scaled to a sum of 1 and rounded for the address.

    The label is where its mass is most. All mass on one class is a hard label.
    """
    total = math.fsum(target)
    scaled = tuple(round(mass / total, TARGET_DECIMALS) for mass in target)
    most = max(scaled)
    label = example.label if scaled[example.label] == most else scaled.index(most)
    is_hard = scaled[label] == 1 and sum(mass > 0 for mass in scaled) == 1
    return replace(example, label=label, target=None if is_hard else scaled)


def read_index(
    text: str, parameter: str, classes: int, used: int
) -> tuple[int, tuple[Problem, ...]]:
    """Read the number of a class, from 0 on."""
    # Not every character that strip() takes for space is one for int().
    written = text.strip()
    if len(written) <= 3 and written.isdecimal() and int(written) < classes:
        return int(written), ()
    limits = {"last": str(classes - 1)}
    return used, (Problem(parameter, short(text), "index", str(used), limits),)


def read_example(parameters: Mapping[str, str]) -> tuple[Example, tuple[Problem, ...]]:
    """Read the example of an address; what cannot be used is replaced, and told.

    The scores say how many classes there are; without them, the names do.
    """
    example, problems = DEFAULT_EXAMPLE, list[Problem]()
    if "z" in parameters:
        scores, found = parse_scores(parameters["z"])
        problems += found
        if len(scores) != len(example.names):
            example = Example(tuple(map(default_name, range(len(scores)))), scores)
        example = replace(example, scores=scores)
    if "names" in parameters:
        given = len(split_names(parameters["names"]))
        is_count = MINIMUM_CLASSES <= given <= MAXIMUM_CLASSES and given != len(example.names)
        if example == DEFAULT_EXAMPLE and is_count:
            example = Example(tuple(map(default_name, range(given))), (0.0,) * given)
        names, found = parse_names(parameters["names"], len(example.scores))
        problems += found
        example = replace(example, names=names)
    if "y" in parameters:
        label, found = read_index(parameters["y"], "y", len(example.scores), example.label)
        problems += found
        example = replace(example, label=label)
    if "t" in parameters:
        target, found = parse_target(parameters["t"], len(example.scores))
        problems += (replace(problem, used=str(example.label)) for problem in found)
        if target is not None and "y" not in parameters:
            example = replace(example, label=target.index(max(target)))
        example = replace(example, target=target)
    return example, tuple(problems)


def write_example(example: Example) -> dict[str, str]:
    """Write the example for an address; :func:`read_example` reads the same back."""
    written = {
        "z": write_scores(example.scores),
        "names": write_names(example.names),
        "y": str(example.label),
    }
    if example.target is not None:
        written["t"] = write_scores(example.target)
    return written
