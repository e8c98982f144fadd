"""Published worked examples, computed by this core.

Learners bring these numbers with them and expect to see them again. Where a published figure is
not what the core computes, the remark of the example says why.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from core.graphs.circuits import CIRCUITS
from core.graphs.engine import evaluate
from core.learning.datasets import nine_points, published_spiral
from core.learning.published_runs import (
    CLASSIFIER_STEPS,
    published_classifier,
    spiral_classifier,
    trained_spiral_network,
)
from core.learning.score_function import FOUR_PIXEL_CAT, LOSS_FIGURE, LinearExample, score_function
from core.losses.activations import softmax, softmax_jacobian
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import hinge
from core.losses.squared_error import squared_error
from core.published_example import PublishedExample
from core.validation import FloatArray

__all__ = ["EXAMPLES"]

_SLIDES = ((3.2, 5.1, -1.7), (1.3, 4.9, 2.0), (2.2, 2.5, -3.1))


def _loss_of(probabilities: ArrayLike, label: int) -> ArrayLike:
    return cross_entropy(np.log(probabilities), label).value


def _output_gradient(outputs: ArrayLike, label: ArrayLike) -> ArrayLike:
    """Return the gradient at logits whose softmax are the outputs: their logarithms."""
    with np.errstate(divide="ignore"):
        return cross_entropy(np.log(outputs), label).gradient


def _both(scores: ArrayLike, label: int) -> ArrayLike:
    losses = hinge(scores, label), cross_entropy(scores, label)
    return [float(loss.value) for loss in losses]


def _with_mean(losses: FloatArray) -> ArrayLike:
    return np.append(losses, np.mean(losses))


def _scores(example: LinearExample) -> ArrayLike:
    return score_function(example.matrix, example.pixels, example.bias).scores


def _penalties() -> ArrayLike:
    weights = np.array([[1.0, 0.0, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]])
    squares = (weights**2).sum(axis=1)
    return [weights.sum(axis=1), squares, 0.5 * squares, np.abs(weights).sum(axis=1)]


def _circuit(id: str) -> ArrayLike:
    circuit = CIRCUITS[id]
    result = evaluate(circuit.graph, circuit.inputs)
    return [result.values[-1], *result.gradients[list(circuit.graph.inputs)]]


def _demo_losses() -> ArrayLike:
    data = nine_points()
    loss = published_classifier().loss(data.points, data.labels)
    return [loss.data_loss, loss.penalty, loss.total]


def _spiral_classifier() -> ArrayLike:
    (last,) = spiral_classifier().advance(CLASSIFIER_STEPS)
    return np.array([last.total, last.accuracy])


def _spiral_network() -> ArrayLike:
    data, net = published_spiral(), trained_spiral_network()
    total = net.loss(data.points, data.labels).total
    return np.array([total, net.accuracy(data.points, data.labels)])


EXAMPLES = (
    PublishedExample(
        id="softmax_one_two_three",
        topic="softmax",
        source="tf.nn.softmax explanation",
        input="s = [1, 2, 3]",
        compute=lambda: softmax([1, 2, 3]),
        expected=(0.09003057317038046, 0.24472847105479764, 0.6652409557748219),
        printed=("0.09", "0.24", "0.67"),
    ),
    PublishedExample(
        id="softmax_digits",
        topic="softmax",
        source="DLFS 5.6.3",
        input="s = [5.3, 10.1]",
        compute=lambda: softmax([5.3, 10.1]),
        expected=(0.008162571153159895, 0.9918374288468401),
        printed=("0.008", "0.991"),
        remark="ten_digits",
    ),
    PublishedExample(
        id="softmax_book",
        topic="softmax",
        source="DLFS 3.5",
        input="s = [0.3, 2.9, 4.0]",
        compute=lambda: softmax([0.3, 2.9, 4.0]),
        expected=(0.018211273295547534, 0.2451918129350739, 0.7365969137693785),
        printed=("0.01821127", "0.24519181", "0.73659691"),
    ),
    PublishedExample(
        id="softmax_overflow_book",
        topic="softmax",
        source="DLFS 3.5",
        input="s = [1010, 1000, 990]",
        compute=lambda: softmax([1010, 1000, 990]),
        expected=(0.9999546000703311, 4.539786860886666e-05, 2.061060046209062e-09),
        printed=("nan", "nan", "nan"),
        remark="naive_overflow",
    ),
    PublishedExample(
        id="softmax_overflow_notes",
        topic="softmax",
        source="CS231n notes",
        input="s = [123, 456, 789]",
        compute=lambda: softmax([123, 456, 789]),
        expected=(5.752744056979149e-290, 2.398487868841356e-145, 1.0),
        printed=("0", "0", "nan"),
        remark="naive_overflow",
    ),
    PublishedExample(
        id="softmax_weak_regularization",
        topic="softmax",
        source="CS231n notes",
        input="s = [1, -2, 0]",
        compute=lambda: softmax([1, -2, 0]),
        expected=(0.7053845126982412, 0.03511902695933972, 0.25949646034241913),
        printed=("0.7", "0.04", "0.26"),
    ),
    PublishedExample(
        id="softmax_strong_regularization",
        topic="softmax",
        source="CS231n notes",
        input="s = [0.5, -1, 0]",
        compute=lambda: softmax([0.5, -1, 0]),
        expected=(0.5465493872661796, 0.12195165230972886, 0.3314989604240915),
        printed=("0.55", "0.12", "0.33"),
    ),
    PublishedExample(
        id="softmax_illustration",
        topic="softmax",
        source="CS231n notes",
        input="s = [12.5, 0.6, -23]",
        compute=lambda: softmax([12.5, 0.6, -23]),
        expected=(0.9999932096413016, 6.790358698095123e-06, 3.824220660090779e-16),
        printed=("0.9", "0.09", "0.01"),
        remark="illustration",
    ),
    PublishedExample(
        id="softmax_derivative",
        topic="softmax",
        source="softmax derivative",
        input="s = [1, 2, 3], dp_i/ds_i",
        compute=lambda: np.diag(softmax_jacobian([1, 2, 3])),
        expected=(0.08192506906499322, 0.1848364465099787, 0.22269542653462335),
    ),
    PublishedExample(
        id="cross_entropy_right",
        topic="cross_entropy",
        source="tf.nn.softmax explanation",
        input="p = [0.1, 0.15, 0.05, 0.6, 0.1], y = 3",
        compute=lambda: _loss_of([0.1, 0.15, 0.05, 0.6, 0.1], 3),
        expected=(0.5108256237659907,),
    ),
    PublishedExample(
        id="cross_entropy_far_off",
        topic="cross_entropy",
        source="tf.nn.softmax explanation",
        input="p = [0.15, 0.2, 0.4, 0.1, 0.15], y = 3",
        compute=lambda: _loss_of([0.15, 0.2, 0.4, 0.1, 0.15], 3),
        expected=(2.302585092994046,),
    ),
    PublishedExample(
        id="cross_entropy_less_far_off",
        topic="cross_entropy",
        source="tf.nn.softmax explanation",
        input="p = [0.05, 0.15, 0.4, 0.3, 0.1], y = 3",
        compute=lambda: _loss_of([0.05, 0.15, 0.4, 0.3, 0.1], 3),
        expected=(1.203972804325936,),
    ),
    PublishedExample(
        id="cross_entropy_offset_right",
        topic="cross_entropy",
        source="DLFS 4.2",
        input="p_y = 0.6",
        compute=lambda: _loss_of([0.6, 0.4], 0),
        expected=(0.5108256237659907,),
        printed=("0.510825457099338",),
        remark="log_offset",
    ),
    PublishedExample(
        id="cross_entropy_offset_wrong",
        topic="cross_entropy",
        source="DLFS 4.2",
        input="p_y = 0.1",
        compute=lambda: _loss_of([0.1, 0.9], 0),
        expected=(2.302585092994046,),
        printed=("2.302584092994546",),
        remark="log_offset",
    ),
    PublishedExample(
        id="cross_entropy_capped",
        topic="cross_entropy",
        source="tutorials that add 1e-7",
        input="s = [100, 0], y = 1",
        compute=lambda: cross_entropy([100.0, 0.0], 1).value,
        expected=(100.0,),
        printed=("16.118",),
        remark="log_capped",
    ),
    PublishedExample(
        id="slide_probabilities",
        topic="cross_entropy",
        source="CS231n slides",
        input="s = [3.2, 5.1, -1.7]",
        compute=lambda: softmax(_SLIDES[0]),
        expected=(0.1299825390171731, 0.8690495352082659, 0.0009679257745610437),
        printed=("0.13", "0.87", "0.00"),
    ),
    PublishedExample(
        id="slide_exponentials",
        topic="cross_entropy",
        source="CS231n slides",
        input="exp([3.2, 5.1, -1.7])",
        compute=lambda: np.exp(_SLIDES[0]),
        expected=(24.53253019710935, 164.02190729990176, 0.18268352405273466),
        printed=("24.5", "164.0", "0.18"),
    ),
    PublishedExample(
        id="slide_cross_entropy",
        topic="cross_entropy",
        source="CS231n slides",
        input="s = [3.2, 5.1, -1.7], y = 0",
        compute=lambda: cross_entropy(_SLIDES[0], 0).value,
        expected=(2.0403551528001707,),
        printed=("2.04",),
    ),
    PublishedExample(
        id="slide_cross_entropy_log10",
        topic="cross_entropy",
        source="CS231n slides (older)",
        input="s = [3.2, 5.1, -1.7], y = 0",
        compute=lambda: cross_entropy(_SLIDES[0], 0).value,
        expected=(2.0403551528001707,),
        printed=("0.89",),
        remark="log10",
    ),
    PublishedExample(
        id="slide_cross_entropies",
        topic="cross_entropy",
        source="CS231n slides",
        input="s = [3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1], y = 0, 1, 2; mean",
        compute=lambda: _with_mean(cross_entropy(_SLIDES, [0, 1, 2]).per_sample),
        expected=(2.0403551528001707, 0.07913177829134901, 6.156477201664211, 2.758654710918577),
    ),
    PublishedExample(
        id="chance_cross_entropy",
        topic="cross_entropy",
        source="CS231n notes",
        input="s = [0, …, 0] (10)",
        compute=lambda: cross_entropy(np.zeros(10), 0).value,
        expected=(2.302585092994046,),
    ),
    PublishedExample(
        id="large_lesson",
        topic="gradient",
        source="DLFS 5.6.3",
        input="p = (0.3, 0.2, 0.5), t = (0, 1, 0)",
        compute=lambda: _output_gradient([0.3, 0.2, 0.5], 1),
        expected=(0.3, -0.8, 0.5),
        printed=("0.3", "-0.8", "0.5"),
    ),
    PublishedExample(
        id="small_lesson",
        topic="gradient",
        source="DLFS 5.6.3",
        input="p = (0.01, 0.99, 0), t = (0, 1, 0)",
        compute=lambda: _output_gradient([0.01, 0.99, 0.0], 1),
        expected=(0.01, -0.01, 0.0),
        printed=("0.01", "-0.01", "0"),
    ),
    PublishedExample(
        id="identity_lesson",
        topic="gradient",
        source="DLFS 5.6.3",
        input="s = (0.3, 0.2, 0.5), t = (0, 1, 0), L = ½ Σ (s - t)²",
        compute=lambda: squared_error([0.3, 0.2, 0.5], 1).gradient,
        expected=(0.3, -0.8, 0.5),
        printed=("0.3", "-0.8", "0.5"),
    ),
    PublishedExample(
        id="batch_gradient",
        topic="gradient",
        source="DLFS 5.6.3",
        input="p = (0.3, 0.2, 0.5), (0.01, 0.99, 0), t = (0, 1, 0), N = 2",
        compute=lambda: _output_gradient([[0.3, 0.2, 0.5], [0.01, 0.99, 0.0]], [1, 1]),
        expected=(0.15, -0.4, 0.25, 0.005, -0.005, 0.0),
    ),
    PublishedExample(
        id="slide_hinges",
        topic="hinge",
        source="CS231n slides",
        input="s = [3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1], y = 0, 1, 2; mean",
        compute=lambda: _with_mean(hinge(_SLIDES, [0, 1, 2]).per_sample),
        expected=(2.9, 0.0, 12.9, 5.266666666666667),
        printed=("2.9", "0", "12.9", "5.27"),
    ),
    PublishedExample(
        id="margin_ten",
        topic="hinge",
        source="CS231n notes",
        input="s = [13, -7, 11], y = 0, Δ = 10",
        compute=lambda: hinge([13, -7, 11], 0, margin=10).value,
        expected=(8.0,),
        printed=("8",),
    ),
    PublishedExample(
        id="chance_hinge",
        topic="hinge",
        source="CS231n notes",
        input="s = [0, …, 0] (10)",
        compute=lambda: hinge(np.zeros(10), 0).value,
        expected=(9.0,),
    ),
    PublishedExample(
        id="crammer_singer_frog",
        topic="hinge",
        source="Crammer-Singer on the frog",
        input="s = [2.2, 2.5, -3.1], y = 2",
        compute=lambda: hinge(_SLIDES[2], 2, variant="crammer_singer").value,
        expected=(6.6,),
    ),
    PublishedExample(
        id="both_clear_win",
        topic="both_losses",
        source="CS231n notes",
        input="s = [10, -2, 3], y = 0",
        compute=lambda: _both([10, -2, 3], 0),
        expected=(0.0, 0.0009176050495943519),
    ),
    PublishedExample(
        id="both_exact_margin",
        topic="both_losses",
        source="CS231n notes",
        input="s = [10, 9, 9], y = 0",
        compute=lambda: _both([10, 9, 9], 0),
        expected=(0.0, 0.5514447139320511),
    ),
    PublishedExample(
        id="both_overwhelming_win",
        topic="both_losses",
        source="CS231n notes",
        input="s = [10, -100, -100], y = 0",
        compute=lambda: _both([10, -100, -100], 0),
        expected=(0.0, 3.377823760449065e-48),
    ),
    PublishedExample(
        id="both_clear_win_twenty",
        topic="both_losses",
        source="CS231n slides",
        input="s = [20, -2, 3], y = 0",
        compute=lambda: _both([20, -2, 3], 0),
        expected=(0.0, 4.1678323128597235e-08),
    ),
    PublishedExample(
        id="both_past_margin_twenty",
        topic="both_losses",
        source="CS231n slides",
        input="s = [20, 9, 9], y = 0",
        compute=lambda: _both([20, 9, 9], 0),
        expected=(0.0, 3.340284369929613e-05),
    ),
    PublishedExample(
        id="both_figure",
        topic="both_losses",
        source="CS231n notes",
        input="s = W x + b = [-2.85, 0.86, 0.28], y = 2",
        compute=lambda: [
            *np.asarray(_scores(LOSS_FIGURE)),
            *np.asarray(_both(_scores(LOSS_FIGURE), 2)),
        ],
        expected=(-2.85, 0.86, 0.28, 1.58, 1.0401905694301083),
        printed=("-2.85", "0.86", "0.28", "1.58", "1.04"),
    ),
    PublishedExample(
        id="figure_probability",
        topic="both_losses",
        source="CS231n notes",
        input="s = [-2.85, 0.86, 0.28], p_0",
        compute=lambda: softmax(_scores(LOSS_FIGURE))[0],
        expected=(0.015449315676073602,),
        printed=("0.016",),
        remark="rounded_steps",
    ),
    PublishedExample(
        id="four_pixel_cat",
        topic="scores",
        source="CS231n notes",
        input="W x + b, x = [56, 231, 24, 2], b = [1.1, 3.2, -1.2]",
        compute=lambda: _scores(FOUR_PIXEL_CAT),
        expected=(-96.8, 437.9, 60.75),
        printed=("-96.8", "437.9", "61.95"),
        remark="bias_left_out",
    ),
    PublishedExample(
        id="penalties",
        topic="regularization",
        source="CS231n notes",
        input="x = [1, 1, 1, 1], w = [1, 0, 0, 0], [¼, ¼, ¼, ¼]: w·x, Σw², ½Σw², Σ|w|",
        compute=_penalties,
        expected=(1.0, 1.0, 1.0, 0.25, 0.5, 0.125, 1.0, 1.0),
        printed=("1", "1", "1.0", "0.25", "0.5", "0.125", "1", "1"),
    ),
    PublishedExample(
        id="circuit",
        topic="graph",
        source="CS231n notes",
        input="f = (x + y) z, x = -2, y = 5, z = -4: f, df/dx, df/dy, df/dz",
        compute=lambda: _circuit("sum_times"),
        expected=(-12.0, -4.0, -4.0, 3.0),
        printed=("-12", "-4", "-4", "3"),
    ),
    PublishedExample(
        id="sigmoid_neuron",
        topic="graph",
        source="CS231n notes",
        input="sigmoid of w0 x0 + w1 x1 + w2, w = [2, -3, -3], x = [-1, -2]: f, "
        "df/dw0, df/dx0, df/dw1, df/dx1, df/dw2",
        compute=lambda: _circuit("sigmoid_neuron"),
        expected=(
            0.73105857863000488,
            -0.19661193324148185,
            0.39322386648296371,
            -0.39322386648296371,
            -0.58983579972444556,
            0.19661193324148185,
        ),
        printed=("0.73", "-0.20", "0.39", "-0.39", "-0.59", "0.20"),
    ),
    PublishedExample(
        id="linear_classify_demo",
        topic="learning",
        source="CS231n linear-classify demo",
        input="9 points, W (3, 2), λ = 0.1: data loss, λ ΣW², total",
        compute=_demo_losses,
        expected=(0.6445555555555555, 1.92545, 2.5700055555555554),
        printed=("0.64", "1.93", "2.57"),
    ),
    PublishedExample(
        id="spiral_classifier",
        topic="learning",
        source="CS231n case study",
        input="spiral, 3 × 100 points, linear softmax: loss after 190 steps, accuracy",
        compute=_spiral_classifier,
        expected=(0.7863024399185198, 0.49333333333333335),
        printed=("0.786302", "0.49"),
        tolerance=1e-9,
    ),
    PublishedExample(
        id="spiral_network",
        topic="learning",
        source="CS231n case study",
        input="the same spiral, 100 hidden units: loss after 5000 steps, accuracy",
        compute=_spiral_network,
        expected=(0.24756087583395703, 0.98333333333333328),
        printed=("0.245649", "0.98"),
        allowance=0.005,
        tolerance=1e-9,
    ),
)
"""The examples, in the order of the lessons."""
