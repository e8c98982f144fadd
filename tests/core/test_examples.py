"""Every published example is computed again and compared: with exact values, and as printed."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.examples import EXAMPLES
from core.learning.published_runs import CLASSIFIER_STEPS, trained_spiral_network
from core.losses.activations import softmax
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import HINGE_VARIANTS, hinge
from core.presets import PRESETS
from core.published_example import PublishedExample

SLIDES = ((3.2, 5.1, -1.7), (1.3, 4.9, 2.0), (2.2, 2.5, -3.1))


def exact_log_softmax(logits):
    """Decimal inputs, 150 digits, no trick but the largest logit first."""
    with mp.workdps(150):
        z = [mp.mpf(str(v)) for v in logits]
        total = mp.fsum(mp.exp(v - max(z)) for v in z)
        return [v - max(z) - mp.log(total) for v in z]


def exact_softmax(logits):
    with mp.workdps(150):
        return [mp.exp(v) for v in exact_log_softmax(logits)]


def exact_cross_entropy(logits, label):
    with mp.workdps(150):
        return [-exact_log_softmax(logits)[label]]


def minus_log(text):
    return [-mp.log(mp.mpf(text))]


def slow_hinge(scores, label, margin=1.0):
    return sum(max(0.0, s - scores[label] + margin) for j, s in enumerate(scores) if j != label)


# Each published result once more, from the input alone and without the core.
ORACLES = {
    "softmax_one_two_three": lambda: exact_softmax([1, 2, 3]),
    "softmax_digits": lambda: exact_softmax([5.3, 10.1]),
    "softmax_book": lambda: exact_softmax([0.3, 2.9, 4.0]),
    "softmax_overflow_book": lambda: exact_softmax([1010, 1000, 990]),
    "softmax_overflow_notes": lambda: exact_softmax([123, 456, 789]),
    "softmax_weak_regularization": lambda: exact_softmax([1, -2, 0]),
    "softmax_strong_regularization": lambda: exact_softmax([0.5, -1, 0]),
    "softmax_illustration": lambda: exact_softmax([12.5, 0.6, -23]),
    "softmax_derivative": lambda: [p * (1 - p) for p in exact_softmax([1, 2, 3])],
    "cross_entropy_right": lambda: minus_log("0.6"),
    "cross_entropy_far_off": lambda: minus_log("0.1"),
    "cross_entropy_less_far_off": lambda: minus_log("0.3"),
    "cross_entropy_offset_right": lambda: minus_log("0.6"),
    "cross_entropy_offset_wrong": lambda: minus_log("0.1"),
    "cross_entropy_capped": lambda: exact_cross_entropy([100, 0], 1),
    "slide_probabilities": lambda: exact_softmax(SLIDES[0]),
    "slide_exponentials": lambda: [mp.exp(mp.mpf(str(v))) for v in SLIDES[0]],
    "slide_cross_entropy": lambda: exact_cross_entropy(SLIDES[0], 0),
    "slide_cross_entropy_log10": lambda: exact_cross_entropy(SLIDES[0], 0),
    "slide_cross_entropies": lambda: (
        (losses := [exact_cross_entropy(z, y)[0] for y, z in enumerate(SLIDES)]) + [sum(losses) / 3]
    ),
    "chance_cross_entropy": lambda: [mp.log(10)],
    "large_lesson": lambda: [0.3 - 0, 0.2 - 1, 0.5 - 0],
    "small_lesson": lambda: [0.01 - 0, 0.99 - 1, 0.0],
    "identity_lesson": lambda: [0.3 - 0, 0.2 - 1, 0.5 - 0],
    "batch_gradient": lambda: [0.3 / 2, -0.8 / 2, 0.5 / 2, 0.01 / 2, -0.01 / 2, 0.0],
    "slide_hinges": lambda: (
        (losses := [slow_hinge(s, y) for y, s in enumerate(SLIDES)]) + [sum(losses) / 3]
    ),
    "margin_ten": lambda: [slow_hinge([13, -7, 11], 0, margin=10)],
    "chance_hinge": lambda: [slow_hinge([0] * 10, 0)],
    "crammer_singer_frog": lambda: [max(2.2 + 3.1 + 1, 2.5 + 3.1 + 1)],
    "both_clear_win": lambda: [0, *exact_cross_entropy([10, -2, 3], 0)],
    "both_exact_margin": lambda: [0, *exact_cross_entropy([10, 9, 9], 0)],
    "both_overwhelming_win": lambda: [0, *exact_cross_entropy([10, -100, -100], 0)],
    "both_clear_win_twenty": lambda: [0, *exact_cross_entropy([20, -2, 3], 0)],
    "both_past_margin_twenty": lambda: [0, *exact_cross_entropy([20, 9, 9], 0)],
    "both_figure": lambda: [
        *[-2.85, 0.86, 0.28],
        slow_hinge([-2.85, 0.86, 0.28], 2),
        *exact_cross_entropy([-2.85, 0.86, 0.28], 2),
    ],
    "figure_probability": lambda: exact_softmax([-2.85, 0.86, 0.28])[:1],
    "four_pixel_cat": lambda: [
        0.2 * 56 - 0.5 * 231 + 0.1 * 24 + 2.0 * 2 + 1.1,
        1.5 * 56 + 1.3 * 231 + 2.1 * 24 + 0.0 * 2 + 3.2,
        0.0 * 56 + 0.25 * 231 + 0.2 * 24 - 0.3 * 2 - 1.2,
    ],
    "penalties": lambda: [1, 4 * 0.25, 1, 4 * 0.25**2, 1 / 2, 4 * 0.25**2 / 2, 1, 4 * 0.25],
    "linear_classify_demo": lambda: demo(),
    "spiral_classifier": lambda: plain_spiral_classifier(),
    "spiral_network": lambda: plain_spiral_network(),
    "circuit": lambda: [(-2 + 5) * -4, -4, -4, -2 + 5],
    "sigmoid_neuron": lambda: sigmoid_neuron([2, -3, -3], [-1, -2]),
}


def sigmoid_neuron(w, x):
    """Return the output and its derivative with respect to w0, x0, w1, x1, w2: (1 - f) f each."""
    with mp.workdps(50):
        f = 1 / (1 + mp.exp(-(w[0] * x[0] + w[1] * x[1] + w[2])))
        slope = f * (1 - f)
        return [f, slope * x[0], slope * w[0], slope * x[1], slope * w[1], slope]


def demo():
    weights = [(2.06, 1.48), (0.44, -1.82), (2.27, -2.04)]
    biases = (-0.42, 0.52, -0.10)
    points = [(0.5, 0.4), (0.8, 0.3), (0.3, 0.8), (-0.4, 0.3), (-0.3, 0.7), (-0.7, 0.2)]
    points += [(0.7, -0.4), (0.5, -0.6), (-0.4, -0.5)]
    data_loss = 0.0
    for number, (x, y) in enumerate(points):
        scores = [u * x + v * y + b for (u, v), b in zip(weights, biases, strict=True)]
        data_loss += slow_hinge(scores, number // 3) / 9
    penalty = 0.1 * sum(u * u + v * v for u, v in weights)
    return [data_loss, penalty, data_loss + penalty]


def spiral():
    """Return the points as the notes make them, with NumPy's old generator."""
    random = np.random.RandomState(0)
    points, labels = np.zeros((300, 2)), np.zeros(300, dtype=int)
    for j in range(3):
        arm = slice(100 * j, 100 * (j + 1))
        radius = np.linspace(0.0, 1, 100)
        angle = np.linspace(j * 4, (j + 1) * 4, 100) + random.randn(100) * 0.2
        points[arm], labels[arm] = np.c_[radius * np.sin(angle), radius * np.cos(angle)], j
    return points, labels


