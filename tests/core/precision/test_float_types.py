"""What each method returns in each type."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.losses.activations import log_softmax, softmax
from core.precision.exact import exact_softmax
from core.precision.float_types import (
    METHODS,
    POOLINGS,
    PRECISIONS,
    exp_limits,
    softmax_cross_entropy,
)
from core.precision.offset import OFFSET, offset_cross_entropy

EVERY = [(method, precision) for method in METHODS for precision in PRECISIONS]


def compute(logits, method, precision, **options):
    return softmax_cross_entropy(logits, method=method, precision=precision, **options)


def slow(logits, method, precision):
    """Return p and the losses, one number of the type after the other."""
    kind = np.dtype(precision).type
    with np.errstate(all="ignore"):
        z = [kind(v) for v in logits]
        winner = z.index(max(z))
        shifted = z if method == "naive" else [v - z[winner] for v in z]
        exponentials = [np.exp(v) for v in shifted]
        if method == "log_space":
            rest = kind(0)
            for i, v in enumerate(exponentials):
                rest = rest + (kind(0) if i == winner else v)
            log_p = [v - np.log1p(rest) for v in shifted]
            return [np.exp(v) for v in log_p], [-v for v in log_p]
        total = kind(0)
        for v in exponentials:
            total = total + v
        p = [v / total for v in exponentials]
        offset = kind(1e-7) if method == "offset" else kind(0)
        return p, [-np.log(v + offset) for v in p]


# The published numbers


def test_dlfs_overflow():
    z = [1010, 1000, 990]
    assert np.isnan(compute(z, "naive", "float64").probabilities).all()
    shifted = compute(z, "shifted", "float64").probabilities
    assert_allclose(shifted, [0.99995460, 4.53978686e-05, 2.06106005e-09], rtol=1e-8)


def test_cs231n_overflow():
    z = [123, 456, 789]
    assert_array_equal(compute(z, "naive", "float64").probabilities, [0, 0, np.nan])
    shifted = compute(z, "shifted", "float64").probabilities
    assert_allclose(shifted, [5.75e-290, 2.40e-145, 1], rtol=2e-3)


def test_the_loss_that_must_not_become_zero():
    z = [10, -100, -100]
    assert compute(z, "naive", "float64").losses[0] == 0
    assert compute(z, "shifted", "float64").losses[0] == 0
    assert_allclose(compute(z, "log_space", "float64").losses[0], 3.377823760449065e-48, rtol=1e-15)
    assert compute(z, "log_space", "float32").losses[0] == 0  # below 1e-45
    assert_allclose(compute([10, -40, -40], "log_space", "float32").losses[0], 3.8574998e-22)


def test_offset_caps_the_loss():
    """16.118 in float64 and float32; float16 keeps 1e-7 as 2^-23."""
    for precision, cap in (("float64", -np.log(1e-7)), ("float32", 16.118), ("float16", 15.945)):
        assert_allclose(compute([100, 0], "offset", precision).losses[1], cap, atol=6e-3)
    assert_allclose(-np.log(OFFSET), 16.118, atol=5e-4)


@pytest.mark.parametrize(
    ("probability", "printed"), [(0.6, 0.510825457099338), (0.1, 2.302584092994546)]
)
def test_offset_reproduces_the_printed_losses(probability, printed):
    """DLFS 4.2 adds 1e-7 and prints these."""
    z = np.log([probability, 1 - probability])
    assert_allclose(compute(z, "offset", "float64").losses[0], printed, rtol=1e-15)
    u = z[0] - z[1]
    assert_allclose(offset_cross_entropy(u).value, printed, rtol=1e-15)


def test_offset_makes_a_loss_negative():
    assert_allclose(compute([50, 0], "offset", "float64").losses[0], -1e-7, rtol=1e-6)


# Every step in the type


@pytest.mark.parametrize(("method", "precision"), EVERY)
@settings(max_examples=40, deadline=None)
@given(z=st.lists(st.floats(-120, 120), min_size=2, max_size=7))
def test_every_step_is_in_the_type(method, precision, z):
    p, losses = slow(z, method, precision)
    computed = compute(z, method, precision)
    # Numbers one by one and in vectors may take other paths through exp and log1p, and what these
    # differ by grows with the size of the logarithm.
    info = np.finfo(precision)
    rtol = (24 if precision == "float16" else 300) * info.eps
    least = 8 * float(info.smallest_subnormal)
    assert_allclose(computed.probabilities, p, rtol=rtol, atol=least)
    finite = np.isfinite(losses)
    assert_allclose(computed.losses[finite], np.array(losses)[finite], rtol=rtol, atol=8 * info.eps)


@pytest.mark.parametrize(("method", "precision"), EVERY)
def test_type_and_shape_are_kept(method, precision):
    logits = np.zeros((2, 3, 4))
    computed = compute(logits, method, precision)
    for part, shape in (
        (computed.logits, (2, 3, 4)),
        (computed.exponentials, (2, 3, 4)),
        (computed.total, (2, 3)),
        (computed.probabilities, (2, 3, 4)),
        (computed.losses, (2, 3, 4)),
    ):
        assert part.dtype == precision
        assert part.shape == shape


def test_half_precision_sums_step_by_step():
    """2^-11 is lost beside 1 in float16, each time; np.sum would carry it along in float32."""
    z = np.log([1.0, *[2.0**-11] * 6])
    total = compute(z, "naive", "float16").total
    assert total == 1
    assert np.exp(z.astype(np.float16)).sum() > 1


@pytest.mark.parametrize(("method", "precision"), EVERY)
def test_a_batch_is_its_samples(method, precision):
    logits = np.random.default_rng(0).normal(size=(6, 4)) * 20
    together = compute(logits, method, precision)
    for i in range(6):
        alone = compute(logits[i], method, precision)
        rtol = 4 * np.finfo(precision).eps
        assert_allclose(together.probabilities[i], alone.probabilities, rtol=rtol)


def test_log_space_is_that_of_the_core():
    logits = np.random.default_rng(1).normal(size=(50, 5)) * 40
    computed = compute(logits, "log_space", "float64")
    assert_allclose(computed.losses, -log_softmax(logits), rtol=1e-13)
    assert_allclose(computed.probabilities, softmax(logits), rtol=1e-12)


# Limits


@pytest.mark.parametrize(
    ("precision", "overflow", "underflow"),
    [("float16", 11.09, -17.33), ("float32", 88.72, -103.97), ("float64", 709.78, -745.13)],
)
def test_exp_limits(precision, overflow, underflow):
    limits = exp_limits(precision)
    assert round(limits.overflow, 2) == overflow
    assert round(limits.underflow, 2) == underflow
    kind = np.dtype(precision).type
    info = np.finfo(precision)
    step = 0.02
    with np.errstate(all="ignore"):
        assert np.isfinite(np.exp(kind(limits.overflow - step)))
        assert np.isinf(np.exp(kind(limits.overflow + step)))
        assert np.exp(kind(limits.underflow + step)) == info.smallest_subnormal
        assert np.exp(kind(limits.underflow - step)) == 0
        assert np.exp(kind(limits.subnormal + step)) >= info.smallest_normal
        assert 0 < np.exp(kind(limits.subnormal - step)) < info.smallest_normal


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-350, 350), min_size=2, max_size=6))
def test_log_space_never_loses_the_loss(logits):
    """In float64, wherever the loss itself is a normal number."""
    exact = exact_softmax(logits).losses
    error = exact.relative_error(compute(logits, "log_space", "float64").losses)
    normal = exact.value > np.finfo(np.float64).smallest_normal
    assert (error[normal] <= (4 + np.ptp(logits)) * 2.0**-52).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-700, 700), min_size=2, max_size=6))
def test_shifted_is_never_nan(logits):
    for precision in PRECISIONS:
        assert not np.isnan(compute(logits, "shifted", precision).probabilities).any()


# The largest of the batch against the largest of each row


def test_the_largest_of_the_batch_empties_the_other_row():
    batch = [[0.0, 1.0, 2.0], [-800.0, -799.0, -798.0]]
    each = compute(batch, "shifted", "float64")
    assert_array_equal(each.probabilities[0], each.probabilities[1])
    pooled = compute(batch, "shifted", "float64", pooling="batch")
    assert_array_equal(pooled.probabilities[0], each.probabilities[0])
    assert np.isnan(pooled.probabilities[1]).all()
    assert compute(batch, "shifted", "float32", pooling="batch").total[1] == 0


def test_batches_of_batches_are_pooled_one_by_one():
    batches = np.array([[[0.0, 1.0], [-30.0, -29.0]], [[-30.0, -29.0], [-30.0, -29.0]]])
    pooled = compute(batches, "shifted", "float16", pooling="batch")
    assert np.isnan(pooled.probabilities).any(axis=-1).tolist() == [[False, True], [False, False]]


# No warnings, no changes, clear errors


@pytest.mark.parametrize(("method", "precision"), EVERY)
def test_nothing_warns(method, precision):
    logits = np.array([[1e5, -1e5, 0.0], [800.0, -800.0, 0.0], [-900.0, -900.0, -900.0]])
    logits.flags.writeable = False
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        for pooling in POOLINGS:
            compute(logits, method, precision, pooling=pooling)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"logits": [1.0, np.inf]}, r"logits\[1\] must be finite, got inf"),
        ({"method": "best"}, r"method must be one of 'naive', .*, got 'best'"),
        ({"precision": "float8"}, r"precision must be one of 'float16', .*, got 'float8'"),
        ({"pooling": "column"}, r"pooling must be one of 'row', 'batch', got 'column'"),
        ({"pooling": "batch"}, r"logits must have shape \(\.\.\., batch, classes\) .* \(2,\)"),
    ],
)
def test_wrong_arguments(options, message):
    right = {"logits": [1.0, 2.0], "method": "shifted", "precision": "float64"}
    given = {**right, **options}
    with pytest.raises(ValueError, match=message):
        softmax_cross_entropy(given.pop("logits"), **given)


def test_limits_of_an_unknown_type():
    with pytest.raises(ValueError, match=r"precision must be one of 'float16', .* got 'half'"):
        exp_limits("half")
