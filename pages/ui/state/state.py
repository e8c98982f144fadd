"""The current example and its place in the URL: ``?names=cat,car,frog&z=3.2,5.1,-1.7&y=0``."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

from core.graphs.graph import CIRCUITS
from core.learning.models import LOSSES
from core.learning.optimizers import OPTIMIZERS
from core.learning.score_function import (
    CLASSES,
    LARGEST_BIAS,
    LARGEST_MATRIX_ENTRY,
    LARGEST_PIXEL,
    PIXELS,
)
from core.learning.training import SAMPLINGS
from core.losses.hinge import HINGE_VARIANTS, HingeVariant
from pages.gradient_check.checked_functions import CHECKABLE
from pages.gradient_check.difference_quotients import STEPS
from pages.regularization.path import STRENGTHS
from pages.regularization.penalty_comparison import INPUTS, LARGEST_WEIGHT, PENALTIES
from pages.ui.state.written import (
    LARGEST_SCORE,
    Problem,
    parse_number,
    parse_numbers,
    parts_of,
    short,
    split_names,
    write_names,
    write_number,
    write_scores,
)
from pages.ui.state.written_drawing import Counts, parse_drawing, write_drawing
from pages.ui.state.written_points import Point, parse_groups, parse_points, write_points

__all__ = [
    "DATA_SETS",
    "DEFAULT",
    "GRAPHS",
    "GRAPH_VIEWS",
    "LARGEST_INPUT",
    "LARGEST_MARGIN",
    "LARGEST_MOMENTUM",
    "LARGEST_NOISE",
    "LARGEST_SEED",
    "LARGEST_STEP_COUNT",
    "LARGEST_STRENGTH",
    "LAST_DIGIT",
    "LEARNING_RATES",
    "LEAST_RATE_DECAY",
    "LOOKS",
    "MAXIMUM_CLASSES",
    "MINIMUM_CLASSES",
    "MOST_HIDDEN",
    "MOST_TRAINED",
    "PARAMETERS",
    "SAMPLE_COUNTS",
    "STARTS",
    "TEMPERATURES",
    "Example",
    "State",
    "decode",
    "default_name",
    "encode",
    "parse_bias",
    "parse_matrix",
    "parse_names",
    "parse_pixels",
    "parse_scores",
    "parse_target",
    "parse_weights",
    "resized",
    "with_attribute",
    "with_target",
]

MINIMUM_CLASSES: Final = 2
MAXIMUM_CLASSES: Final = 10
LONGEST_NAME: Final = 24
LARGEST_MARGIN: Final = 1000.0
LARGEST_STEP_COUNT: Final = 500
LARGEST_INPUT: Final = 1000.0
LARGEST_STRENGTH: Final = float(STRENGTHS[-1])
GRAPHS: Final = ("softmax", *CIRCUITS)
GRAPH_VIEWS: Final = ("full", "collapsed", "batch")
LARGEST_SAMPLE: Final = 200_000
DATA_SETS: Final = (
    "nine",
    "blobs",
    "moons",
    "circles",
    "spiral",
    "published_spiral",
    "xor",
    "digits",
    "own",
)
LOOKS: Final = ("train", "inspect", "digits")
STARTS: Final = ("seed", "demo", "own")
MOST_TRAINED: Final = 20_000
MOST_HIDDEN: Final = 200
SAMPLE_COUNTS: Final = (2, 300)
LEARNING_RATES: Final = (1e-4, 1e3)
LARGEST_NOISE: Final = 2.0
LARGEST_MOMENTUM: Final = 0.999
LEAST_RATE_DECAY: Final = 0.1
LARGEST_SEED: Final = 9999
LAST_DIGIT: Final = 1796
RATES: Final = (0.001, 100.0)
TEMPERATURES: Final = (0.05, 20.0)
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


@dataclass(frozen=True)
class State:
    """What the URL holds: the current example, and the settings of the lessons."""

    example: Example = field(default_factory=Example)
    margin: float = 1.0
    variant: HingeVariant = "weston_watkins"
    power: int = 1
    """The power of the hinge loss: 2 for the squared hinge."""
    along: int | None = None
    """The score along which the losses are drawn; None: that of the true class."""
    is_logarithmic: bool = False
    """Whether the losses are drawn on a logarithmic axis."""
    temperature: float = 1.0
    """What softmax divides the logits by."""
    constant: float = 0.0
    """What is added to every logit in the lesson on softmax."""
    scale: float = 1.0
    """What the logits are multiplied with in the lesson on numerical stability."""
    shift: float = 0.0
    """What is added to the logits in the lesson on numerical stability."""
    swept: str = "scale"
    """Which of the two the errors are drawn along: scale or shift."""
    rate: float = 1.0
    """The step size of gradient descent on the scores."""
    step: int = 0
    """The step of gradient descent that is shown."""
    graph: str = "softmax"
    """The computational graph: that of softmax with loss, or one of `graph.CIRCUITS`."""
    view: str = "full"
    """How the graph of softmax with loss is drawn."""
    node: int = 1
    """How far the timeline of the graph has come, counted from 1; 0 for its end."""
    inputs: tuple[float, ...] | None = None
    """The inputs of a small expression; None: the published ones."""
    check: str = "cross_entropy"
    """The function whose gradient is checked."""
    difference_step: float = 1e-5
    """The step h of the difference quotients."""
    mistake: int = 0
    """1 if the gradient that is checked has a mistake."""
    sample: int = 0
    """The row of the batch lab's table that the example is, from 1 on; 0: it is from elsewhere."""
    steps: int = 0
    """How many steps of gradient descent are shown; 0: as many as tell the story."""
    weights: tuple[float, ...] | None = None
    """The weights in the lesson on regularisation; None: [1, 0, 0, 0]."""
    penalty: str = "l2"
    """The penalty: one of `pages.regularization.penalty_comparison.PENALTIES`."""
    strength: float = 1.0
    """The regularisation strength lambda."""
    mixing: float = 0.5
    """The share of L1 in the elastic net."""
    half: int = 0
    """1 if L2 penalties have a factor of a half."""
    pixels: tuple[float, ...] | None = None
    """The image x of the lesson on the score function; None: the published cat of four pixels."""
    matrix: tuple[float, ...] | None = None
    """Its weights W, row by row; None: the published ones."""
    bias: tuple[float, ...] | None = None
    """Its bias b; None: the published one."""
    digit: int | None = None
    """The handwritten digit that is shown; None: the first that the lesson has."""
    drawing: Counts | None = None
    """An own drawing that is shown instead."""
    data: str | None = None
    """What the models learn from: one of `DATA_SETS`; None: what is usual in the lesson."""
    points: tuple[Point, ...] | None = None
    """Points that were edited by hand, instead of those of the data set."""
    groups: tuple[str, ...] | None = None
    """The names of their classes; None: A, B, C, ..."""
    samples: int | None = None
    """How many points a class of a generated data set has; None: as many as is usual."""
    noise: float | None = None
    """The noise of a generated data set; None: what is usual."""
    draw: int = 0
    """The seed of a generated data set."""
    seed: int = 0
    """The seed of a run: its held-out samples, its start, its mini-batches."""
    start: str = "seed"
    """Where a run starts: at random weights, at the published ones of the CS231n demo, or at own
    ones. The session keeps those: weights are not in the address."""
    loss: str = "cross_entropy"
    """What the network is trained with: one of `core.learning.models.LOSSES`."""
    decay: float | None = None
    """The regularisation strength of the models; None: what is usual for the data."""
    optimizer: str | None = None
    """One of `core.learning.optimizers.OPTIMIZERS`; None: what is usual for the data."""
    learning_rate: float | None = None
    """The step size; None: what is usual for the data."""
    momentum: float = 0.9
    """What the momentum optimiser keeps of its velocity."""
    batch_size: int | None = None
    """Samples a step, 0 for all; None: what is usual for the data."""
    sampling: str = "shuffled"
    """One of `core.learning.training.SAMPLINGS`."""
    rate_decay: float = 1.0
    """What the step size is multiplied by after each epoch."""
    hidden: int | None = None
    """Hidden units of the network; None: what is usual for the data."""
    trained: int | None = None
    """How many steps a run has taken; None: what is usual for the data."""
    at: int | None = None
    """The step of a run that is shown; None: the last."""
    look: str = "train"
    """How the network is looked at: one of `LOOKS`."""
    passed: int = 0
    """The step of the pass through the network that the inspector shows."""
    followed: int = 0
    """The sample whose way the inspector follows, counted among those that it shows."""
    unit: int = 0
    """The hidden unit whose numbers the inspector follows."""

    @property
    def focus(self) -> int:
        """The score along which the losses are drawn."""
        return self.example.label if self.along is None else self.along


