"""What the address holds of a lesson that trains a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Final, TypeVar

from core.learning.history import SAMPLINGS
from core.learning.optimizers import OPTIMIZERS
from core.losses.hinge import HingeVariant
from core.losses.penalties import PENALTIES
from pages.ui.learning.points.written import Point, parse_groups, parse_points, write_points
from pages.ui.state.losses import margin, variant
from pages.ui.state.parameters import number, option, parsed, switch, whole
from pages.ui.state.state import State
from pages.ui.state.written import write_names

__all__ = [
    "DATA_SETS",
    "LARGEST_SEED",
    "MOST_HIDDEN",
    "MOST_TRAINED",
    "ModelState",
    "Usual",
    "with_known",
]

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
LARGEST_STRENGTH: Final = 100.0
LARGEST_SEED: Final = 9999
MOST_HIDDEN: Final = 200
MOST_TRAINED: Final = 20_000
MOST_SAMPLES: Final = 200_000


@dataclass(frozen=True)
class Usual:
    """The settings that suit a data set: those that are not in the address.

    ``scale`` is the standard deviation of the first weights; None: that of He et al.
    """

    learning_rate: float = 0.1
    strength: float = 0.0
    optimizer: str = "sgd"
    batch_size: int = 0
    hidden: int = 0
    trained: int = 100
    samples: int = 20
    noise: float = 0.1
    scale: float | None = 0.01


@dataclass(frozen=True)
class ModelState(State):
    """Data, settings and steps of a run; None: what is usual in the lesson or for the data."""

    usuals: ClassVar[Mapping[str, Usual]]
    """The data sets of the lesson, the usual one first, with what suits each, and own data."""
    run_presets: ClassVar[Mapping[str, Mapping[str, Any]]]
    """Runs worth seeing, by the settings that are not the usual ones."""
    held_out: ClassVar[float] = 0.0
    """The share of the samples that a run does not learn from."""
    takes_points: ClassVar[bool] = False
    """Whether the points are dragged on the stage."""

    margin: float = margin()
    variant: HingeVariant = variant()
    power: int = whole("power", 1, least=1, most=2)
    """The power of the hinge loss: 2 for the squared hinge."""
    is_logarithmic: bool = switch("log", is_view=True)
    """Whether the losses are drawn on a logarithmic axis."""
    penalty: str = option("penalty", "l2", PENALTIES)
    mixing: float = number("mix", 0.5, least=0.0, most=1.0)
    """The share of L1 in the elastic net."""
    half: bool = switch("half")
    """Whether L2 penalties have a factor of a half."""
    data: str | None = option("data", None, DATA_SETS)
    """What the model learns from."""
    points: tuple[Point, ...] | None = parsed("points", parse_points, write_points)
    """Points that were edited by hand, instead of those of the data set."""
    groups: tuple[str, ...] | None = parsed("groups", parse_groups, write_names)
    """The names of their classes; None: A, B, C, ..."""
    samples: int | None = whole("samples", None, least=2, most=300)
    """How many points a class of a generated data set has."""
    noise: float | None = number("noise", None, least=0.0, most=2.0)
    """The noise of a generated data set."""
    draw: int = whole("draw", 0, most=LARGEST_SEED)
    """The seed of a generated data set."""
    seed: int = whole("seed", 0, most=LARGEST_SEED)
    """The seed of a run: its held-out samples, its start, its mini-batches."""
    strength: float | None = number("reg", None, least=0.0, most=LARGEST_STRENGTH)
    """The regularisation strength lambda."""
    optimizer: str | None = option("opt", None, tuple(OPTIMIZERS))
    learning_rate: float | None = number("eta", None, least=1e-4, most=1e3)
    """The step size."""
    momentum: float = number("momentum", 0.9, least=0.0, most=0.999)
    """What the momentum optimiser keeps of its velocity."""
    batch_size: int | None = whole("batch", None, most=MOST_SAMPLES)
    """Samples a step, 0 for all."""
    sampling: str = option("sampling", "shuffled", SAMPLINGS)
    rate_decay: float = number("decay", 1.0, least=0.1, most=1.0)
    """What the step size is multiplied by after each epoch."""
    trained: int | None = whole("trained", None, most=MOST_TRAINED)
    """How many steps a run has taken."""
    at: int | None = whole("at", None, most=MOST_TRAINED)
    """The step of a run that is shown; None: the last."""

    @classmethod
    def offered(cls) -> tuple[str, ...]:
        """Every data set of the lesson, the usual one first."""
        return tuple(name for name in cls.usuals if name != "own")

    def hidden_units(self, fitting: Usual) -> int:
        """How many hidden units the model has; 0 for a linear classifier."""
        return 0

    @property
    def uses_hinge(self) -> bool:
        """Whether a hinge loss is trained with."""
        return True


M = TypeVar("M", bound=ModelState)


def with_known(state: M, **values: Any) -> M:
    """Give the state with other values of those attributes that its lesson has."""
    known = {field.name for field in fields(state)}
    return replace(state, **{name: value for name, value in values.items() if name in known})
