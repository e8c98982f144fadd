"""What training makes small: the mean loss of the samples plus a penalty on the weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from numpy.typing import ArrayLike, NDArray

from core.learning.layers import (
    HingeLossLayer,
    LossLayer,
    SoftmaxWithLoss,
    SquaredError,
)
from core.losses.hinge import HINGE_VARIANTS, HingeVariant
from core.losses.penalties import Penalty, elastic_net
from core.validation import (
    FloatArray,
    as_real,
    require_option,
)

__all__ = ["LOSSES", "LossName", "ModelLoss", "Objective"]

LossName = Literal["cross_entropy", "hinge", "squared_error"]


LOSSES: tuple[LossName, ...] = get_args(LossName)


@dataclass(frozen=True)
class Objective:
    r"""What training makes small: the mean loss of the samples plus a penalty on the weights.

    .. math:: \frac{1}{N} \sum_i L_i + \lambda_1 \sum |W| + \lambda_2 \sum W^2

    Attributes
    ----------
    loss : {"cross_entropy", "hinge", "squared_error"}
        L, on the scores; the cross-entropy is that of their softmax.
    margin, variant, power
        As in `core.losses.hinge.hinge`; of no effect on the other losses.
    l1, l2 : float
        The strengths lambda_1 and lambda_2, at least 0. Biases are not penalised.
    half : bool
        Whether to take half of lambda_2, so that its gradient is lambda_2 W.

    Examples
    --------
    >>> Objective("hinge", l2=0.1).penalty([[3.0, -1.0]]).value
    1.0
    """

    loss: LossName = "cross_entropy"
    margin: float = 1.0
    variant: HingeVariant = "weston_watkins"
    power: Literal[1, 2] = 1
    l1: float = 0.0
    l2: float = 0.0
    half: bool = False

    def __post_init__(self) -> None:
        """Check the options."""
        require_option("loss", self.loss, LOSSES)
        require_option("variant", self.variant, HINGE_VARIANTS)
        require_option("power", self.power, (1, 2))
        for name in ("margin", "l1", "l2"):
            as_real(name, getattr(self, name), minimum=0.0)

    def data_loss(self, scores: ArrayLike, labels: ArrayLike) -> LossLayer:
        """Send scores through the loss layer."""
        if self.loss == "cross_entropy":
            return SoftmaxWithLoss.forward(scores, labels)
        if self.loss == "squared_error":
            return SquaredError.forward(scores, labels)
        return HingeLossLayer.forward(
            scores, labels, margin=self.margin, variant=self.variant, power=self.power
        )

    def penalty(self, weights: ArrayLike) -> Penalty:
        """Return the penalty on the weights of one layer, with its gradient."""
        return elastic_net(weights, l1_strength=self.l1, l2_strength=self.l2, half=self.half)


@dataclass(frozen=True, eq=False)
class ModelLoss:
    """The objective of a model on a batch, with all gradients.

    Attributes
    ----------
    data_loss, penalty, total : float
        The mean loss, the penalty, and their sum.
    per_sample : ndarray, shape (batch,)
        The loss of each sample.
    gradients : mapping of str to ndarray
        The gradient of the total by each parameter, under the parameter's name.
    forward : mapping of str to ndarray
        What the forward pass made, in its order: X, (a1, mask and h,) scores, and then
        probabilities and targets, or margins, or targets, as the loss has them.
    backward : mapping of str to ndarray
        The gradients of the data loss in the order of the backward pass: dscores, (dW2, db2, dh,
        da1,) dW1, db1.
    """

    data_loss: float
    penalty: float
    total: float
    per_sample: FloatArray
    gradients: Mapping[str, FloatArray]
    forward: Mapping[str, NDArray[Any]]
    backward: Mapping[str, FloatArray]
