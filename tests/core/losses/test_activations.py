"""Softmax, log-softmax and the Jacobian: values, accuracy, invariants, extremes."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import numerical_gradient
from core.losses.activations import log_softmax, softmax, softmax_jacobian
from tests.core.oracles import EPSILON, epsilons, exact_log_softmax, exact_softmax, spread

BOTH = pytest.mark.parametrize("function", [softmax, log_softmax])
ALL = pytest.mark.parametrize("function", [softmax, log_softmax, softmax_jacobian])

rows = hnp.arrays(np.float64, st.integers(2, 12), elements=st.floats(-700, 700))
moderate_rows = hnp.arrays(np.float64, st.integers(2, 8), elements=st.floats(-20, 20))


# Values


@pytest.mark.parametrize(
    ("logits", "expected"),
    [
        ([0.0], [1.0]),
        ([0.0, 0.0], [0.5, 0.5]),
        ([np.log(1), np.log(2), np.log(5)], [1 / 8, 2 / 8, 5 / 8]),
        ([1, 2, 3], [0.09003057317038046, 0.24472847105479764, 0.6652409557748219]),
        ([True, False], [np.e / (1 + np.e), 1 / (1 + np.e)]),
        ([0.0, -np.inf], [1.0, 0.0]),
        ([[0, np.log(3)], [np.log(4), 0]], [[0.25, 0.75], [0.8, 0.2]]),
    ],
)
def test_hand_computed_values(logits, expected):
    with np.errstate(divide="ignore"):
        expected_logarithms = np.log(expected)
    assert_allclose(softmax(logits), expected, rtol=4 * EPSILON)
    assert_allclose(log_softmax(logits), expected_logarithms, rtol=1e-14, atol=1e-16)


def test_jacobian_by_hand():
    p = np.array([1 / 8, 2 / 8, 5 / 8])
    expected = [
        [7 / 64, -2 / 64, -5 / 64],
        [-2 / 64, 12 / 64, -10 / 64],
        [-5 / 64, -10 / 64, 15 / 64],
    ]
    assert_allclose(softmax_jacobian(np.log(p)), expected, rtol=1e-14)
    assert_allclose(
        softmax_jacobian(2 * np.log(p), temperature=2), np.divide(expected, 2), rtol=1e-14
    )


def test_temperature_divides_the_logits():
    logits = np.array([[1.0, -2.0, 0.5], [3.0, 3.5, 2.0]])
    assert_allclose(softmax(logits, temperature=4), softmax(logits / 4), rtol=1e-15)
    assert_allclose(log_softmax(logits, temperature=0.25), log_softmax(logits * 4), rtol=1e-15)
    assert_array_equal(softmax([1e308, 9e307], temperature=0.1), [1.0, 0.0])
    assert_allclose(log_softmax([1e308, 9.9e307], temperature=0.1), [0.0, -1e307], rtol=1e-13)
    assert_allclose(softmax([1.0, 2.0], temperature=1e300), [0.5, 0.5], rtol=1e-15)
    assert_allclose(softmax([1.0, 2.0], temperature=1e-300), [0.0, 1.0], rtol=1e-15)


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("temperature", [1e-300, 1e300])
def test_temperature_beyond_the_range_of_the_type(dtype, temperature):
    logits = np.array([1, 2, -np.inf], dtype=dtype)
    expected = [0.0, 1.0, 0.0] if temperature < 1 else [0.5, 0.5, 0.0]
    assert_allclose(softmax(logits, temperature=temperature), expected, rtol=1e-3)


@BOTH
def test_axis(function):
    logits = np.random.default_rng(0).normal(size=(3, 4, 5))
    for axis in (0, 1, 2, -1, -2, -3):
        along_last = function(np.moveaxis(logits, axis, -1))
        assert_array_equal(function(logits, axis=axis), np.moveaxis(along_last, -1, axis))


def test_scipy_agrees():
    logits = np.random.default_rng(1).normal(scale=10, size=(50, 7))
    assert_allclose(softmax(logits), scipy.special.softmax(logits, axis=-1), rtol=1e-13)
    expected = scipy.special.log_softmax(logits, axis=-1)  # loses digits near 0
    assert_allclose(log_softmax(logits), expected, rtol=1e-13, atol=1e-15)


# Accuracy


def check_accuracy(logits):
    assert epsilons(softmax(logits), exact_softmax(logits)) <= 4 + spread(logits)
    assert epsilons(log_softmax(logits), exact_log_softmax(logits)) <= 4


@settings(max_examples=60, deadline=None)
@given(rows)
def test_accuracy(logits):
    check_accuracy(logits)


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-3, 40), st.floats(-600, 600), st.booleans())
def test_accuracy_of_two_close_classes(difference, offset, swap):
    logits = np.array([offset, offset + difference])
    check_accuracy(logits[::-1] if swap else logits)


@pytest.mark.parametrize(
    "logits",
    [
        [10.0, -100.0, -100.0],
        [-100.0, 10.0, -100.0],
        [700.0, -700.0],
        [699.9, 650.1, -3.3],
        [30.1, -0.3],
        [0.1, -36.7],
        [0.1, -37.5, -37.5],
        [1e-300, 0.0],
        [5e-324, 0.0],
        [0.1 + 1e-15, 0.1],
        [0.1, 0.1, 0.1],
        [600.0, 0.1],
    ],
)
def test_accuracy_of_adversarial_logits(logits):
    check_accuracy(np.array(logits))


@pytest.mark.parametrize("gap", [0.0, 0.1, 0.7, 3.3])
def test_accuracy_of_a_thousand_classes(gap):
    """Equal terms are the worst for a running sum: every addition rounds the same way."""
    logits = np.full(1000, -gap)
    logits[17] = 0.0
    exact = np.longdouble(1) + 999 * np.exp(np.longdouble(-gap))
    assert_allclose(softmax(logits)[17], float(1 / exact), rtol=(4 + gap) * EPSILON)
    assert_allclose(log_softmax(logits)[17], float(-np.log(exact)), rtol=4 * EPSILON)


def test_log_softmax_of_a_confident_prediction_is_not_zero():
    assert_allclose(log_softmax([10, -100, -100])[0], -3.377823760449065e-48, rtol=4 * EPSILON)
    assert_allclose(log_softmax([-100, 10, -100])[1], -3.377823760449065e-48, rtol=4 * EPSILON)


def test_jacobian_of_a_confident_prediction_is_not_zero():
    """1 - p is 0 in float64 here, p (1 - p) is not."""
    jacobian = softmax_jacobian([10, -100, -100])
    assert_allclose(jacobian[0, 0], 3.377823760449065e-48, rtol=1e-13)
    assert_allclose(jacobian[0, 1], -1.6889118802245325e-48, rtol=1e-13)


# Derivatives


@settings(max_examples=30, deadline=None)
@given(moderate_rows, st.floats(0.5, 3))
def test_jacobian_is_the_derivative(logits, temperature):
    jacobian = softmax_jacobian(logits, temperature=temperature)
    for i in range(len(logits)):
        row = numerical_gradient(lambda z, i=i: softmax(z, temperature=temperature)[i], logits)
        assert_allclose(jacobian[i], row, atol=1e-9)


def test_jacobian_of_a_batch_is_that_of_its_samples():
    logits = np.random.default_rng(2).normal(size=(2, 3, 4))
    jacobian = softmax_jacobian(logits)
    assert jacobian.shape == (2, 3, 4, 4)
    for index in np.ndindex(2, 3):
        assert_allclose(jacobian[index], softmax_jacobian(logits[index]), rtol=1e-14)


# Invariants


@settings(max_examples=60, deadline=None)
@given(rows)
def test_probabilities_sum_to_one(logits):
    probabilities = softmax(logits)
    assert np.all(probabilities >= 0)
    assert_allclose(probabilities.sum(), 1, rtol=8 * EPSILON)
    assert np.all(log_softmax(logits) <= 0)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.int64, 5, elements=st.integers(-300, 300)), st.integers(-10_000, 10_000))
def test_adding_a_constant_changes_nothing(logits, constant):
    assert_array_equal(softmax(logits + constant), softmax(logits))
    assert_array_equal(log_softmax(logits + constant), log_softmax(logits))


@settings(max_examples=60, deadline=None)
@given(moderate_rows, st.randoms())
def test_permuted_classes_give_permuted_results(logits, random):
    order = list(range(len(logits)))
    random.shuffle(order)
    assert_allclose(softmax(logits[order]), softmax(logits)[order], rtol=1e-14)
    assert_allclose(log_softmax(logits[order]), log_softmax(logits)[order], rtol=1e-14)
    expected = softmax_jacobian(logits)[np.ix_(order, order)]
    assert_allclose(softmax_jacobian(logits[order]), expected, rtol=1e-13)


@settings(max_examples=60, deadline=None)
@given(rows)
def test_jacobian_is_symmetric_and_its_rows_sum_to_zero(logits):
    jacobian = softmax_jacobian(logits)
    assert_array_equal(jacobian, jacobian.T)
    assert_allclose(jacobian.sum(axis=1), 0, atol=4 * EPSILON)


@ALL
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_float_type_is_kept(function, dtype):
    logits = np.array([[1.0, 2.0, 3.0], [0.5, 0.25, -4.0]])
    result = function(logits.astype(dtype))
    assert result.dtype == dtype
    assert_allclose(result, function(logits), rtol=2 * np.finfo(dtype).eps)


@ALL
@pytest.mark.parametrize("dtype", [np.int8, np.uint64, np.bool_])
def test_integers_become_float64(function, dtype):
    logits = np.array([1, 0, 1], dtype=dtype)
    result = function(logits)
    assert result.dtype == np.float64
    assert_array_equal(result, function([1.0, 0.0, 1.0]))


@ALL
def test_foreign_byte_order(function):
    logits = np.array([1.0, 2.0, 4.0])
    result = function(logits.astype(logits.dtype.newbyteorder()))
    assert result.dtype == np.float64
    assert result.dtype.isnative
    assert_array_equal(result, function(logits))


@ALL
def test_input_is_not_changed(function):
    logits = np.random.default_rng(3).normal(size=(4, 5))
    before = logits.copy()
    result = function(logits)
    result[...] = 7
    assert_array_equal(logits, before)
    logits.flags.writeable = False
    assert_array_equal(function(logits), function(before))


# Extremes


def test_huge_logits():
    assert_array_equal(softmax([1e300, -1e300, 0]), [1, 0, 0])
    assert_array_equal(log_softmax([1e300, -1e300, 0]), [0, -2e300, -1e300])
    assert_array_equal(softmax([1.7e308, -1.7e308]), [1, 0])
    assert_array_equal(log_softmax([1.7e308, -1.7e308]), [0, -np.inf])
    assert_array_equal(softmax_jacobian([1e300, -1e300]), np.zeros((2, 2)))


def test_minus_infinity_is_probability_zero():
    logits = [[0.0, -np.inf, 0.0], [-np.inf, 3.0, -np.inf]]
    assert_array_equal(softmax(logits), [[0.5, 0, 0.5], [0, 1, 0]])
    expected = [[-np.log(2), -np.inf, -np.log(2)], [-np.inf, 0, -np.inf]]
    assert_allclose(log_softmax(logits), expected, rtol=EPSILON)
    expected = [[0.25, 0, -0.25], [0, 0, 0], [-0.25, 0, 0.25]]
    assert_array_equal(softmax_jacobian(logits)[0], expected)


def test_ten_thousand_classes():
    logits = np.zeros(10_000)
    assert_allclose(softmax(logits), np.full(10_000, 1e-4), rtol=4 * EPSILON)
    assert_allclose(log_softmax(logits), np.full(10_000, -np.log(10_000)), rtol=4 * EPSILON)


def test_half_precision_sums_beyond_its_range():
    """70,000 exponentials of 1 sum to more than the largest float16, 65,504."""
    logits = np.zeros(70_000, dtype=np.float16)
    assert_allclose(log_softmax(logits), -np.log(70_000), rtol=1e-3)
    assert_allclose(softmax(logits), np.float16(1 / 70_000))


@ALL
def test_nothing_warns_even_if_numpy_raises(function):
    with np.errstate(all="raise"):
        function([1e308, -1e308, 0.0, -np.inf])
        function([0.0, -745.0, -708.5])
        function(np.array([60000, -60000, 1], dtype=np.float16))


# Errors


@ALL
@pytest.mark.parametrize(
    ("logits", "message"),
    [
        ([1, np.nan, 2], r"logits\[1\] must be finite or -inf, got nan \(logits of shape \(3,\)\)"),
        (
            [[1, 2], [np.inf, 0]],
            r"logits\[1, 0\] must be finite or -inf, got inf \(logits of shape \(2, 2\)\)",
        ),
        (
            [[1, 2], [-np.inf, -np.inf]],
            r"logits\[1, :\] must have a class above -inf, but all 2 classes are -inf "
            r"\(logits of shape \(2, 2\)\)",
        ),
        ([], r"logits must not be empty, got shape \(0,\)"),
        (np.zeros((3, 0)), r"logits must not be empty, got shape \(3, 0\)"),
        (3.5, r"logits must have shape .* got the single number 3\.5 with shape \(\)"),
        ([1j, 2], r"logits must be real numbers .* got dtype complex128 with shape \(2,\)"),
        (["a", "b"], r"logits must be real numbers .* got dtype <U1 with shape \(2,\)"),
        (np.zeros(2, np.longdouble), r"logits must be real numbers .* got dtype .* shape \(2,\)"),
        ([[1, 2], [3]], r"logits must be a rectangular array of numbers"),
    ],
)
def test_wrong_logits(function, logits, message):
    with pytest.raises(ValueError, match=message):
        function(logits)


@BOTH
def test_wrong_entry_is_named_where_it_is_also_along_another_axis(function):
    logits = np.zeros((2, 3))
    logits[1, 2] = np.nan
    with pytest.raises(ValueError, match=r"logits\[1, 2\] must be finite or -inf, got nan"):
        function(logits, axis=0)
    logits[:, 2] = -np.inf
    with pytest.raises(ValueError, match=r"logits\[:, 2\] .* all 2 classes are -inf"):
        function(logits, axis=0)


@BOTH
@pytest.mark.parametrize("axis", [2, -3, 100])
def test_wrong_axis(function, axis):
    message = rf"axis must exist in logits of shape \(2, 3\), got {axis}"
    with pytest.raises(ValueError, match=message):
        function(np.zeros((2, 3)), axis=axis)


@ALL
@pytest.mark.parametrize("temperature", [0, -1.5, np.nan, np.inf, None, "1", True, [1.0]])
def test_wrong_temperature(function, temperature):
    with pytest.raises(ValueError) as caught:
        function([1.0, 2.0], temperature=temperature)
    expected = f"temperature must be a finite number and greater than 0, got {temperature!r}"
    assert str(caught.value) == expected


@ALL
def test_options_are_keyword_only(function):
    with pytest.raises(TypeError, match="positional argument"):
        function([1.0, 2.0], 0)