DEFAULT: Final = State()


def default_name(index: int) -> str:
    """Name of a class that has none: A, B, C, ..."""
    return chr(ord("A") + index)


def _unused_name(index: int, taken: Collection[str]) -> str:
    """Name of a class that has none: its letter, or the next that no other class has."""
    letters = (default_name((index + step) % 26) for step in range(26))
    return next(letter for letter in letters if letter not in taken)


def parse_scores(text: str) -> tuple[tuple[float, ...], tuple[Problem, ...]]:
    """Read scores separated by commas, semicolons or spaces; 0 stands in for what is no number."""
    parts = parts_of(text)
    read = [parse_number(part, "z", 0.0) for part in parts[:MAXIMUM_CLASSES]]
    scores = tuple(score for score, _ in read)
    problems = [problem for _, problem in read if problem is not None]
    limits = {"least": str(MINIMUM_CLASSES), "most": str(MAXIMUM_CLASSES)}
    if len(parts) > MAXIMUM_CLASSES:
        problems.append(Problem("z", str(len(parts)), "count", str(MAXIMUM_CLASSES), limits))
    if len(parts) < MINIMUM_CLASSES:
        scores = DEFAULT.example.scores
        problems = [replace(problem, used=write_scores(scores)) for problem in problems] or [
            Problem("z", short(text), "count", write_scores(scores), limits)
        ]
    return scores, tuple(problems)


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


