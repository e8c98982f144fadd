"""The losses: values, gradients, accuracy, invariants, extremes, errors."""

import contextlib
import itertools
from dataclasses import FrozenInstanceError

import mpmath as mp
import numpy as np
import pytest
import scipy.special
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

import core.losses.loss
from core.gradients.check import check_gradient
from core.losses.activations import log_softmax, softmax
from core.losses.cross_entropy import cross_entropy, cross_entropy_values
from core.losses.hinge import HINGE_VARIANTS, HingeLoss, hinge, hinge_margins, hinge_values
from core.losses.loss import REDUCTIONS, Loss
from core.losses.squared_error import squared_error
from tests.core.oracles import (
    DIGITS,
    EPSILON,
    epsilons,
    exact_log_softmax,
    exact_softmax,
    logits_and_labels,
    slow_hinge,
    slow_log_softmax,
    spread,
)

SLIDES = np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]])
THREE = np.arange(3)

LOSSES = {
    "cross_entropy": cross_entropy,
    "cross_entropy_smoothed": lambda z, t, **k: cross_entropy(z, t, label_smoothing=0.1, **k),
    "squared_error": squared_error,
    **{
        f"{variant}_{power}": lambda s, y, variant=variant, power=power, **k: hinge(
            s, y, variant=variant, power=power, **k
        )
        for variant, power in itertools.product(HINGE_VARIANTS, (1, 2))
    },
}
EVERY_LOSS = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES.keys())
EVERY_HINGE = pytest.mark.parametrize(
    ("variant", "power"), list(itertools.product(HINGE_VARIANTS, (1, 2)))
)


def one_hot(labels, classes):
    return np.eye(classes)[labels]


# Values by hand


@pytest.mark.parametrize(
    ("logits", "targets", "smoothing", "loss", "gradient"),
    [
        ([0, 0], 0, 0, np.log(2), [-0.5, 0.5]),
        (np.log([1, 2, 5]), 1, 0, np.log(4), [1 / 8, -6 / 8, 5 / 8]),
        (np.log([1, 2, 5]), [0, 1, 0], 0, np.log(4), [1 / 8, -6 / 8, 5 / 8]),
        ([0, 0], [0.25, 0.75], 0, np.log(2), [0.25, -0.25]),
        (np.log([1, 3]), [0.5, 0.5], 0, np.log(4) - np.log(3) / 2, [-0.25, 0.25]),
        (np.log([1, 3]), 1, 0.5, np.log(4) - 0.75 * np.log(3), [0, 0]),
        (np.log([1, 3]), [0, 1], 1, np.log(4) - np.log(3) / 2, [-0.25, 0.25]),
        ([7], 0, 0, 0, [0]),
        ([0, -np.inf], 0, 0, 0, [0, 0]),
        ([0, -np.inf, 0], 0, 0, np.log(2), [-0.5, 0, 0.5]),
        ([0, -np.inf], [1, 0], 0, 0, [0, 0]),
        ([0, -np.inf], 1, 0, np.inf, [1, -1]),
        ([0, -np.inf], [0.5, 0.5], 0, np.inf, [0.5, -0.5]),
        ([0, -np.inf], 0, 0.1, np.inf, [0.05, -0.05]),
    ],
)
def test_cross_entropy_by_hand(logits, targets, smoothing, loss, gradient):
    result = cross_entropy(logits, targets, label_smoothing=smoothing)
    assert_allclose(result.value, loss, rtol=1e-15)
    assert_allclose(result.per_sample, loss, rtol=1e-15)
    assert_allclose(result.gradient, gradient, rtol=1e-15, atol=EPSILON)


def test_cross_entropy_of_the_slides():
    result = cross_entropy(SLIDES, THREE)
    expected = [2.0403551528001707, 0.07913177829134901, 6.156477201664211]
    assert_allclose(result.per_sample, expected, rtol=4 * EPSILON)
    assert_allclose(result.value, 2.758654710918577, rtol=4 * EPSILON)


@pytest.mark.parametrize(
    ("variant", "power", "loss", "gradient", "margins"),
    [
        ("weston_watkins", 1, 5.5, [1, -2, 1], [2.5, 0, 3]),
        ("weston_watkins", 2, 6.25 + 9, [5, -11, 6], [2.5, 0, 3]),
        ("crammer_singer", 1, 3, [0, -1, 1], [2.5, 0, 3]),
        ("crammer_singer", 2, 9, [0, -6, 6], [2.5, 0, 3]),
        ("one_vs_all", 1, 3 + 1.5 + 3.5, [1, -1, 1], [3, 1.5, 3.5]),
        ("one_vs_all", 2, 9 + 2.25 + 12.25, [6, -3, 7], [3, 1.5, 3.5]),
    ],
)
def test_hinge_by_hand(variant, power, loss, gradient, margins):
    result = hinge([1, 0.5, 1.5], 1, margin=2, variant=variant, power=power)
    assert_allclose(result.margins, margins, rtol=1e-15)
    assert_allclose(result.value, loss, rtol=1e-15)
    assert_allclose(result.per_sample, loss, rtol=1e-15)
    assert_allclose(result.gradient, gradient, rtol=1e-15)


