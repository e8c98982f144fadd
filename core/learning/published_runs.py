"""The published runs of the CS231n case study: a spiral, and both models that learn it there.

They are those of the notes "Putting it together: Minimal Neural Network Case Study". Both are
trained on all points at once, with step size 1 and half of 0.001 times the sum of the squared
weights. The notes do not tell the seed of the first weights. The linear classifier forgets
its start within 100 steps; the network's run is reproduced in range.

Training the network takes about a second. What it leads to is kept in ``core/data``;
``python -m core.learning.published_runs`` writes it again.
"""

from pathlib import Path
from typing import Final

import numpy as np

from core.learning.datasets import published_spiral
from core.learning.history import Recipe
from core.learning.models import LinearClassifier, TwoLayerNet
from core.learning.objective import Objective
from core.learning.training import Training

__all__ = [
    "CLASSIFIER_STEPS",
    "NETWORK_STEPS",
    "published_classifier",
    "spiral_classifier",
    "spiral_network",
    "trained_spiral_network",
]

CLASSIFIER_STEPS: Final = 190
"""The notes print the linear classifier's loss after so many steps: 0.786302."""

NETWORK_STEPS: Final = 5_000
"""After so many steps the notes print 0.245649; at the end, 9000 steps, 0.245292."""

_OBJECTIVE: Final = Objective("cross_entropy", l2=1e-3, half=True)
_RECIPE: Final = Recipe(learning_rate=1.0)
_SCALE, _HIDDEN = 0.01, 100
_TRAINED: Final = Path(__file__).parents[1] / "data" / "spiral_network.npz"


def spiral_classifier(*, record_every: int = CLASSIFIER_STEPS) -> Training:
    """Return the run of the linear softmax classifier, at its start.

    Examples
    --------
    >>> (last,) = spiral_classifier().advance(CLASSIFIER_STEPS)
    >>> f"{last.total:.6f}", f"{last.accuracy:.2f}"
    ('0.786302', '0.49')
    """
    rng = np.random.default_rng(0)
    model = LinearClassifier.initial(2, 3, rng=rng, objective=_OBJECTIVE, scale=_SCALE)
    return Training(model, published_spiral(), _RECIPE, rng=rng, record_every=record_every)


def spiral_network(*, record_every: int = NETWORK_STEPS) -> Training:
    """Return the run of the network with 100 hidden units, at its start.

    Examples
    --------
    >>> round(spiral_network().records[0].total, 2)
    1.1
    """
    rng = np.random.default_rng(0)
    net = TwoLayerNet.initial(2, _HIDDEN, 3, rng=rng, objective=_OBJECTIVE, scale=_SCALE)
    return Training(net, published_spiral(), _RECIPE, rng=rng, record_every=record_every)


def trained_spiral_network() -> TwoLayerNet:
    """Return the network after `NETWORK_STEPS` steps of its run, as it was kept.

    Examples
    --------
    >>> data = published_spiral()
    >>> round(trained_spiral_network().loss(data.points, data.labels).total, 2)
    0.25
    """
    with np.load(_TRAINED, allow_pickle=False) as file:
        return TwoLayerNet(**dict(file), objective=_OBJECTIVE)


def published_classifier() -> LinearClassifier:
    """Return the classifier that the CS231n demo's screenshot shows, for its nine points.

    Its objective is the Weston-Watkins hinge loss with lambda 0.1: a data loss of 0.64, a penalty
    of 1.93 and a total of 2.57. The demo lets W fall by half of lambda W for the penalty, although
    lambda times the sum of W squared has the gradient 2 lambda W.

    References
    ----------
    CS231n, "Linear Classification Loss Visualization".

    Examples
    --------
    >>> from core.learning.datasets import nine_points
    >>> data = nine_points()
    >>> loss = published_classifier().loss(data.points, data.labels)
    >>> f"{loss.data_loss:.2f} + {loss.penalty:.2f} = {loss.total:.2f}"
    '0.64 + 1.93 = 2.57'
    """
    weights = np.array([[2.06, 1.48], [0.44, -1.82], [2.27, -2.04]])
    return LinearClassifier(weights.T, np.array([-0.42, 0.52, -0.10]), Objective("hinge", l2=0.1))


def _write() -> None:
    training = spiral_network()
    (last,) = training.advance(NETWORK_STEPS)
    W1, b1, W2, b2 = last.parameters.values()
    np.savez(_TRAINED, W1=W1, b1=b1, W2=W2, b2=b2)


if __name__ == "__main__":
    _write()