Reading: TypeAlias = tuple[State, tuple[Problem, ...]]


def _read_scores(text: str, state: State) -> Reading:
    scores, problems = parse_scores(text)
    example = state.example
    if len(scores) != len(example.names):
        example = Example(tuple(map(default_name, range(len(scores)))), scores, 0)
    return replace(state, example=replace(example, scores=scores)), problems


def parse_target(text: str, classes: int) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read target probabilities that add up to 1; None if they cannot be used."""
    parts = parts_of(text)
    if len(parts) != classes:
        limits = {"classes": str(classes)}
        return None, (Problem("t", short(text), "target_count", "", limits),)
    read = [parse_number(part, "t", 0.0) for part in parts]
    problems = tuple(problem for _, problem in read if problem is not None)
    target = tuple(value for value, _ in read)
    if not problems and not _is_distribution(target, classes):
        problems = (Problem("t", short(text), "target_sum"),)
    return (None, problems) if problems else (target, ())


def _read_target(text: str, state: State) -> Reading:
    target, problems = parse_target(text, len(state.example.scores))
    used = str(state.example.label)
    problems = tuple(replace(problem, used=used) for problem in problems)
    return replace(state, example=replace(state.example, target=target)), problems


def _read_inputs(text: str, state: State) -> Reading:
    if state.graph not in CIRCUITS:
        return state, ()
    published = CIRCUITS[state.graph].inputs
    values, problems = parse_numbers(
        text,
        "inputs",
        count=len(published),
        reason="input_count",
        largest=LARGEST_INPUT,
        used=write_scores(published),
    )
    return replace(state, inputs=values or state.inputs), problems


def parse_weights(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read as many weights as there are inputs; None if they cannot be used."""
    return parse_numbers(
        text,
        "w",
        count=len(INPUTS),
        reason="weight_count",
        largest=LARGEST_WEIGHT,
        used=write_scores(INPUTS[:1] + (0.0,) * (len(INPUTS) - 1)),
    )