@pytest.mark.parametrize(
    ("scores", "label", "margin", "loss", "gradient"),
    [
        ([3.2, 5.1, -1.7], 0, 1, 2.9, [-1, 1, 0]),
        ([1.3, 4.9, 2.0], 1, 1, 0, [0, 0, 0]),
        ([2.2, 2.5, -3.1], 2, 1, 12.9, [1, 1, -2]),
        ([13, -7, 11], 0, 10, 8, [-1, 0, 1]),
        ([10, 9, 9], 0, 1, 0, [0, 0, 0]),
        ([0] * 10, 0, 1, 9, [-9, *[1] * 9]),
        ([5], 0, 1, 0, [0]),
        ([1, -np.inf, 3], 0, 1, 3, [-1, 0, 1]),
    ],
)
def test_weston_watkins_of_published_scores(scores, label, margin, loss, gradient):
    result = hinge(scores, label, margin=margin)
    assert_allclose(result.value, loss, rtol=1e-14)
    assert_array_equal(result.gradient, gradient)


@pytest.mark.parametrize(
    ("outputs", "targets", "loss", "gradient"),
    [
        ([0.3, 0.2, 0.5], 1, (0.09 + 0.64 + 0.25) / 2, [0.3, -0.8, 0.5]),
        ([0.3, 0.2, 0.5], [0, 1, 0], (0.09 + 0.64 + 0.25) / 2, [0.3, -0.8, 0.5]),
        ([3, 4], [0, 0], 12.5, [3, 4]),
        ([1, -2], [-1.5, 2.5], (6.25 + 20.25) / 2, [2.5, -4.5]),
    ],
)
def test_squared_error_by_hand(outputs, targets, loss, gradient):
    result = squared_error(outputs, targets)
    assert_allclose(result.value, loss, rtol=1e-15)
    assert_allclose(result.per_sample, loss, rtol=1e-15)
    assert_allclose(result.gradient, gradient, rtol=1e-15)


@EVERY_HINGE
def test_hinge_equals_the_slow_one(variant, power):
    rng = np.random.default_rng(4)
    scores, labels = rng.normal(scale=2, size=(40, 6)), rng.integers(6, size=40)
    for margin in (0.0, 0.3, 1.0, 10.0):
        result = hinge(scores, labels, margin=margin, variant=variant, power=power)
        slow = [
            slow_hinge(s, y, margin, variant, power) for s, y in zip(scores, labels, strict=True)
        ]
        losses, gradients, margins = (np.array(part) for part in zip(*slow, strict=True))
        assert_allclose(result.per_sample, losses, rtol=1e-14, atol=1e-15)
        assert_allclose(result.value, losses.mean(), rtol=1e-14)
        assert_allclose(result.gradient, gradients / 40, rtol=1e-14, atol=1e-16)
        assert_allclose(result.margins, margins, rtol=1e-15)


# Other libraries


def test_scikit_learn_agrees():
    rng = np.random.default_rng(5)
    scores, labels = rng.normal(scale=3, size=(60, 5)), rng.integers(5, size=60)
    labels[:5] = range(5)
    expected = sklearn.metrics.log_loss(labels, softmax(scores))
    assert_allclose(cross_entropy(scores, labels).value, expected, rtol=1e-13)
    expected = sklearn.metrics.hinge_loss(labels, scores)
    assert_allclose(hinge(scores, labels, variant="crammer_singer").value, expected, rtol=1e-13)


def test_one_vs_all_is_a_sum_of_scikit_learns_binary_hinges():
    rng = np.random.default_rng(6)
    scores, labels = rng.normal(size=(30, 4)), rng.integers(4, size=30)
    labels[:4] = range(4)
    expected = sum(sklearn.metrics.hinge_loss(labels == j, scores[:, j]) for j in range(4))
    assert_allclose(hinge(scores, labels, variant="one_vs_all").value, expected, rtol=1e-13)


@pytest.mark.parametrize("smoothing", [0.0, 0.2, 1.0])
@pytest.mark.parametrize("shape", [(30, 4), (30, 47), (30, 48), (7, 3000)])
def test_scipy_agrees(shape, smoothing):
    rng = np.random.default_rng(7)
    logits = rng.normal(scale=4, size=shape)
    targets = rng.dirichlet(np.ones(shape[1]), size=shape[0])
    mixed = (1 - smoothing) * targets + smoothing / shape[1]
    result = cross_entropy(logits, targets, label_smoothing=smoothing)
    losses = -(mixed * scipy.special.log_softmax(logits, axis=1)).sum(axis=1)
    assert_allclose(result.per_sample, losses, rtol=1e-12)
    expected = (scipy.special.softmax(logits, axis=1) - mixed) / shape[0]
    assert_allclose(result.gradient, expected, rtol=1e-9, atol=1e-16)


# Accuracy


