"""Every function in the catalogue: its gradient, its mistake, its kinks."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.gradients.check import check_gradient
from core.losses.hinge import HINGE_VARIANTS
from pages.gradient_check.checked_functions import AFFINE_BIAS, CHECKED_FUNCTIONS, affine_weights
from tests.core.oracles import slow_hinge

ALL = pytest.mark.parametrize("function", CHECKED_FUNCTIONS.values(), ids=CHECKED_FUNCTIONS)
POINTS = np.random.default_rng(3).normal(scale=3.0, size=(20, 4))
LABELS = np.random.default_rng(4).integers(4, size=20)


def test_all_that_the_lesson_promises_is_there():
    hinges = {f"{variant}{power}" for variant in HINGE_VARIANTS for power in ("", "_squared")}
    others = {"cross_entropy", "squared_error", "l1", "l2", "elastic_net", "affine", "relu"}
    assert set(CHECKED_FUNCTIONS) == hinges | others
    assert all(id == function.id for id, function in CHECKED_FUNCTIONS.items())


@ALL
def test_gradients_numerically(function):
    smooth = 0
    for point, label in zip(POINTS, LABELS, strict=True):
        check = check_gradient(
            lambda x, y=label: function.evaluate(x, y).value,
            lambda x, y=label: function.evaluate(x, y).gradient,
            point,
        )
        smooth += not check.kinks.any()
        assert_allclose(check.analytic, check.numerical, rtol=1e-6, atol=1e-7)
    assert smooth == 20


@ALL
def test_a_batch_is_its_points(function):
    labels = LABELS.reshape(4, 5)
    batch = function.evaluate(POINTS.reshape(4, 5, 4), labels, margin=2.0)
    assert batch.value.shape == (4, 5)
    for index, point in enumerate(POINTS):
        single = function.evaluate(point, LABELS[index], margin=2.0)
        assert_allclose(batch.value.reshape(-1)[index], single.value, rtol=1e-14)
        assert_allclose(batch.gradient.reshape(-1, 4)[index], single.gradient, rtol=1e-13)


@ALL
def test_the_float_type_of_the_points_is_computed_in(function):
    single = POINTS.astype(np.float32)
    in32, in64 = function.evaluate(single, LABELS), function.evaluate(single.astype(float), LABELS)
    assert in32.value.dtype == in32.gradient.dtype == np.float32
    assert function.mistaken(single, LABELS).gradient.dtype == np.float32
    assert_allclose(in32.value, in64.value, rtol=1e-5, atol=1e-5)
    assert (in32.value != in64.value).any()


@ALL
def test_what_the_value_depends_on(function):
    point = [1.0, -2.0, 0.5, -0.7]
    by_label = {float(function.evaluate(point, y).value) for y in range(4)}
    assert (len(by_label) > 1) == function.uses_label
    by_margin = {float(function.evaluate(point, 0, margin=m).value) for m in (1.0, 5.0)}
    assert (len(by_margin) > 1) == function.uses_margin


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
@pytest.mark.parametrize("power", [1, 2])
def test_hinges_class_by_class(variant, power):
    function = CHECKED_FUNCTIONS[variant if power == 1 else f"{variant}_squared"]
    for point, label in zip(POINTS, LABELS, strict=True):
        value, slopes, _ = slow_hinge(point.tolist(), label, 1.5, variant, power)
        found = function.evaluate(point, label, margin=1.5)
        assert_allclose(found.value, value, rtol=1e-13)
        assert_allclose(found.gradient, slopes, rtol=1e-13)


def test_penalties_and_layers_by_hand():
    x = [2.0, -3.0]
    assert CHECKED_FUNCTIONS["l1"].evaluate(x).value == 5
    assert CHECKED_FUNCTIONS["l2"].evaluate(x).value == 13
    assert CHECKED_FUNCTIONS["elastic_net"].evaluate(x).value == 18
    assert CHECKED_FUNCTIONS["relu"].evaluate([2.0, -3.0, 4.0]).value == 1 * 2 + 3 * 4
    w = [[0.8, 0.9, 0.1], [-0.8, -1.0, -0.3]]
    assert_array_equal(affine_weights(2), w)
    out = [sum(x[i] * w[i][j] for i in range(2)) + AFFINE_BIAS[j] for j in range(3)]
    affine = CHECKED_FUNCTIONS["affine"].evaluate(x)
    assert_allclose(affine.value, sum(o * o for o in out) / 2)
    back = [sum(out[j] * w[i][j] for j in range(3)) for i in range(2)]
    assert_allclose(affine.gradient, back)


MISTAKES = {
    "cross_entropy": lambda p, g, x: p,
    "squared_error": lambda p, g, x: x,
    "l1": lambda p, g, x: np.ones(3),
    "l2": lambda p, g, x: x,
    "elastic_net": lambda p, g, x: 2 * x,
    "relu": lambda p, g, x: np.array([1.0, 2.0, 3.0]),
    "affine": lambda p, g, x: x @ affine_weights(3) @ affine_weights(3).T,
    "one_vs_all": lambda p, g, x: np.abs(g),
    "weston_watkins": lambda p, g, x: [0, *g[1:]],
    "crammer_singer": lambda p, g, x: [0, *g[1:]],
    "weston_watkins_squared": lambda p, g, x: g / 2,
    "crammer_singer_squared": lambda p, g, x: g / 2,
    "one_vs_all_squared": lambda p, g, x: g / 2,
}


@ALL
def test_the_mistake_is_the_one_that_the_lesson_names(function):
    x = np.array([0.5, 1.0, -0.25])
    right, wrong = function.evaluate(x, 0), function.mistaken(x, 0)
    p = np.exp(x) / np.exp(x).sum()
    assert_allclose(wrong.gradient, MISTAKES[function.id](p, right.gradient, x), rtol=1e-13)
    assert not np.allclose(wrong.gradient, right.gradient)
    assert wrong.value == right.value


KINKS = [
    ("relu", [0.0, 1.0], 0, [True, False]),
    ("l1", [1.0, 0.0], 0, [False, True]),
    ("elastic_net", [0.0, 0.0], 0, [True, True]),
    ("l2", [0.0, 0.0], 0, [False, False]),
    ("cross_entropy", [1.0, 1.0], 0, [False, False]),
    ("affine", [0.0, 0.0], 0, [False, False]),
    ("weston_watkins", [10.0, 9.0, 9.0], 0, [True, True, True]),
    ("weston_watkins", [2.0, 1.0, -5.0], 0, [True, True, False]),
    ("one_vs_all", [1.0, 3.0, -1.0], 0, [True, False, True]),
    ("crammer_singer", [0.0, 3.0, 3.0], 0, [False, True, True]),
    ("crammer_singer", [3.0, 2.0, -5.0], 0, [True, True, False]),
    ("weston_watkins_squared", [10.0, 9.0, 9.0], 0, [False, False, False]),
    ("crammer_singer_squared", [10.0, 9.0, 9.0], 0, [False, False, False]),
    ("crammer_singer_squared", [0.0, 3.0, 3.0], 0, [False, True, True]),
]


@pytest.mark.parametrize(("id", "point", "label", "kinks"), KINKS)
def test_kinks_by_the_winners_and_by_the_slopes(id, point, label, kinks):
    function = CHECKED_FUNCTIONS[id]
    found = [
        bool(function.kink_between(point - way, point + way, label))
        for way in 1e-5 * np.eye(len(point))
    ]
    assert found == kinks
    slopes = check_gradient(
        lambda x: function.evaluate(x, label).value, function.evaluate(point, label).gradient, point
    )
    assert slopes.kinks.tolist() == kinks


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_the_squared_hinge_only_bends_where_the_hinge_has_its_kink(variant):
    squared, plain = CHECKED_FUNCTIONS[f"{variant}_squared"], CHECKED_FUNCTIONS[variant]
    point = np.array([1.0, -1.0, -5.0] if variant == "one_vs_all" else [2.0, 1.0, -5.0])
    way = np.array([0.0, 0.1, 0.0])
    assert plain.kink_between(point - way, point + way)
    assert not squared.kink_between(point - way, point + way)
    assert squared.bend_between(point - way, point + way)
    assert not squared.bend_between(point + way, point + 3 * way)
    assert not plain.bend_between(point - way, point + way)
    # The gradient does not jump there, and the error of the quotient falls only as h.
    ends = squared.evaluate([point - 1e-9 * way, point + 1e-9 * way], 0).gradient
    assert_allclose(ends[0], ends[1], atol=1e-9)
    for h in (1e-2, 1e-3, 1e-4):
        step = np.array([0.0, h, 0.0])
        up, down = squared.evaluate([point + step, point - step], 0).value
        error = (up - down) / (2 * h) - squared.evaluate(point, 0).gradient[1]
        assert_allclose(error, h / 2, rtol=1e-9)


def test_a_kink_at_the_very_end_is_not_crossed():
    function = CHECKED_FUNCTIONS["relu"]
    assert not function.kink_between([0.0], [0.1])
    assert not function.kink_between([-0.1], [0.0])
    assert function.kink_between([-0.1], [0.1])


def test_third_derivative_of_the_cross_entropy():
    point = [0.5, -1.0, 2.0]
    found = CHECKED_FUNCTIONS["cross_entropy"].third_derivative(np.array(point))

    def loss(i, v):
        z = [mp.mpf(v) if j == i else mp.mpf(s) for j, s in enumerate(point)]
        return mp.log(mp.fsum(map(mp.exp, z))) - z[0]

    for i, value in enumerate(point):
        with mp.workdps(40):
            assert_allclose(
                found[i], float(mp.diff(lambda v, i=i: loss(i, v), value, 3)), rtol=1e-9
            )


@ALL
def test_all_others_have_no_third_derivative(function):
    if function.id == "cross_entropy":
        return
    assert function.third_derivative is None
    # On a straight line through a point without kinks, the third difference is only rounding.
    point, way = POINTS[0], np.array([0.0, 1e-3, 0.0, 0.0])
    values = [float(function.evaluate(point + k * way, 0).value) for k in (-2, -1, 1, 2)]
    third = (values[3] - 2 * values[2] + 2 * values[1] - values[0]) / 2e-9
    assert abs(third) < 1e-3


def test_errors():
    function = CHECKED_FUNCTIONS["relu"]
    with pytest.raises(ValueError, match=r"points\[1\] must be finite, got inf"):
        function.evaluate([1.0, np.inf])
    with pytest.raises(ValueError, match=r"labels must be a label from 0 to 1, got 2"):
        function.mistaken([1.0, 2.0], 2)