def parse_pixels(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read the pixels of the lesson on the score function; None if they cannot be used."""
    return _parse_cat(text, "x", PIXELS, LARGEST_PIXEL)


def parse_matrix(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read its weights row by row; None if they cannot be used."""
    return _parse_cat(text, "W", CLASSES * PIXELS, LARGEST_MATRIX_ENTRY)


def parse_bias(text: str) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    """Read its bias; None if it cannot be used."""
    return _parse_cat(text, "b", CLASSES, LARGEST_BIAS)


def _parse_cat(
    text: str, name: str, count: int, largest: float
) -> tuple[tuple[float, ...] | None, tuple[Problem, ...]]:
    return parse_numbers(text, name, count=count, reason="number_count", largest=largest, used="")


def _read_names(text: str, state: State) -> Reading:
    example = state.example
    if example == DEFAULT.example:  # names alone say how many classes there are
        given = len(split_names(text))
        if MINIMUM_CLASSES <= given <= MAXIMUM_CLASSES and given != len(example.names):
            example = Example(tuple(map(default_name, range(given))), (0.0,) * given, 0)
    names, problems = parse_names(text, len(example.scores))
    return replace(state, example=replace(example, names=names)), problems


def _read_index(
    text: str, parameter: str, classes: int, used: int
) -> tuple[int, tuple[Problem, ...]]:
    # Not every character that strip() takes for space is one for int().
    written = text.strip()
    if len(written) <= 3 and written.isdecimal() and int(written) < classes:
        return int(written), ()
    limits = {"last": str(classes - 1)}
    return used, (Problem(parameter, short(text), "index", str(used), limits),)


def _read_label(text: str, state: State) -> Reading:
    label, problems = _read_index(text, "y", len(state.example.scores), state.example.label)
    return replace(state, example=replace(state.example, label=label)), problems


def _read_along(text: str, state: State) -> Reading:
    along, problems = _read_index(text, "along", len(state.example.scores), state.focus)
    return replace(state, along=along), problems


def _read_logarithmic(text: str, state: State) -> Reading:
    if text in ("0", "1"):
        return replace(state, is_logarithmic=text == "1"), ()
    return state, (Problem("log", short(text), "switch", "0"),)


@dataclass(frozen=True)
class Parameter:
    """One URL parameter: how it is read into a state, and how it is written (None: left out)."""

    name: str
    read: Callable[[str, State], Reading]
    write: Callable[[State], str | None]


def with_attribute(state: State, attribute: str, value: Any) -> State:
    """Give the state with another value of one attribute."""
    return replace(state, **{attribute: value})


def _number(name: str, attribute: str, least: float, most: float) -> Parameter:
    """Parameter for a number from ``least`` to ``most``, left out where it is the default."""
    default = getattr(DEFAULT, attribute)
    used = "" if default is None else write_number(default)

    def read(text: str, state: State) -> Reading:
        value, problem = parse_number(text, name, default)
        if problem is None and not least <= value <= most:
            limits = {"least": f"{least:,g}".replace("-", "−"), "most": f"{most:,g}"}
            problem = Problem(name, short(text), "range", used, limits)
        if problem is not None:
            return state, (problem,)
        return with_attribute(state, attribute, value), ()

    return Parameter(name, read, _unless_default(attribute, write_number))


def _whole(name: str, attribute: str, least: int, most: int) -> Parameter:
    """Parameter for a whole number from ``least`` to ``most``, left out where it is the default."""
    used = _usual(attribute)

    def read(text: str, state: State) -> Reading:
        written = text.strip()
        is_whole = written.isascii() and written.isdecimal() and len(written) <= 6
        if is_whole and least <= int(written) <= most:
            return with_attribute(state, attribute, int(written)), ()
        limits = {"least": str(least), "most": str(most)}
        return state, (Problem(name, short(text), "whole", used, limits),)

    return Parameter(name, read, _unless_default(attribute, str))


def _option(name: str, attribute: str, options: Sequence[str]) -> Parameter:
    """Parameter for one of several words, left out where it is the default."""
    used = _usual(attribute)

    def read(text: str, state: State) -> Reading:
        if text in options:
            return with_attribute(state, attribute, text), ()
        limits = {"options": ", ".join(options)}
        return state, (Problem(name, short(text), "option", used, limits),)

    return Parameter(name, read, _unless_default(attribute, str))


def _usual(attribute: str) -> str:
    default = getattr(DEFAULT, attribute)
    return "" if default is None else str(default)


def _parsed(
    name: str,
    attribute: str,
    parse: Callable[[str], tuple[Any, tuple[Problem, ...]]],
    write: Callable[[Any], str],
) -> Parameter:
    """Parameter that ``parse`` reads, or says why not, left out where it is the default."""

    def read(text: str, state: State) -> Reading:
        value, problems = parse(text)
        return (state if problems else with_attribute(state, attribute, value)), problems

    return Parameter(name, read, _unless_default(attribute, write))


def _unless_default(attribute: str, write: Callable[[Any], str]) -> Callable[[State], str | None]:
    def written(state: State) -> str | None:
        value = getattr(state, attribute)
        return None if value == getattr(DEFAULT, attribute) else write(value)

    return written


PARAMETERS: Final = (
    Parameter("z", _read_scores, lambda state: write_scores(state.example.scores)),
    Parameter("names", _read_names, lambda state: write_names(state.example.names)),
    Parameter("y", _read_label, lambda state: str(state.example.label)),
    Parameter(
        "t",
        _read_target,
        lambda state: None if state.example.target is None else write_scores(state.example.target),
    ),
    _number("margin", "margin", 0.0, LARGEST_MARGIN),
    _option("variant", "variant", HINGE_VARIANTS),
    _whole("power", "power", 1, 2),
    Parameter(
        "along",
        _read_along,
        lambda state: None if state.focus == state.example.label else str(state.focus),
    ),
    Parameter("log", _read_logarithmic, lambda state: "1" if state.is_logarithmic else None),
    _number("T", "temperature", *TEMPERATURES),
    _number("c", "constant", -1000.0, 1000.0),
    _number("scale", "scale", 0.01, 1000.0),
    _number("shift", "shift", -1000.0, 1000.0),
    _option("by", "swept", ("scale", "shift")),
    _option("graph", "graph", GRAPHS),
    _option("view", "view", GRAPH_VIEWS),
    _whole("node", "node", 0, 99),
    Parameter(
        "inputs",
        _read_inputs,
        lambda state: None if state.inputs is None else write_scores(state.inputs),
    ),
    _option("check", "check", tuple(CHECKABLE)),
    _number("h", "difference_step", STEPS[0], STEPS[-1]),
    _whole("mistake", "mistake", 0, 1),
    _whole("sample", "sample", 0, LARGEST_SAMPLE),
    _number("rate", "rate", *RATES),
    _whole("step", "step", 0, LARGEST_STEP_COUNT),
    _whole("steps", "steps", 0, LARGEST_STEP_COUNT),
    _parsed("w", "weights", parse_weights, write_scores),
    _option("penalty", "penalty", PENALTIES),
    _number("lambda", "strength", 0.0, LARGEST_STRENGTH),
    _number("mix", "mixing", 0.0, 1.0),
    _whole("half", "half", 0, 1),
    _parsed("x", "pixels", parse_pixels, write_scores),
    _parsed("W", "matrix", parse_matrix, write_scores),
    _parsed("b", "bias", parse_bias, write_scores),
    _whole("digit", "digit", 0, LAST_DIGIT),
    _parsed("drawing", "drawing", parse_drawing, write_drawing),
    _option("data", "data", DATA_SETS),
    _parsed("points", "points", parse_points, write_points),
    _parsed("groups", "groups", parse_groups, write_names),
    _whole("samples", "samples", *SAMPLE_COUNTS),
    _number("noise", "noise", 0.0, LARGEST_NOISE),
    _whole("draw", "draw", 0, LARGEST_SEED),
    _whole("seed", "seed", 0, LARGEST_SEED),
    _option("start", "start", STARTS),
    _option("loss", "loss", LOSSES),
    _number("reg", "decay", 0.0, LARGEST_STRENGTH),
    _option("opt", "optimizer", OPTIMIZERS),
    _number("eta", "learning_rate", *LEARNING_RATES),
    _number("momentum", "momentum", 0.0, LARGEST_MOMENTUM),
    _whole("batch", "batch_size", 0, LARGEST_SAMPLE),
    _option("sampling", "sampling", SAMPLINGS),
    _number("decay", "rate_decay", LEAST_RATE_DECAY, 1.0),
    _whole("hidden", "hidden", 1, MOST_HIDDEN),
    _whole("trained", "trained", 0, MOST_TRAINED),
    _whole("at", "at", 0, MOST_TRAINED),
    _option("look", "look", LOOKS),
    _whole("pass", "passed", 0, 99),
    _whole("follow", "followed", 0, 99),
    _whole("unit", "unit", 0, MOST_HIDDEN - 1),
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