@settings(max_examples=60, deadline=None)
@given(logits_and_labels())
def test_accuracy(sample):
    logits, labels = sample
    result = cross_entropy(logits, labels)
    for row, label, loss in zip(logits, labels, result.per_sample, strict=True):
        exact = -exact_log_softmax(row)[label]
        assert epsilons([loss], [exact]) <= 4 + spread(row)


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-3, 40), st.floats(-600, 600), st.booleans(), st.integers(0, 1))
def test_accuracy_of_two_close_classes(difference, offset, swap, label):
    logits = np.array([offset, offset + difference])[:: -1 if swap else 1]
    loss = cross_entropy(logits, label).value
    assert epsilons([loss], [-exact_log_softmax(logits)[label]]) <= 4 + spread(logits)


@settings(max_examples=40, deadline=None)
@given(logits_and_labels(max_rows=1), st.floats(0, 1), st.floats(0, 1))
def test_accuracy_with_soft_targets_and_smoothing(sample, certainty, smoothing):
    logits, label = sample[0][0], sample[1][0]
    classes = len(logits)
    targets = (1 - certainty) / classes + certainty * one_hot(label, classes)
    loss = cross_entropy(logits, targets, label_smoothing=smoothing).value
    with mp.workdps(DIGITS):
        exact_smoothing = mp.mpf(smoothing)
        exact = mp.fsum(
            ((1 - exact_smoothing) * mp.mpf(float(t)) + exact_smoothing / classes) * -log_p
            for t, log_p in zip(targets, exact_log_softmax(logits), strict=True)
        )
    assert epsilons([loss], [exact]) <= 8 + spread(logits)


@settings(max_examples=60, deadline=None)
@given(logits_and_labels())
def test_gradient_of_the_true_class_keeps_its_digits(sample):
    """Where p is nearly 1, p - 1 is the exact difference, not the difference of rounded numbers."""
    logits, labels = sample
    gradient = cross_entropy(logits, labels, reduction="sum").gradient
    for row, label, slopes in zip(logits, labels, gradient, strict=True):
        exact = exact_softmax(row)
        with mp.workdps(DIGITS):
            exact = [p - (j == label) for j, p in enumerate(exact)]
        assert epsilons(slopes, exact) <= 6 + spread(row)


@pytest.mark.parametrize(
    ("logits", "loss"),
    [
        ([10, -100, -100], 3.377823760449065e-48),
        ([20, -100, -100], 1.5335296147444e-52),
        ([10, -2, 3], 0.0009176050495943519),
        ([10, 9, 9], 0.5514447139320511),
        ([20, -2, 3], 4.1678323128597235e-08),
        ([100, 0], 3.720075976020836e-44),
    ],
)
def test_confident_predictions_have_a_loss_and_a_gradient(logits, loss):
    for targets in (0, one_hot(0, len(logits))):
        result = cross_entropy(logits, targets)
        assert_allclose(result.value, loss, rtol=20 * EPSILON)
        assert_allclose(result.gradient[0], np.expm1(-loss), rtol=20 * EPSILON)
        assert_allclose(result.gradient.sum(), 0, atol=EPSILON * abs(result.gradient[0]))


@pytest.mark.parametrize("gap", [0.0, 0.1, 0.7, 3.3])
@pytest.mark.parametrize("classes", [47, 48, 10_000])
def test_accuracy_of_many_equal_classes(classes, gap):
    """Equal terms are the worst for a running sum: every addition rounds the same way."""
    logits = np.full((3, classes), -gap)
    logits[:, 17] = 0.0
    exact = np.log1p((classes - 1) * np.exp(np.longdouble(-gap)))
    result = cross_entropy(logits, [17, 17, 17])
    assert_allclose(result.per_sample, float(exact), rtol=(4 + gap) * EPSILON)


# Derivatives

SMOOTH_LOSSES = {
    "labels": lambda z, y: cross_entropy(z, y),
    "distributions": lambda z, y: cross_entropy(z, 0.3 / z.shape[-1] + 0.7 * np.eye(5)[y]),
    "smoothed": lambda z, y: cross_entropy(z, y, label_smoothing=0.2),
    "squared_error": lambda z, y: squared_error(z, y),
    "squared_error_of_numbers": lambda z, y: squared_error(
        z, np.sin(np.arange(20.0).reshape(4, 5))
    ),
}


@pytest.mark.parametrize("loss", SMOOTH_LOSSES.values(), ids=SMOOTH_LOSSES.keys())
def test_gradient_of_smooth_losses(loss):
    rng = np.random.default_rng(8)
    logits, labels = rng.normal(scale=2, size=(4, 5)), rng.integers(5, size=4)
    check = check_gradient(lambda z: loss(z, labels).value, loss(logits, labels).gradient, logits)
    assert not check.kinks.any()
    assert_allclose(check.analytic, check.numerical, atol=2e-10)


@EVERY_LOSS
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_gradient_of_every_loss_and_reduction(loss, reduction):
    rng = np.random.default_rng(9)
    scores, labels = rng.normal(scale=2, size=(6, 4)), rng.integers(4, size=6)
    result = loss(scores, labels, reduction=reduction)
    check = check_gradient(
        lambda s: loss(s, labels, reduction=reduction).value, result.gradient, scores
    )
    assert not check.kinks.any()
    assert_allclose(check.analytic, check.numerical, atol=2e-9)


