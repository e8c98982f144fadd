"""Gradient descent on the scores themselves, with each of the two losses from the same start.

No weights, no data: the scores of one sample are moved directly, so that nothing is seen but the
losses. Then no step is too large: none raises a wrong score relative to the true one, so neither
loss can rise, and the SVM cannot circle around a kink. It can go beyond one by part of a step. It
stops for good where the last margin is met; softmax only ever slows down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from numbers import Integral

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.losses.comparison import Comparison, compare_losses
from core.losses.exact_decimals import decimal_places, whole
from core.losses.hinge import HingeVariant
from core.validation import FloatArray, as_real

__all__ = [
    "LARGEST_RATE",
    "MAXIMUM_STEPS",
    "Descent",
    "DescentPhase",
    "follow_gradients",
    "steps_to_show",
]

MAXIMUM_STEPS = 500
LARGEST_RATE = 1e6

_LENGTHS = (20, 50, 100, 200, MAXIMUM_STEPS)
_LENGTHS_OF_THE_WAY = 4

Push = Callable[[FloatArray], FloatArray]


class DescentPhase(IntEnum):
    """How far both runs have come at a step."""

    BOTH_PUSH = 0
    """The SVM has not stopped."""
    SVM_STOPPED = 1
    """The SVM has stopped; softmax does not meet all its margins yet."""
    SOFTMAX_GOES_ON = 2
    """The SVM has stopped; softmax meets its margins, too, and goes on."""
    BELOW_FLOAT64 = 3
    """The SVM has stopped, and the cross-entropy of softmax is too small to be held."""


@dataclass(frozen=True, eq=False)
class Descent:
    """Two runs of gradient descent from the same scores; row k is step k, row 0 the start."""

    svm: Comparison
    """The run that follows the hinge gradient, of shape (steps + 1, classes), with both losses."""
    softmax: Comparison
    """The run that follows the cross-entropy gradient, likewise."""
    rate: float
    stop: int | None
    """The first step at which the hinge gradient is exactly 0: the SVM stands still from there."""
    overshoot: FloatArray
    """How far the step that met each class's margin went beyond the kink there, (classes,)."""
    switches: int
    """The steps of the SVM that push a wrong class which the step before left alone: 0 but for
    Crammer-Singer, which goes back and forth between its worst classes."""
    caught_up: int | None
    """The first step at which softmax, too, meets all margins of the SVM."""
    vanished: int | None
    """The first step at which the cross-entropy of softmax is too small for float64: it is 0."""

    @property
    def steps(self) -> int:
        """Number of steps of each run."""
        return len(self.svm.scores) - 1

    @property
    def phases(self) -> NDArray[np.int64]:
        """The :class:`DescentPhase` of each step, shape (steps + 1,)."""
        has_stopped = ~self.svm.hinge_gradient.any(axis=1)
        conditions = [
            has_stopped & (self.softmax.cross_entropy == 0.0),
            has_stopped & (self.softmax.hinge == 0.0),
            has_stopped,
        ]
        phases = [
            DescentPhase.BELOW_FLOAT64,
            DescentPhase.SOFTMAX_GOES_ON,
            DescentPhase.SVM_STOPPED,
        ]
        return np.asarray(np.select(conditions, phases, DescentPhase.BOTH_PUSH), dtype=np.int64)


@np.errstate(under="ignore")
def follow_gradients(
    scores: ArrayLike,
    label: int,
    *,
    rate: float,
    steps: int = MAXIMUM_STEPS,
    margin: float = 1.0,
    variant: HingeVariant = "weston_watkins",
) -> Descent:
    r"""Follow the gradient of each loss down from the same scores, with the same step size.

    .. math:: s^{(k+1)} = s^{(k)} - \eta \, \nabla_s L\bigl(s^{(k)}\bigr)

    The losses and gradients of the whole run are evaluated in one batch. Only the walk itself is
    sequential. The steps of the SVM are whole multiples of the rate, which are counted, not added
    up: rounding errors would make it stop a step too late or too soon.

    In the long run the cross-entropy falls like 1 / k, and its gradient with it: every step makes
    the next one smaller, and none is the last.

    References
    ----------
    Soudry et al., "The implicit bias of gradient descent on separable data", JMLR 19 (2018).

    Examples
    --------
    >>> run = follow_gradients([3.2, 5.1, -1.7], 0, rate=1.0, steps=100)
    >>> run.stop, run.svm.scores[run.stop]
    (2, array([ 5.2,  3.1, -1.7]))
    >>> run.softmax.cross_entropy[[0, 1, 10, 100]].round(4)
    array([2.0404, 0.7783, 0.0535, 0.0052])
    """
    start = compare_losses(scores, label, margin=margin, variant=variant)
    if start.scores.ndim != 1:
        raise ValueError(f"scores must have shape (classes,), got shape {start.scores.shape}")
    eta = as_real("rate", rate, above=0.0, maximum=LARGEST_RATE)
    if not isinstance(steps, Integral) or isinstance(steps, bool) or steps < 0:
        raise ValueError(f"steps must be a whole number, at least 0, got {steps!r}")
    # All that the SVM does is to add and subtract: in whole units nothing is rounded on the way.
    decimals = decimal_places(start.scores, eta, margin)
    begin, pace, distance = (whole(number, decimals) for number in (start.scores, eta, margin))
    walked = _svm_walk(begin, label, float(pace), int(steps), float(distance), variant)
    svm, softmax = (
        compare_losses(run, np.full(len(run), label), margin=margin, variant=variant, decimals=kept)
        for run, kept in (
            (walked / 10.0**decimals, decimals),
            (_softmax_walk(start.scores, label, eta, int(steps)), None),
        )
    )
    return Descent(
        svm=svm,
        softmax=softmax,
        rate=eta,
        stop=_first(~svm.hinge_gradient.any(axis=1)),
        overshoot=_overshoot(svm),
        switches=_switches(svm, label),
        caught_up=_first(~softmax.hinge_gradient.any(axis=1)),
        vanished=_first(softmax.cross_entropy == 0.0),
    )