def loss_and_probabilities(scores, y, *weights):
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    penalty = 0.5e-3 * sum((W * W).sum() for W in weights)
    return -np.log(p[np.arange(len(y)), y]).mean() + penalty, p


def plain_spiral_classifier():
    """The loop of the notes; their weights to start from are not known."""
    X, y = spiral()
    W, b = 0.01 * np.random.default_rng(0).standard_normal((2, 3)), np.zeros(3)
    for _ in range(CLASSIFIER_STEPS):
        _, p = loss_and_probabilities(X @ W + b, y, W)
        d_scores = (p - np.eye(3)[y]) / len(X)
        W, b = W - X.T @ d_scores - 1e-3 * W, b - d_scores.sum(axis=0)
    scores = X @ W + b
    return [loss_and_probabilities(scores, y, W)[0], (scores.argmax(axis=1) == y).mean()]


def plain_spiral_network():
    X, y = spiral()
    W1, b1, W2, b2 = trained_spiral_network().parameters.values()
    scores = np.maximum(0, X @ W1 + b1) @ W2 + b2
    return [loss_and_probabilities(scores, y, W1, W2)[0], (scores.argmax(axis=1) == y).mean()]


def by_id(example):
    return example.id


def looks_as_printed(value: float, figure: str, allowance: float) -> bool:
    """Whether a value is within half a unit of the last digit that a figure prints, or nearly."""
    decimals = len(figure.partition(".")[2])
    return abs(value - float(figure)) <= 0.5 * 10.0**-decimals * (1 + 1e-9) + allowance


@pytest.mark.parametrize("example", EXAMPLES, ids=by_id)
def test_core_computes_the_exact_figures(example: PublishedExample):
    assert_allclose(example.values, example.expected, rtol=example.tolerance, atol=1e-13)
    tiny = [v for v in zip(example.values, example.expected, strict=True) if 0 < v[1] < 1e-12]
    for ours, exact in tiny:  # the absolute tolerance above would let anything pass
        assert abs(ours - exact) <= 1e-12 * exact


@pytest.mark.parametrize("example", EXAMPLES, ids=by_id)
def test_exact_figures_agree_with_an_independent_calculation(example: PublishedExample):
    independent = [float(v) for v in ORACLES[example.id]()]
    # What follows from a run, the sums of which may be in another order, cannot be so exact.
    rtol = 2e-15 if example.tolerance < 1e-9 else example.tolerance
    assert_allclose(example.expected, independent, rtol=rtol, atol=0)