@EVERY_LOSS
def test_gradient_without_reduction_is_that_of_each_sample(loss):
    rng = np.random.default_rng(10)
    scores, labels = rng.normal(scale=2, size=(3, 4)), rng.integers(4, size=3)
    result = loss(scores, labels, reduction="none")
    for i in range(3):
        check = check_gradient(
            lambda s, i=i: loss(s, labels[i]).value, result.gradient[i], scores[i]
        )
        assert_allclose(check.analytic, check.numerical, atol=2e-9)


@settings(max_examples=40, deadline=None)
@given(logits_and_labels(limit=5, max_rows=3, max_classes=5), st.sampled_from(sorted(LOSSES)))
def test_gradient_wherever_there_is_no_kink(sample, name):
    scores, labels = sample
    loss = LOSSES[name]
    check = check_gradient(lambda s: loss(s, labels).value, loss(scores, labels).gradient, scores)
    smooth = ~check.kinks
    assert_allclose(check.analytic[smooth], check.numerical[smooth], atol=1e-7)


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_subgradient_at_a_kink_is_zero(variant):
    scores = [-1.0, -1.0, 1.0] if variant == "one_vs_all" else [2.0, 2.0, 3.0]
    result = hinge(scores, 2, variant=variant)
    assert_array_equal(result.margins, [0, 0, 0])
    assert_array_equal(result.gradient, [0, 0, 0])
    assert not np.signbit(result.gradient).any()
    check = check_gradient(lambda s: hinge(s, 2, variant=variant).value, result.gradient, scores)
    assert_array_equal(check.kinks, [True, True, True])


def test_squared_hinge_has_no_kink():
    check = check_gradient(
        lambda s: hinge(s, 2, power=2).value, hinge([2.0, 2.0, 3.0], 2, power=2).gradient, [2, 2, 3]
    )
    assert not check.kinks.any()
    assert_allclose(check.numerical, 0, atol=1e-4)


@pytest.mark.parametrize("power", [1, 2])
def test_crammer_singer_takes_the_first_of_several_worst_classes(power):
    result = hinge([0.0, 2.0, 1.0, 2.0], 0, variant="crammer_singer", power=power)
    slope = 1.0 if power == 1 else 6.0
    assert_array_equal(result.gradient, [-slope, slope, 0, 0])


# Invariants


@settings(max_examples=50, deadline=None)
@given(logits_and_labels(limit=50), st.sampled_from(REDUCTIONS))
def test_gradient_rows_sum_to_zero(sample, reduction):
    logits, labels = sample
    gradient = cross_entropy(logits, labels, reduction=reduction).gradient
    assert_allclose(gradient.sum(axis=1), 0, atol=8 * EPSILON)
    gradient = hinge(logits, labels, reduction=reduction).gradient
    assert_allclose(gradient.sum(axis=1), 0, atol=64 * EPSILON)


@settings(max_examples=50, deadline=None)
@given(logits_and_labels(limit=100), st.integers(-1000, 1000))
def test_adding_a_constant_changes_nothing(sample, constant):
    logits, labels = sample
    logits = np.round(logits)
    for loss in (cross_entropy, hinge):
        here, there = loss(logits, labels), loss(logits + constant, labels)
        assert_array_equal(there.per_sample, here.per_sample)
        assert_array_equal(there.gradient, here.gradient)


@settings(max_examples=50, deadline=None)
@given(logits_and_labels(limit=50, max_rows=1), st.sampled_from(sorted(LOSSES)), st.randoms())
def test_permuted_classes_give_permuted_gradients(sample, name, random):
    scores, label = sample[0][0], sample[1][0]
    order = list(range(len(scores)))
    random.shuffle(order)
    here = LOSSES[name](scores, label)
    there = LOSSES[name](scores[order], order.index(label))
    assert_allclose(there.value, here.value, rtol=1e-12, atol=1e-300)
    if name.startswith("crammer_singer"):  # a tie goes to the first class
        worst = np.sort(hinge(scores, label).margins)[-2:]
        if worst[0] == worst[1]:
            return
    assert_allclose(there.gradient, here.gradient[order], rtol=1e-12, atol=1e-14)


@EVERY_LOSS
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_single_sample_is_a_batch_of_one(loss, reduction):
    scores = np.array([0.3, -1.2, 2.4, 0.9, 0.0])
    single = loss(scores, 3, reduction=reduction)
    batch = loss(scores[None], [3], reduction=reduction)
    assert single.per_sample.shape == ()
    assert single.gradient.shape == (5,)
    assert_array_equal(single.per_sample, batch.per_sample[0])
    assert_array_equal(single.gradient, batch.gradient[0])
    assert_array_equal(single.value, np.ravel(batch.value)[0])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize("shape", [(5,), (3, 2, 4), (700, 10), (4000, 47), (5, 48), (3, 3000)])