def steps_to_show(stop: int | None) -> int:
    """Return how much of a run tells the story: from 20 to all 500 steps.

    The way to the stop of the SVM is to be seen, and three times as much of what softmax does
    after it.

    Examples
    --------
    >>> steps_to_show(2), steps_to_show(15), steps_to_show(None)
    (20, 100, 500)
    """
    wanted = MAXIMUM_STEPS if stop is None else _LENGTHS_OF_THE_WAY * stop
    return next((length for length in _LENGTHS if length >= wanted), MAXIMUM_STEPS)


def _svm_walk(
    start: FloatArray, label: int, eta: float, steps: int, margin: float, variant: HingeVariant
) -> FloatArray:
    """Return the scores of every step with the hinge loss, shape (steps + 1, classes)."""
    push = _hinge_push(start.size, label, margin, variant)
    path = np.empty((steps + 1, start.size))
    path[:] = start
    pushes = np.zeros_like(start)
    for step in range(1, steps + 1):
        pushed = push(path[step - 1])
        if not pushed.any():
            path[step:] = path[step - 1]
            break
        pushes += pushed
        np.subtract(start, eta * pushes, out=path[step])
    return path


def _softmax_walk(start: FloatArray, label: int, eta: float, steps: int) -> FloatArray:
    """Return the scores of every step with the cross-entropy, shape (steps + 1, classes)."""
    path = np.empty((steps + 1, start.size))
    path[0] = start
    for before, after in pairwise(path):
        np.exp(before - before.max(), out=after)
        after *= eta / after.sum()
        # p_y - 1 as minus the sum of the others: nothing cancels, and the sum of the scores stays.
        after[label] = 0.0
        after[label] = -after.sum()
        np.subtract(before, after, out=after)
    return path


def _hinge_push(classes: int, label: int, margin: float, variant: HingeVariant) -> Push:
    """Return a lean function from scores to the gradient of their hinge loss, in whole numbers."""

    def each_violation(scores: FloatArray) -> FloatArray:
        gradient: FloatArray = (scores - scores[label] + margin > 0.0).astype(np.float64)
        gradient[label] = 0.0
        gradient[label] = -gradient.sum()
        return gradient

    def worst_violation(scores: FloatArray) -> FloatArray:
        margins = scores - scores[label] + margin
        margins[label] = 0.0
        worst = margins.argmax()
        gradient = np.zeros(classes)
        if margins[worst] > 0.0:
            gradient[worst], gradient[label] = 1.0, -1.0
        return gradient

    sides = np.ones(classes)
    sides[label] = -1.0

    def each_side(scores: FloatArray) -> FloatArray:
        gradient: FloatArray = np.where(margin + sides * scores > 0.0, sides, 0.0)
        return gradient

    return {
        "weston_watkins": each_violation,
        "crammer_singer": worst_violation,
        "one_vs_all": each_side,
    }[variant]


def _overshoot(svm: Comparison) -> FloatArray:
    """Return how far beyond its kink each class is as soon as it has crossed it."""
    is_met = svm.violations == 0.0
    steps = is_met.argmax(axis=0)
    classes = np.arange(steps.size)
    scores, thresholds = svm.scores[steps, classes], svm.thresholds[steps, classes]
    # Rounding is not distance.
    is_beyond = ~np.isclose(scores, thresholds, rtol=1e-12, atol=1e-12)
    is_crossed = is_met.any(axis=0) & (steps > 0) & is_beyond
    return np.where(is_crossed, np.abs(scores - thresholds), 0.0)


def _switches(svm: Comparison, label: int) -> int:
    """Count the steps that push a class which the step before left alone."""
    pushed = svm.hinge_gradient[:-1] != 0.0
    pushed[:, label] = False
    return int((pushed[1:] & ~pushed[:-1]).any(axis=1).sum())


def _first(holds: NDArray[np.bool_]) -> int | None:
    """Return the first place where a condition holds, None if there is none."""
    return int(holds.argmax()) if holds.any() else None