@pytest.mark.parametrize("example", EXAMPLES, ids=by_id)
def test_what_is_printed_is_reproduced_or_has_a_reason(example: PublishedExample):
    if not example.printed:
        assert not example.is_reproduced
        assert example.remark is None
        return
    assert len(example.printed) == len(example.values)
    same = all(
        looks_as_printed(value, figure, example.allowance)
        for value, figure in zip(example.values, example.printed, strict=True)
    )
    assert example.is_reproduced == same
    assert (example.remark is None) == same


def test_ids_are_unique():
    ids = [example.id for example in EXAMPLES]
    assert sorted(ids) == sorted(ORACLES)
    assert len(set(ids)) == len(ids)
    presets = [preset.id for preset in PRESETS]
    assert len(set(presets)) == len(presets)


def test_printed_figures_with_an_offset_are_the_offset_ones():
    """The reasons given for a difference are the true ones."""
    assert_allclose(-np.log(0.6 + 1e-7), 0.510825457099338, rtol=1e-14)
    assert_allclose(-np.log(0.1 + 1e-7), 2.302584092994546, rtol=1e-14)
    assert_allclose(-np.log(0.0 + 1e-7), 16.118, atol=5e-4)
    assert_allclose(-np.log10(0.1299825390171731), 0.89, atol=5e-3)
    assert_allclose(0.058 / (0.058 + 2.36 + 1.32), 0.016, atol=5e-4)
    assert_allclose(60.75 + 1.2, 61.95, rtol=1e-14)
    with np.errstate(over="ignore", invalid="ignore"):
        exponentials = np.exp([123.0, 456.0, 789.0])
        assert_allclose(exponentials / exponentials.sum(), [0, 0, np.nan])


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_presets_are_complete(preset):
    assert len(preset.names) == len(preset.scores)
    assert 0 <= preset.label < len(preset.names)
    assert preset.variant in HINGE_VARIANTS


PRESET_LOSSES = {
    "cat_image": (2.9, 2.0403551528001707),
    "car_image": (0.0, 0.07913177829134901),
    "frog_image": (12.9, 6.156477201664211),
    "frog_crammer_singer": (6.6, 6.156477201664211),
    "clear_win": (0.0, 0.0009176050495943519),
    "exact_margin": (0.0, 0.5514447139320511),
    "overwhelming_win": (0.0, 3.377823760449065e-48),
    "margin_ten": (8.0, 0.12692801285843058),
    "digits": (0.0, 0.008196067338267773),
    "figure_scores": (1.58, 1.0401905694301083),
    "clear_win_twenty": (0.0, 4.1678323128597235e-08),
    "past_margin_twenty": (0.0, 3.340284369929613e-05),
    "chance_level": (9.0, 2.302585092994046),
}


@pytest.mark.parametrize(
    "preset", [p for p in PRESETS if p.id in PRESET_LOSSES], ids=lambda preset: preset.id
)
def test_presets_have_the_published_losses(preset):
    expected_hinge, expected_cross_entropy = PRESET_LOSSES[preset.id]
    svm = hinge(preset.scores, preset.label, margin=preset.margin, variant=preset.variant)
    assert_allclose(svm.value, expected_hinge, rtol=1e-14)
    softmax_loss = cross_entropy(preset.scores, preset.label).value
    assert_allclose(softmax_loss, expected_cross_entropy, rtol=1e-12)


# What the sources print for the probabilities; see EXAMPLES for the exact figures.
PRESET_PROBABILITIES = {
    "one_two_three": ([0.09, 0.24, 0.67], 5e-3),
    "three_logits": ([0.01821127, 0.24519181, 0.73659691], 5e-9),
    "weak_regularization": ([0.7, 0.04, 0.26], 6e-3),
    "strong_regularization": ([0.55, 0.12, 0.33], 6e-3),
    "illustration": ([0.999993, 6.8e-6, 3.8e-16], 1e-6),
    "thousands": ([0.9999546, 4.54e-5, 2.06e-9], 5e-8),
    "hundreds": ([0.0, 0.0, 1.0], 1e-15),
    "right_prediction": ([0.1, 0.15, 0.05, 0.6, 0.1], 1e-15),
    "far_prediction": ([0.15, 0.2, 0.4, 0.1, 0.15], 1e-15),
    "near_prediction": ([0.05, 0.15, 0.4, 0.3, 0.1], 1e-15),
    "large_lesson": ([0.3, 0.2, 0.5], 1e-15),
    "small_lesson": ([0.01, 0.99, 0.0], 1e-15),
}


def test_every_preset_is_checked():
    assert {preset.id for preset in PRESETS} == {*PRESET_LOSSES, *PRESET_PROBABILITIES}


@pytest.mark.parametrize(
    "preset", [p for p in PRESETS if p.id in PRESET_PROBABILITIES], ids=lambda preset: preset.id
)
def test_presets_have_the_published_probabilities(preset):
    expected, tolerance = PRESET_PROBABILITIES[preset.id]
    assert_allclose(softmax(preset.scores), expected, rtol=0, atol=tolerance)