@pytest.mark.parametrize("order", ["C", "F"])
def test_losses_without_a_gradient_are_the_same_to_the_last_bit(shape, dtype, order):
    random = np.random.default_rng(7)
    scores = np.asarray(30 * random.normal(size=shape), dtype=dtype, order=order)
    labels = random.integers(0, shape[-1], shape[:-1])
    entropies = cross_entropy_values(scores, labels)
    expected = cross_entropy(scores, labels, reduction="none").per_sample
    assert entropies.dtype == expected.dtype
    assert_array_equal(entropies, expected)
    for variant, power in itertools.product(HINGE_VARIANTS, (1, 2)):
        given = {"margin": 0.75, "variant": variant}
        loss = hinge(scores, labels, power=power, reduction="none", **given)
        values = hinge_values(scores, labels, power=power, **given)
        assert values.dtype == loss.value.dtype
        assert_array_equal(values, loss.value)
        margins = hinge_margins(scores, labels, **given)
        assert margins.dtype == loss.margins.dtype
        assert_array_equal(margins, loss.margins)


def test_losses_without_a_gradient_reject_what_the_others_reject():
    for scores in ([1.0, np.nan], [np.inf, 0.0], [-np.inf, 0.0]):
        for values in (hinge_values, hinge_margins):
            with pytest.raises(ValueError, match=r"scores\[\d\] must be finite"):
                values(scores, 0)
    for scores in ([1.0, np.nan], [np.inf, 0.0], [-np.inf, -np.inf]):
        with pytest.raises(ValueError, match="logits"):
            cross_entropy_values(scores, 0)
    assert hinge_values([0.0, -np.inf], 0) == 0
    assert cross_entropy_values([-np.inf, 0.0], 0) == np.inf
    for values in (hinge_values, hinge_margins, cross_entropy_values):
        with pytest.raises(ValueError, match="label from 0 to 1, got 2"):
            values([0.0, 1.0], 2)
    with pytest.raises(ValueError, match="power"):
        hinge_values([0.0, 1.0], 0, power=3)
    with pytest.raises(ValueError, match="variant"):
        hinge_margins([0.0, 1.0], 0, variant="worst")
    with pytest.raises(ValueError, match="margin"):
        hinge_values([0.0, 1.0], 0, margin=-1)


@EVERY_LOSS
def test_reductions(loss):
    rng = np.random.default_rng(11)
    scores, labels = rng.normal(scale=2, size=(7, 4)), rng.integers(4, size=7)
    mean, total, none = (loss(scores, labels, reduction=name) for name in ("mean", "sum", "none"))
    assert type(mean.value) is float
    assert type(total.value) is float
    assert none.value is none.per_sample
    assert none.per_sample.shape == (7,)
    assert_allclose(mean.value, none.per_sample.mean(), rtol=1e-15)
    assert_allclose(total.value, none.per_sample.sum(), rtol=1e-15)
    assert_array_equal(mean.per_sample, none.per_sample)
    assert_array_equal(total.gradient, none.gradient)
    assert_allclose(mean.gradient, none.gradient / 7, rtol=1e-14, atol=1e-17)


@EVERY_LOSS
def test_leading_axes_are_batch(loss):
    rng = np.random.default_rng(12)
    scores, labels = rng.normal(size=(2, 3, 4)), rng.integers(4, size=(2, 3))
    result = loss(scores, labels)
    flat = loss(scores.reshape(6, 4), labels.reshape(6))
    assert_array_equal(result.value, flat.value)
    assert_array_equal(result.per_sample, flat.per_sample.reshape(2, 3))
    assert_array_equal(result.gradient, flat.gradient.reshape(2, 3, 4))


@EVERY_LOSS
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_type_is_kept(loss, dtype):
    scores, labels = np.array([[1.0, 2.5, 3.0], [0.5, 0.25, -4.0]]), [0, 1]
    result, exact = loss(scores.astype(dtype), labels), loss(scores, labels)
    assert result.per_sample.dtype == dtype
    assert result.gradient.dtype == dtype
    tolerance = 4 * np.finfo(dtype).eps
    assert_allclose(result.per_sample, exact.per_sample, rtol=tolerance)
    assert_allclose(result.gradient, exact.gradient, rtol=tolerance, atol=tolerance / 4)
    if isinstance(result, HingeLoss):
        assert result.margins.dtype == dtype
        assert_allclose(result.margins, exact.margins, rtol=tolerance)


@EVERY_LOSS
@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.bool_])
def test_integers_become_float64(loss, dtype):
    scores = np.array([[1, 0, 1], [0, 0, 1]], dtype=dtype)
    result, exact = loss(scores, [0, 1]), loss(scores.astype(np.float64), [0, 1])
    assert result.gradient.dtype == np.float64
    assert_array_equal(result.gradient, exact.gradient)
    assert_array_equal(result.per_sample, exact.per_sample)


@EVERY_LOSS
@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.uint64])
def test_labels_of_any_integer_type(loss, dtype):
    expected = loss(SLIDES, [2, 0, 1]).gradient
    assert_array_equal(loss(SLIDES, np.array([2, 0, 1], dtype=dtype)).gradient, expected)


