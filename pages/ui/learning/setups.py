"""What a run is made of: the same setup gives the same run, on every machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from typing import Final
from weakref import WeakKeyDictionary

import numpy as np
import streamlit as st

from core.learning import datasets
from core.learning.datasets import Dataset, Split, split
from core.learning.history import Recipe
from core.learning.models import LinearClassifier, Model, TwoLayerNet
from core.learning.objective import LossName, Objective
from core.learning.training import Training
from pages.ui.learning.points.written import MOST_EDITED_POINTS, Point
from pages.ui.learning.state import ModelState, Usual
from pages.ui.state.example import default_name

__all__ = [
    "OWN_DATA",
    "Setup",
    "data_name",
    "dataset",
    "is_editable",
    "objective",
    "points_of",
    "recipe",
    "setup",
    "target_of",
    "usual",
]

OWN_DATA: Final = "own_points"
"""Where the session keeps own data that are too many for the address."""

LARGEST_HELD_OUT_TRAINING: Final = 12
"""So few samples are all learnt from."""

RECORDED_IMAGE_STEPS: Final = 8


_GENERATORS: Final[Mapping[str, Callable[..., Dataset]]] = {
    "blobs": datasets.blobs,
    "moons": datasets.moons,
    "circles": datasets.circles,
    "spiral": datasets.spiral,
    "xor": datasets.xor,
}
_FIXED: Final[Mapping[str, Callable[[], Dataset]]] = {
    "nine": datasets.nine_points,
    "published_spiral": datasets.published_spiral,
    "digits": datasets.digits,
}


@dataclass(frozen=True, eq=False)
class Setup:
    """Everything that a run follows from: setups with the same content are the same.

    ``hidden`` is 0 for a linear classifier. ``start`` is where it starts, if not at random weights.
    To look at the model takes as long as to train it: ``record_every`` tells how often, in steps.
    """

    data: Dataset
    objective: Objective
    recipe: Recipe
    hidden: int
    scale: float | None
    seed: int
    held_out: float
    start: Model | None = None
    record_every: int = 1

    @cached_property
    def _identity(self) -> tuple[object, ...]:
        parameters = None if self.start is None else self.start.parameters.values()
        return (
            _digest(self.data),
            None if parameters is None else tuple(array.tobytes() for array in parameters),
            *(getattr(self, entry.name) for entry in fields(self)[1:] if entry.name != "start"),
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Setup) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    def training(self) -> Training:
        """Start the run: split, first weights and mini-batches come from one generator."""
        rng = np.random.default_rng(self.seed)
        parts = self.split(rng)
        train = self.data if parts is None else parts.train
        if self.start is not None:
            model = self.start.with_objective(self.objective)
        else:
            model = self._first_model(rng)
        held_out = None if parts is None else parts.held_out
        # To look at images takes longer than to learn from a few of them.
        every = self.record_every if train.features == 2 else RECORDED_IMAGE_STEPS
        return Training(model, train, self.recipe, rng=rng, held_out=held_out, record_every=every)

    def split(self, rng: np.random.Generator | None = None) -> Split | None:
        """Return what is learnt from and what is held out; None if that is nothing."""
        if not self.held_out:
            return None
        rng = np.random.default_rng(self.seed) if rng is None else rng
        return split(self.data, rng=rng, held_out=self.held_out)

    @property
    def train(self) -> Dataset:
        """What the run learns from."""
        parts = self.split()
        return self.data if parts is None else parts.train

    def _first_model(self, rng: np.random.Generator) -> Model:
        features, classes = self.data.features, self.data.classes
        if self.hidden:
            return TwoLayerNet.initial(
                features,
                self.hidden,
                classes,
                rng=rng,
                objective=self.objective,
                scale=self.scale,
            )
        scale = 0.01 if self.scale is None else self.scale
        return LinearClassifier.initial(
            features, classes, rng=rng, objective=self.objective, scale=scale
        )


_digests: WeakKeyDictionary[Dataset, bytes] = WeakKeyDictionary()


def _digest(data: Dataset) -> bytes:
    """Tell the content of a data set from any other: two readers may hold the same points."""
    if data not in _digests:
        kind = repr((data.names, data.points.shape)).encode()
        _digests[data] = sha256(kind + data.points.tobytes() + data.labels.tobytes()).digest()
    return _digests[data]


def data_name(state: ModelState) -> str:
    """Which data set the lesson shows: one that it offers, or own points."""
    if state.points is not None or (state.data == "own" and OWN_DATA in st.session_state):
        return "own"
    return state.data if state.data in state.offered() else state.offered()[0]


def usual(state: ModelState) -> Usual:
    """Give the settings that suit the data set."""
    name = data_name(state)
    # Points that were edited are still nearly those of their data set.
    if name == "own" and state.data in state.offered():
        name = str(state.data)
    elif name == "own" and state.data is None:
        name = state.offered()[0]
    return state.usuals[name]


def target_of(state: ModelState) -> int:
    """How many steps are to be trained."""
    return usual(state).trained if state.trained is None else state.trained


def dataset(state: ModelState) -> Dataset:
    """Give the data that the lesson shows; the same object as long as they stay the same."""
    name = data_name(state)
    if state.points is not None:
        return _from_points(state.points, state.groups)
    if name == "own":
        own: Dataset = st.session_state[OWN_DATA]
        return own
    if name in _FIXED:
        return _fixed(name)
    fitting = usual(state)
    return _generated(
        name,
        fitting.samples if state.samples is None else state.samples,
        fitting.noise if state.noise is None else state.noise,
        state.draw,
    )


def is_editable(data: Dataset) -> bool:
    """Whether points can be dragged, added and removed by hand."""
    return data.features == 2 and data.size <= MOST_EDITED_POINTS


def points_of(data: Dataset) -> tuple[Point, ...]:
    """Give the points of a data set as the state holds them."""
    pairs = zip(data.points.tolist(), data.labels.tolist(), strict=True)
    return tuple((point[0], point[1], label) for point, label in pairs)


@lru_cache(maxsize=32)
def _from_points(points: tuple[Point, ...], groups: tuple[str, ...] | None) -> Dataset:
    highest = max(label for _, _, label in points)
    names = list(groups or ())
    while len(names) < max(2, highest + 1):
        names.append(default_name(len(names)))
    coordinates = np.array([point[:2] for point in points])
    return Dataset(tuple(names), coordinates, np.array([label for _, _, label in points]))


@lru_cache(maxsize=32)
def _generated(name: str, samples: int, noise: float, draw: int) -> Dataset:
    return _GENERATORS[name](samples, rng=np.random.default_rng(draw), noise=noise)


@cache
def _fixed(name: str) -> Dataset:
    return _FIXED[name]()


def objective(state: ModelState, loss: LossName) -> Objective:
    """Give what training makes small."""
    strength = usual(state).strength if state.strength is None else state.strength
    share = {"l1": 1.0, "l2": 0.0}.get(state.penalty, state.mixing)
    return Objective(
        loss,
        margin=state.margin,
        variant=state.variant,
        power=2 if state.power == 2 else 1,
        l1=share * strength,
        l2=(1.0 - share) * strength,
        half=state.half,
    )


def recipe(state: ModelState) -> Recipe:
    """Give how it is trained."""
    fitting = usual(state)
    batch_size = fitting.batch_size if state.batch_size is None else state.batch_size
    rate = fitting.learning_rate if state.learning_rate is None else state.learning_rate
    optimizer = fitting.optimizer if state.optimizer is None else state.optimizer
    return Recipe(
        learning_rate=rate,
        optimizer=optimizer,  # type: ignore[arg-type]
        batch_size=batch_size or None,
        sampling=state.sampling,  # type: ignore[arg-type]
        decay=state.rate_decay,
        momentum=state.momentum,
    )


def setup(
    state: ModelState,
    loss: LossName,
    *,
    start: Model | None = None,
    record_every: int = 1,
) -> Setup:
    """Give the setup of the run that the address tells."""
    data, fitting = dataset(state), usual(state)
    is_published = data_name(state) == "published_spiral"
    is_small = data.size <= LARGEST_HELD_OUT_TRAINING
    return Setup(
        data=data,
        objective=objective(state, loss),
        recipe=recipe(state),
        hidden=state.hidden_units(fitting),
        scale=fitting.scale,
        seed=state.seed,
        held_out=0.0 if is_published or is_small else state.held_out,
        start=start,
        record_every=record_every,
    )
