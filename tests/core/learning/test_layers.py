"""Layers against sums written out, and their gradients against central differences."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import check_gradient
from core.learning.layers import (
    Affine,
    HingeLossLayer,
    ReLU,
    SoftmaxWithLoss,
    SquaredError,
    affine_backward,
    affine_forward,
    relu_backward,
)
from core.losses.activations import relu, relu_derivative
from core.losses.hinge import HINGE_VARIANTS

SIZES = st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(0, 999))


def arrays(sizes):
    batch, features, outputs, seed = sizes
    rng = np.random.default_rng(seed)
    return (
        rng.normal(size=(batch, features)),
        rng.normal(size=(features, outputs)),
        rng.normal(size=outputs),
        rng.normal(size=(batch, outputs)),
    )


@given(SIZES)
def test_affine_forward_entry_by_entry(sizes):
    x, w, b, _ = arrays(sizes)
    out = affine_forward(x, w, b)
    for n, row in enumerate(out):
        for j, value in enumerate(row):
            expected = sum(x[n, i] * w[i, j] for i in range(len(w))) + b[j]
            assert_allclose(value, expected, rtol=1e-12, atol=1e-12)


@given(SIZES)
def test_affine_backward_numerically(sizes):
    x, w, b, d_out = arrays(sizes)
    back = affine_backward(d_out, x, w)

    def loss(x, w, b):
        return (affine_forward(x, w, b) * d_out).sum()

    for gradient, function, point in (
        (back.inputs, lambda x: loss(x, w, b), x),
        (back.weights, lambda w: loss(x, w, b), w),
        (back.bias, lambda b: loss(x, w, b), b),
    ):
        check = check_gradient(function, gradient, point)
        assert_allclose(check.analytic, check.numerical, atol=1e-8)


@given(SIZES)
def test_one_sample_is_a_batch_of_one(sizes):
    x, w, b, d_out = arrays(sizes)
    assert_array_equal(affine_forward(x[0], w, b), affine_forward(x[:1], w, b)[0])
    single, batch = affine_backward(d_out[0], x[0], w), affine_backward(d_out[:1], x[:1], w)
    assert_array_equal(single.inputs, batch.inputs[0])
    assert_array_equal(single.weights, batch.weights)
    assert_array_equal(single.bias, batch.bias)


def test_gradients_add_up_over_the_batch_and_are_not_divided():
    x, w, _, d_out = arrays((3, 2, 4, 5))
    back = affine_backward(d_out, x, w)
    each = [affine_backward(d_out[n], x[n], w) for n in range(3)]
    assert_allclose(back.weights, sum(one.weights for one in each))
    assert_allclose(back.bias, sum(one.bias for one in each))
    assert_allclose(back.inputs, [one.inputs for one in each])


def test_published_four_pixel_cat():
    w = np.array([[0.2, -0.5, 0.1, 2.0], [1.5, 1.3, 2.1, 0.0], [0.0, 0.25, 0.2, -0.3]])
    scores = affine_forward([56, 231, 24, 2], w.T, [1.1, 3.2, -1.2])
    assert_allclose(scores, [-96.8, 437.9, 60.75], rtol=1e-13)


@given(hnp.arrays(np.float64, hnp.array_shapes(max_side=4), elements=st.floats(-1e6, 1e6)))
def test_relu_entry_by_entry(x):
    assert_array_equal(relu(x).reshape(-1), [max(0.0, float(v)) for v in x.reshape(-1)])
    assert not np.signbit(relu(x)).any()
    assert_array_equal(relu_derivative(x).reshape(-1), [float(v > 0) for v in x.reshape(-1)])
    assert_array_equal(relu_backward(x, x), np.where(x > 0, x, 0))


def test_relu_backward_numerically():
    x, d_out = np.array([[-1.5, 0.3], [2.0, -0.01]]), np.array([[1.0, -2.0], [0.5, 3.0]])
    check = check_gradient(lambda x: (relu(x) * d_out).sum(), relu_backward(d_out, x), x)
    assert check.worst < 1e-9
    assert not check.kinks.any()


def test_relu_at_exactly_0_is_0_by_convention():
    assert_array_equal(relu_derivative([0.0, -0.0, 5e-324]), [0, 0, 1])
    assert_array_equal(relu_backward([-7.0], [0.0]), [0.0])
    assert not np.signbit(relu_backward([-7.0], [-1.0])).any()
    assert check_gradient(lambda x: relu(x).sum(), relu_derivative, [0.0]).kinks.all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_float_type_is_kept(dtype):
    x = np.array([[1.0, -2.0]], dtype=dtype)
    w, b = np.ones((2, 3), dtype=dtype), np.zeros(3, dtype=dtype)
    back = affine_backward(affine_forward(x, w, b), x, w)
    results = (relu(x), relu_derivative(x), relu_backward(x, x), affine_forward(x, w, b))
    assert {a.dtype for a in (*results, back.inputs, back.weights, back.bias)} == {np.dtype(dtype)}


def test_errors():
    w = np.ones((2, 3))
    with pytest.raises(ValueError, match=r"weights must have shape \(4, outputs\) to match inputs"):
        affine_forward([1, 2, 3, 4], w, [0, 0, 0])
    with pytest.raises(ValueError, match=r"bias must have shape \(3,\) .* got shape \(2,\)"):
        affine_forward([1, 2], w, [0, 0])
    with pytest.raises(ValueError, match=r"inputs must have shape .* got shape \(1, 1, 2\)"):
        affine_forward([[[1, 2]]], w, [0, 0, 0])
    with pytest.raises(ValueError, match=r"inputs\[0\] must be finite, got inf"):
        affine_forward([np.inf, 2], w, [0, 0, 0])
    with pytest.raises(
        ValueError, match=r"output_gradient must have shape \(3,\) .* got .* \(2,\)"
    ):
        affine_backward([1, 2], [1, 2], w)
    with pytest.raises(
        ValueError, match=r"must have the shape of the inputs, \(2,\), got .*\(3,\)"
    ):
        relu_backward([1, 2, 3], [1, 2])
    with pytest.raises(ValueError, match=r"values\[1\] must be finite, got nan"):
        relu([1, np.nan])


LOSS_LAYERS = {
    "softmax": SoftmaxWithLoss.forward,
    "squared error": SquaredError.forward,
    **{
        f"{variant} to the power {power}": partial(
            HingeLossLayer.forward, variant=variant, power=power
        )
        for variant in HINGE_VARIANTS
        for power in (1, 2)
    },
}


@pytest.mark.parametrize("forward", LOSS_LAYERS.values(), ids=LOSS_LAYERS)
@given(SIZES)
def test_loss_layers_numerically(forward, sizes):
    scores, _, _, _ = arrays(sizes)
    labels = np.arange(len(scores)) % scores.shape[1]
    check = check_gradient(
        lambda z: forward(z, labels).value, forward(scores, labels).backward(), scores
    )
    assert not check.kinks.any()
    assert_allclose(check.analytic, check.numerical, atol=1e-8)
    assert_allclose(forward(scores, labels).backward(-2.0), -2 * check.analytic)


def test_affine_and_relu_layers_numerically():
    x, w, b, d_out = arrays((3, 4, 2, 7))
    layer = Affine.forward(x, w, b)
    assert_allclose(layer.outputs, x @ w + b)
    check = check_gradient(
        lambda w: (Affine.forward(x, w, b).outputs * d_out).sum(), layer.backward(d_out).weights, w
    )
    assert check.worst < 1e-7
    check = check_gradient(
        lambda x: (ReLU.forward(x).outputs * x).sum(), lambda x: 2 * ReLU.forward(x).backward(x), x
    )
    assert check.worst < 1e-7


@pytest.mark.parametrize("forward", LOSS_LAYERS.values(), ids=LOSS_LAYERS)
def test_a_loss_layer_divides_by_the_batch_once_and_never_by_the_classes(forward):
    scores = np.array([[0.3, -0.2, 1.1, 0.4], [0.5, 0.9, -0.7, 0.1]])
    one, two = forward(scores[0], 2), forward(scores[1], 0)
    assert one.scores.shape == one.backward().shape == (1, 4)
    both = forward(scores, [2, 0])
    assert_allclose(both.backward(), np.concatenate([one.backward(), two.backward()]) / 2)
    assert_allclose(both.value, (one.value + two.value) / 2)
    twice = forward(np.repeat(scores[:1], 2, axis=0), [2, 2])
    assert_allclose(twice.backward().sum(axis=0), one.backward()[0])


def test_softmax_with_loss_of_one_sample_is_y_minus_t():
    # DLFS 5.6.3: (y - t), which code that divides by t.shape[0] gets wrong for a 1-D sample.
    layer = SoftmaxWithLoss.forward(np.log([0.3, 0.2, 0.5]), 1)
    assert_allclose(layer.backward(), [[0.3, -0.8, 0.5]])
    assert_array_equal(layer.targets, [[0, 1, 0]])
    assert_allclose(layer.probabilities, [[0.3, 0.2, 0.5]])


def test_what_layers_keep_is_a_read_only_copy():
    x, w, b, _ = arrays((3, 4, 2, 7))
    labels = np.array([0, 1, 1])
    affine, rectified = Affine.forward(x, w, b), ReLU.forward(x)
    last = SoftmaxWithLoss.forward(affine.outputs, labels)
    layers = (affine, rectified, last, HingeLossLayer.forward(affine.outputs, labels))
    expected = x.copy()
    x[...], labels[...] = 9.0, 0
    assert_array_equal(affine.inputs, expected)
    assert_array_equal(rectified.inputs, expected)
    assert_array_equal(last.labels, [0, 1, 1])
    kept = [a for layer in layers for a in vars(layer).values() if isinstance(a, np.ndarray)]
    assert len(kept) == 18
    assert not any(array.flags.writeable for array in kept)
    for array in (affine.backward(last.backward()).weights, rectified.backward(expected)):
        assert np.isfinite(array).all()


def test_one_sample_through_all_layers_is_a_batch_of_one():
    x, w, b, _ = arrays((1, 4, 3, 7))
    affine = Affine.forward(x[0], w, b)
    rectified = ReLU.forward(affine.outputs)
    last = SoftmaxWithLoss.forward(rectified.outputs[0], 2)
    back = affine.backward(rectified.backward(last.backward()[0]))
    assert (back.inputs.shape, back.weights.shape, back.bias.shape) == ((1, 4), (4, 3), (3,))


def test_errors_of_loss_layers():
    with pytest.raises(ValueError, match=r"scores must have shape .* got shape \(1, 1, 2\)"):
        SoftmaxWithLoss.forward([[[1, 2]]], [[0]])
    with pytest.raises(ValueError, match=r"labels must be labels of shape \(2,\)"):
        HingeLossLayer.forward([[1, 2], [3, 4]], [0])
    with pytest.raises(ValueError, match="output_gradient must be a finite number, got nan"):
        SoftmaxWithLoss.forward([1, 2], 0).backward(float("nan"))