@EVERY_LOSS
def test_inputs_are_not_changed(loss):
    scores, labels = SLIDES.copy(), np.array([2, 0, 1])
    result = loss(scores, labels, reduction="none")
    result.gradient[...] = 7
    result.per_sample[...] = 7
    assert_array_equal(scores, SLIDES)
    assert_array_equal(labels, [2, 0, 1])
    for array in (scores, labels):
        array.flags.writeable = False
    assert_array_equal(loss(scores, labels).gradient, loss(SLIDES, [2, 0, 1]).gradient)


@pytest.mark.parametrize("loss", [cross_entropy, squared_error])
def test_targets_are_not_changed(loss):
    targets = np.array([[0.5, 0.25, 0.25], [0, 1, 0], [0, 0, 1]])
    before = targets.copy()
    loss(SLIDES, targets).gradient[...] = 7
    assert_array_equal(targets, before)


@EVERY_LOSS
def test_strided_scores(loss):
    rng = np.random.default_rng(13)
    scores, labels = rng.normal(size=(12, 9)), rng.integers(4, size=6)
    view = scores[::2, 8:0:-2]
    assert_array_equal(loss(view, labels).gradient, loss(view.copy(), labels).gradient)
    assert_array_equal(
        loss(np.asfortranarray(view), labels).gradient, loss(view.copy(), labels).gradient
    )


@pytest.mark.parametrize("shape", [(501, 3), (501, 47), (501, 48), (37, 700)])
@EVERY_LOSS
def test_blocks_leave_no_seams(loss, shape, monkeypatch):
    rng = np.random.default_rng(14)
    scores, labels = rng.normal(size=shape), rng.integers(shape[1], size=shape[0])
    whole = loss(scores, labels)
    for size in (1, 8 * 700 * 5, 8 * 47 * 100):
        monkeypatch.setattr(core.losses.loss, "_BLOCK_BYTES", size)
        blocks = loss(scores, labels)
        assert_allclose(blocks.per_sample, whole.per_sample, rtol=1e-14)
        assert_allclose(blocks.gradient, whole.gradient, rtol=1e-13, atol=1e-18)
        assert_allclose(blocks.value, whole.value, rtol=1e-14)


@pytest.mark.parametrize("classes", [2, 5, 47, 48, 90])
def test_both_layouts_agree_where_the_largest_logits_tie(classes):
    logits = np.zeros((4, classes))
    logits[1, -1] = 3.0
    logits[2, [0, -1]] = 2.0
    logits[3, :] = -5.0
    expected = -slow_log_softmax(logits)
    for label in (0, classes - 1):
        result = cross_entropy(logits, [label] * 4, reduction="none")
        assert_allclose(result.per_sample, expected[:, label], rtol=1e-14)
        assert_allclose(
            result.gradient, np.exp(-expected) - one_hot([label] * 4, classes), atol=1e-15
        )


def test_cross_entropy_is_the_negative_log_softmax():
    logits = np.random.default_rng(15).normal(scale=9, size=(20, 6))
    for label in range(6):
        losses = cross_entropy(logits, np.full(20, label)).per_sample
        assert_allclose(losses, -log_softmax(logits)[:, label], rtol=1e-13)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
def test_labels_and_their_one_hot_distributions_agree(smoothing):
    logits = np.random.default_rng(16).normal(scale=3, size=(20, 6))
    labels = np.arange(20) % 6
    first = cross_entropy(logits, labels, label_smoothing=smoothing)
    second = cross_entropy(logits, one_hot(labels, 6), label_smoothing=smoothing)
    assert_allclose(second.per_sample, first.per_sample, rtol=1e-15)
    assert_allclose(second.gradient, first.gradient, rtol=1e-14, atol=1e-18)


def test_identity_with_squared_error_has_the_gradient_of_softmax_with_cross_entropy():
    outputs, label = softmax([1.0, -0.5, 2.0]), 1
    expected = cross_entropy(np.log(outputs), label).gradient
    assert_allclose(squared_error(outputs, label).gradient, expected, rtol=1e-14)


def test_results_are_frozen():
    result = hinge(SLIDES, THREE)
    assert isinstance(result, Loss)
    with pytest.raises(FrozenInstanceError):
        result.value = 0.0


# Extremes


def test_huge_scores():
    result = cross_entropy([1e300, -1e300, 0.0], 1)
    assert_allclose(result.value, 2e300)
    assert_array_equal(result.gradient, [1, -1, 0])
    result = hinge([1e300, -1e300, 0.0], 1)
    assert_allclose(result.value, 3e300)
    assert_array_equal(result.gradient, [1, -2, 1])
    assert_allclose(hinge([1e300, 0.0], 1, power=2).gradient, [2e300, -2e300])
    assert hinge([1e300, 0.0], 1, power=2).value == np.inf
    assert_allclose(squared_error([1e150, 0.0], [0.0, 0.0]).value, 5e299)


def test_margin_survives_beside_huge_scores():
    assert_array_equal(hinge([1e20, 1e20], 0).margins, [0, 1])
    assert hinge([1e20, 1e20], 0).value == 1.0


def test_ten_thousand_classes():
    logits = np.zeros((2, 10_000))
    result = cross_entropy(logits, [0, 9_999])
    assert_allclose(result.value, np.log(10_000), rtol=4 * EPSILON)
    assert_allclose(result.gradient[0, 1:], 0.5e-4, rtol=4 * EPSILON)
    assert_allclose(result.gradient[1, :-1], 0.5e-4, rtol=4 * EPSILON)
    assert_allclose(result.gradient[1, -1], -0.5 * 0.9999, rtol=4 * EPSILON)
    assert hinge(logits, [0, 9_999]).value == 9_999


def test_half_precision_does_not_overflow_inside():
    logits = np.zeros(70_000, dtype=np.float16)
    result = cross_entropy(logits, 0)
    assert_allclose(result.value, np.log(70_000), rtol=1e-6)
    assert result.per_sample.dtype == np.float16
    scores = np.full((9, 3), 30_000, dtype=np.float16)
    scores[:, 0] = 0
    assert_allclose(hinge(scores, np.zeros(9, int)).value, 60_002, rtol=1e-6)


def test_minus_infinity_among_the_wrong_classes_of_a_hinge():
    for variant in HINGE_VARIANTS:
        result = hinge([0.5, -np.inf, 0.25], 0, variant=variant)
        assert result.margins[1] == -np.inf
        assert result.gradient[1] == 0
        assert_array_equal(result.per_sample, hinge([0.5, 0.25], 0, variant=variant).per_sample)


@EVERY_LOSS
def test_nothing_warns_even_if_numpy_raises(loss):
    with np.errstate(all="raise"):
        loss(np.array([[1e200, -1e200, 0.0], [0.0, -745.0, -708.5]]), [1, 0])


@pytest.mark.parametrize("bad", [0.0, np.nan])
def test_numpys_settings_are_left_alone(bad):
    settings_before = np.getbufsize(), np.geterr()
    logits = np.zeros((2, 3000))
    logits[1, 7] = bad
    with contextlib.suppress(ValueError):
        cross_entropy(logits, [0, 1])
    assert (np.getbufsize(), np.geterr()) == settings_before


# Errors

LOGIT_ERRORS = [
    ([1, np.nan, 2], r"{0}\[1\] must be finite.*, got nan \({0} of shape \(3,\)\)"),
    ([1, 2, np.inf], r"{0}\[2\] must be finite.*, got inf \({0} of shape \(3,\)\)"),
    ([], r"{0} must not be empty, got shape \(0,\)"),
    (2.5, r"{0} must have shape .* got the single number 2\.5 with shape \(\)"),
    ([1, 2j], r"{0} must be real numbers .* got dtype complex128 with shape \(2,\)"),
    ([[1, 2], [3]], r"{0} must be a rectangular array of numbers"),
]


@pytest.mark.parametrize(("scores", "message"), LOGIT_ERRORS)
@pytest.mark.parametrize(
    ("loss", "name"), [(cross_entropy, "logits"), (hinge, "scores"), (squared_error, "outputs")]
)
def test_wrong_scores(loss, name, scores, message):
    with pytest.raises(ValueError, match=message.format(name)):
        loss(scores, 0)


@EVERY_HINGE
@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("label", [0, 1])
def test_wrong_entry_is_found_wherever_it_is(variant, power, bad, label):
    scores = np.zeros((3, 60))
    scores[2, 0] = bad
    message = rf"scores\[2, 0\] must be finite, or -inf .*, got {bad} \(scores of shape \(3, 60\)"
    with pytest.raises(ValueError, match=message):
        hinge(scores, [1, 1, label], variant=variant, power=power)
    message = rf"logits\[2, 0\] must be finite or -inf, got {bad} \(logits of shape \(3, 60\)\)"
    for width in (5, 60):
        with pytest.raises(ValueError, match=message.replace("60", str(width))):
            cross_entropy(scores[:, :width], [1, 1, label])


def test_no_class_left():
    message = r"logits\[1, :\] must have a class above -inf, but all 2 classes are -inf"
    with pytest.raises(ValueError, match=message):
        cross_entropy([[0, 1], [-np.inf, -np.inf]], [0, 0])


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_true_class_of_a_hinge_cannot_be_minus_infinity(variant):
    message = r"scores\[1, 0\] must be finite for the true class, got -inf \(scores of shape \(2, 2"
    with pytest.raises(ValueError, match=message):
        hinge([[0, 1], [-np.inf, 3]], [0, 0], variant=variant)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_squared_error_needs_finite_numbers(bad):
    with pytest.raises(ValueError, match=rf"outputs\[1\] must be finite, got {bad} \(outputs of"):
        squared_error([0, bad], 0)
    with pytest.raises(ValueError, match=rf"targets\[0\] must be finite, got {bad} \(targets of"):
        squared_error([0.0, 1.0], [bad, 0])


@pytest.mark.parametrize(
    ("loss", "name", "scores"),
    [
        (cross_entropy, "targets", "logits"),
        (squared_error, "targets", "outputs"),
        (hinge, "labels", "scores"),
    ],
)
@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 3, 1], r"{0}\[1\] must be a label from 0 to 2, got 3 \({0} of shape \(3,\)\)"),
        ([0, 1, -1], r"{0}\[2\] must be a label from 0 to 2, got -1 \({0} of shape \(3,\)\)"),
        (
            [0.0, 1.5, 2.0],
            r"{0} must be integer labels of shape \(3,\) to match {1} of shape \(3, 3\), "
            r"got dtype float64 \(first value 0\.0\)",
        ),
        ([True, False, True], r"{0} must be integer labels .* got dtype bool"),
        (["a", "b", "c"], r"{0} must be integer labels .* got dtype <U1 \(first value 'a'\)"),
        ([0, 1], r"{0} must be labels of shape \(3,\).* got shape \(2,\)"),
        (0, r"{0} must be labels of shape \(3,\).* to match {1} of shape \(3, 3\), got shape \(\)"),
        ([[0], [1], [2]], r"{0} must be labels of shape \(3,\).* got shape \(3, 1\)"),
        ([[0], [1, 2]], r"{0} must be a rectangular array of numbers"),
    ],
)
def test_wrong_labels(loss, name, scores, labels, message):
    with pytest.raises(ValueError, match=message.format(name, scores)):
        loss(SLIDES, labels)


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([0.5, 0.6, 0], r"targets must sum to one, but sums to 1\.1 \(targets of shape \(3,\)\)"),
        ([1.5, -0.5, 0], r"targets\[1\] must not be negative, got -0\.5 \(targets of shape \(3,"),
        ([np.nan, 1, 0], r"targets\[0\] must be finite, got nan \(targets of shape \(3,\)\)"),
        ([0.0, 1.0], r"targets must be labels of shape \(\) or numbers of shape \(3,\) .* \(2,\)"),
    ],
)
def test_wrong_distributions(targets, message):
    with pytest.raises(ValueError, match=message):
        cross_entropy([1.0, 2.0, 3.0], targets)


def test_wrong_distribution_in_a_batch_is_named():
    targets = np.full((3, 3), 1 / 3)
    targets[1] *= 2
    message = r"targets\[1\] must sum to one, but sums to 2\.0 \(targets of shape \(3, 3\)\)"
    with pytest.raises(ValueError, match=message):
        cross_entropy(SLIDES, targets)


def test_distributions_may_be_rounded():
    targets = np.float16([0.1, 0.3, 0.6])
    expected = cross_entropy([1.0, 2.0, 3.0], [0.1, 0.3, 0.6]).value
    assert_allclose(cross_entropy([1.0, 2.0, 3.0], targets).value, expected, rtol=1e-3)
    with pytest.raises(ValueError, match="must sum to one"):
        cross_entropy([1.0, 2.0], [0.5, 0.5 + 2e-6])
    exact = cross_entropy([1.0, 2.0], [0.5, 0.5]).value
    assert_allclose(cross_entropy([1.0, 2.0], [0.5, 0.5 + 5e-7]).value, exact, rtol=1e-6)


OPTION_ERRORS = [
    (cross_entropy, "reduction", "average", "'mean', 'sum', 'none'"),
    (hinge, "reduction", None, "'mean', 'sum', 'none'"),
    (squared_error, "reduction", 1, "'mean', 'sum', 'none'"),
    (hinge, "variant", "wesson_watkins", "'weston_watkins', 'crammer_singer', 'one_vs_all'"),
    (hinge, "power", 3, "1, 2"),
    (hinge, "power", True, "1, 2"),
    (hinge, "power", 1.0, "1, 2"),
]


@pytest.mark.parametrize(("loss", "name", "value", "options"), OPTION_ERRORS)
def test_wrong_option(loss, name, value, options):
    with pytest.raises(ValueError) as caught:
        loss(SLIDES, THREE, **{name: value})
    assert str(caught.value) == f"{name} must be one of {options}, got {value!r}"


@pytest.mark.parametrize("margin", [-1, np.nan, np.inf, "1", None, [1.0], True])
def test_wrong_margin(margin):
    with pytest.raises(ValueError) as caught:
        hinge(SLIDES, THREE, margin=margin)
    expected = f"margin must be a finite number and at least 0, got {margin!r}"
    assert str(caught.value) == expected


@pytest.mark.parametrize("smoothing", [-0.1, 1.1, np.nan, "0", None])
def test_wrong_label_smoothing(smoothing):
    with pytest.raises(ValueError) as caught:
        cross_entropy(SLIDES, THREE, label_smoothing=smoothing)
    expected = (
        f"label_smoothing must be a finite number and at least 0 and at most 1, got {smoothing!r}"
    )
    assert str(caught.value) == expected


@pytest.mark.parametrize("loss", [cross_entropy, hinge, squared_error])
def test_options_are_keyword_only(loss):
    with pytest.raises(TypeError, match="positional argument"):
        loss(SLIDES, THREE, 1.0)
