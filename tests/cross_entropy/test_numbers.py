import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.losses.activations import softmax, softmax_jacobian
from core.losses.squared_error import squared_error
from core.losses.targets import one_hot, smooth
from pages.cross_entropy.numbers import (
    OUTPUTS,
    PAIRINGS,
    ErrorSize,
    evaluate_cross_entropy,
    feed_outputs,
    logit_axis,
    logits_of,
    sweep_cross_entropy,
    target_id,
)
from pages.cross_entropy.target_mass import MASS_GRID, move_mass
from pages.ui.kit.scores import LABEL, score_id
from tests.core.oracles import exact_log_softmax, exact_softmax

CAT = [3.2, 5.1, -1.7]


def gradient_sizes(logits, targets):
    return evaluate_cross_entropy(logits, targets).gradient_sizes


@st.composite
def samples(draw, limit=30.0):
    classes = draw(st.integers(2, 6))
    logits = np.array(draw(st.lists(st.floats(-limit, limit), min_size=classes, max_size=classes)))
    weights = np.array(draw(st.lists(st.integers(0, 9), min_size=classes, max_size=classes)))
    weights[draw(st.integers(0, classes - 1))] += 1
    return logits, weights / weights.sum()


def derivative(function, logits, step=1e-5):
    """Central differences."""
    shifts = step * np.eye(len(logits))
    return np.array([(function(logits + h) - function(logits - h)) / (2 * step) for h in shifts])


# Published examples.


@pytest.mark.parametrize(
    ("probabilities", "label", "loss"),
    [
        ([0.1, 0.15, 0.05, 0.6, 0.1], 3, 0.5108256237659907),
        ([0.15, 0.2, 0.4, 0.1, 0.15], 3, 2.302585092994046),
        ([0.05, 0.15, 0.4, 0.3, 0.1], 3, 1.203972804325936),
    ],
)
def test_three_predictions_of_five_classes(probabilities, label, loss) -> None:
    result = evaluate_cross_entropy(logits_of(probabilities), one_hot(label, 5))
    assert float(result.loss) == pytest.approx(loss, rel=1e-14, abs=0)
    assert result.probabilities == pytest.approx(probabilities, rel=1e-14, abs=0)
    assert result.entropy == 0
    assert result.divergence == result.loss


@pytest.mark.parametrize(
    ("outputs", "gradient", "size"),
    [
        ([0.3, 0.2, 0.5], [0.3, -0.8, 0.5], ErrorSize.LARGE),
        ([0.01, 0.99, 0.0], [0.01, -0.01, 0.0], ErrorSize.SMALL),
    ],
)
def test_large_and_small_lessons(outputs, gradient, size) -> None:
    result = evaluate_cross_entropy(logits_of(outputs), [0, 1, 0])
    assert result.gradient == pytest.approx(gradient, rel=1e-13, abs=0)
    assert result.gradient_sum == 0
    assert result.error_sizes == size
    # Identity output with half the sum of squares: the same y - t.
    assert squared_error(outputs, 1).gradient == pytest.approx(gradient, rel=1e-13, abs=0)


def test_the_cat_in_every_unit() -> None:
    result = evaluate_cross_entropy(CAT, one_hot(0, 3))
    assert float(result.loss) == pytest.approx(2.0403551528001707, rel=1e-15, abs=0)
    assert float(result.bits) == pytest.approx(2.9436102, rel=1e-7, abs=0)
    assert float(result.perplexity) == pytest.approx(1 / 0.1299825390171731, rel=1e-14, abs=0)
    # Older copies of the slide print .89: that is the logarithm to base 10.
    assert round(float(result.loss) / np.log(10), 2) == 0.89
    assert float(result.log_sum_exp) == pytest.approx(np.log(np.exp(CAT).sum()), rel=1e-14, abs=0)


def test_chance_level_among_ten() -> None:
    result = evaluate_cross_entropy(np.zeros(10), one_hot(4, 10))
    assert float(result.loss) == pytest.approx(2.302585092994046, rel=1e-15, abs=0)
    assert float(result.perplexity) == pytest.approx(10, rel=1e-14, abs=0)


# Every number against mpmath.


@given(samples())
def test_every_number_is_right(sample) -> None:
    logits, target = sample
    result = evaluate_cross_entropy(logits, target)
    with mp.workdps(80):
        z, t = [mp.mpf(v) for v in logits], [mp.mpf(v) for v in target]
        log_p = exact_log_softmax(logits)
        p = exact_softmax(logits)
        d = [a - b for a, b in zip(p, t, strict=True)]
        mean = mp.fsum(a * b for a, b in zip(p, d, strict=True))
        through = [a * (b - mean) for a, b in zip(p, d, strict=True)]
        loss = -mp.fsum(a * b for a, b in zip(t, log_p, strict=True))
        least = -mp.fsum(a * mp.log(a) for a in t if a > 0)

        def norm(vector):
            return float(mp.sqrt(mp.fsum(v * v for v in vector)))

        sizes = [norm(d), norm(a - b for a, b in zip(z, t, strict=True)), norm(through)]
        expected = [float(v) for v in log_p], float(loss), float(least), float(loss - least)
        log_sum_exp = float(mp.log(mp.fsum(mp.exp(v) for v in z)))
    np.testing.assert_allclose(result.surprisals, np.negative(expected[0]), rtol=1e-14, atol=1e-300)
    assert float(result.loss) == pytest.approx(expected[1], rel=2e-14, abs=0)
    assert float(result.entropy) == pytest.approx(expected[2], rel=1e-14, abs=0)
    assert float(result.divergence) == pytest.approx(expected[3], rel=1e-13, abs=1e-14)
    assert float(result.log_sum_exp) == pytest.approx(log_sum_exp, rel=1e-14, abs=1e-14)
    np.testing.assert_allclose(result.gradient, [float(v) for v in d], rtol=1e-12, atol=3e-16)
    assert result.gradient_sum == 0
    np.testing.assert_allclose(result.gradient_sizes, sizes, rtol=1e-11, atol=1e-15)


@given(samples(limit=8.0))
def test_each_gradient_size_is_that_of_a_slope(sample) -> None:
    logits, target = sample
    losses = {
        "softmax_cross_entropy": lambda z: evaluate_cross_entropy(z, target).loss,
        "identity_squared_error": lambda z: squared_error(z, target).value,
        "softmax_squared_error": lambda z: squared_error(softmax(z), target).value,
    }
    slopes = [np.linalg.norm(derivative(losses[pairing], logits)) for pairing in PAIRINGS]
    assert gradient_sizes(logits, target) == pytest.approx(slopes, rel=1e-6, abs=1e-8)


def test_the_jacobian_is_the_one_of_softmax() -> None:
    logits, target = np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.25, 0.75])
    through = softmax_jacobian(logits) @ (softmax(logits) - target)
    assert gradient_sizes(logits, target)[2] == pytest.approx(
        np.linalg.norm(through), rel=1e-14, abs=0
    )


def test_squared_error_behind_softmax_goes_flat_where_it_is_most_wrong() -> None:
    sizes = gradient_sizes([[0.0, 0.0], [-40.0, 0.0]], [[1.0, 0.0]] * 2)
    assert sizes[1, 0] == pytest.approx(np.sqrt(2), rel=1e-14, abs=0)
    # p_0 p_1 (e_0 - e_1) in both classes, with e_0 - e_1 next to 2; the 1 of p_1 must not swallow it.
    assert sizes[1, 2] == pytest.approx(np.sqrt(8) * np.exp(-40.0), rel=1e-13, abs=0)
    assert sizes[0, 2] > 1e16 * sizes[1, 2]


def test_tiny_losses_and_gradients_stay() -> None:
    result = evaluate_cross_entropy([10, -100, -100], [1, 0, 0])
    assert float(result.loss) == pytest.approx(3.377823760449065e-48, rel=1e-15, abs=0)
    assert float(result.surprisals[0]) == float(result.loss)
    assert float(result.divergence) == float(result.loss)
    assert result.gradient[0] == pytest.approx(-3.377823760449065e-48, rel=1e-14, abs=0)
    assert result.gradient_sizes[0] == pytest.approx(
        np.sqrt(1.5) * 3.377823760449065e-48, rel=1e-14, abs=0
    )
    assert result.error_sizes == ErrorSize.SMALL


@given(samples(), st.floats(-500, 500))
def test_adding_a_constant_to_all_logits_changes_nothing_of_softmax(sample, constant) -> None:
    logits, target = sample
    here = evaluate_cross_entropy(logits, target)
    there = evaluate_cross_entropy(logits + constant, target)
    assert float(there.loss) == pytest.approx(float(here.loss), rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(there.gradient, here.gradient, atol=1e-11)


# How large the error is.


@pytest.mark.parametrize(
    ("logits", "target", "size"),
    [
        (CAT, [1, 0, 0], ErrorSize.LARGE),
        ([-10, 5, 0], [1, 0, 0], ErrorSize.LARGE_AND_BLIND),
        ([2, 1, 0], [1, 0, 0], ErrorSize.MIDDLE),
        ([5, 1, 0], [1, 0, 0], ErrorSize.SMALL),
        ([1500, 0, 0], [1, 0, 0], ErrorSize.NONE),
        (np.log([0.3, 0.2, 0.5]), [0.3, 0.2, 0.5], ErrorSize.NONE),
        (np.log([0.3, 0.2, 0.5]), [0.3001, 0.1999, 0.5], ErrorSize.SMALL),
    ],
)
def test_sizes_of_errors(logits, target, size) -> None:
    assert evaluate_cross_entropy(logits, target).error_sizes == size
    batch = evaluate_cross_entropy([logits, logits], [target, target])
    assert batch.error_sizes.tolist() == [size, size]


# Fed with what is no softmax.


@given(samples(limit=8.0))
def test_only_a_softmax_gives_p_minus_t(sample) -> None:
    logits, target = sample
    fed = feed_outputs(logits, target)
    assert tuple(fed) == OUTPUTS
    makers = {
        "softmax": lambda z: np.exp(z) / np.exp(z).sum(),
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "exponential": np.exp,
    }
    for name, make in makers.items():
        case = fed[name]

        def loss(z, make=make):
            return -(target * np.log(make(z))).sum()

        np.testing.assert_allclose(case.outputs, make(logits), rtol=1e-13)
        assert case.total == pytest.approx(make(logits).sum(), rel=1e-13, abs=0)
        assert case.loss == pytest.approx(loss(logits), rel=1e-11, abs=1e-13)
        np.testing.assert_allclose(case.gradient, derivative(loss, logits), rtol=1e-5, atol=1e-8)


def test_the_cat_fed_with_other_outputs() -> None:
    fed = feed_outputs(CAT, [1, 0, 0])
    assert fed["exponential"].loss == -3.2
    # What is missing is the log-sum-exp.
    result = evaluate_cross_entropy(CAT, [1, 0, 0])
    missing = float(result.loss) - fed["exponential"].loss
    assert missing == pytest.approx(float(result.log_sum_exp), rel=1e-15, abs=0)
    assert fed["sigmoid"].loss == pytest.approx(np.log1p(np.exp(-3.2)), rel=1e-14, abs=0)
    assert fed["sigmoid"].gradient.tolist() == pytest.approx([-1 / (1 + np.exp(3.2)), 0, 0])
    assert fed["softmax"].gradient.tolist() == result.gradient.tolist()


def test_outputs_at_the_ends_of_float64() -> None:
    fed = feed_outputs([1e6, -1e6], [0.5, 0.5])
    assert fed["sigmoid"].loss == 5e5
    assert fed["sigmoid"].outputs.tolist() == [1, 0]
    assert fed["sigmoid"].gradient.tolist() == [0, -0.5]
    assert fed["exponential"].total == np.inf
    assert fed["exponential"].loss == 0


def test_outputs_are_those_of_one_sample() -> None:
    with pytest.raises(
        ValueError, match=r"logits must have shape \(classes,\), got shape \(1, 2\)"
    ):
        feed_outputs([[1.0, 2.0]], [[0.5, 0.5]])


# Logits from probabilities.


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8).filter(lambda p: max(p) > 0))
def test_logits_of_probabilities_have_them_as_softmax(probabilities) -> None:
    logits = logits_of(probabilities)
    assert np.isfinite(logits).all()
    expected = np.array(probabilities) / max(probabilities)
    np.testing.assert_allclose(softmax(logits), expected / expected.sum(), rtol=1e-12, atol=1e-300)


def test_probability_0_stays_exactly_0() -> None:
    logits = logits_of([0.01, 0.99, 0])
    assert logits[2] == -1000
    assert softmax(logits)[2] == 0
    assert logits[:2] == pytest.approx(np.log([0.01, 0.99]), rel=1e-15, abs=0)
    assert logits_of([1e308, 1e308, 0]).tolist() == pytest.approx([-np.log(2), -np.log(2), -1000])
    assert logits_of([[2, 2], [0, 3]]).tolist() == [[-np.log(2), -np.log(2)], [-1000, 0]]


@pytest.mark.parametrize(
    ("probabilities", "message"),
    [
        ([0.5, -0.5], "probabilities[1] must not be negative, got -0.5"),
        ([0.5, np.nan], "probabilities[1] must be finite, got nan"),
        ([[1, 0], [0, 0]], "probabilities[1, 0] must not be 0 for all classes of a sample"),
    ],
)
def test_logits_name_what_is_no_probability(probabilities, message) -> None:
    with pytest.raises(ValueError) as error:
        logits_of(probabilities)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("logits", "limit"),
    [
        (CAT, 10),
        (logits_of([0.01, 0.99, 0]), 10),
        ([10, -100, -100], 20),
        ([10, -89, 0], 100),
        ([-1000, -1000], 2000),
        ([500, 450, -1e6], 1000),
    ],
)
def test_the_axis_is_chosen_by_the_logits_that_matter(logits, limit) -> None:
    assert logit_axis(logits).limit == limit


# The sweep.


@given(samples(), st.integers(0, 5))
def test_a_sweep_is_the_result_at_every_step(sample, along) -> None:
    logits, target = sample
    along, label = along % len(logits), int(np.argmax(target))
    sweeps = sweep_cross_entropy(logits, target, label, along=along)
    assert_same(sweeps.now, (), evaluate_cross_entropy(logits, target, label))
    for moved in range(len(logits)):
        for row in (0, 57, 200):
            there = logits.copy()
            there[moved] = sweeps.axis.grid[row]
            alone = evaluate_cross_entropy(there, target, label)
            assert_same(sweeps.by[score_id(moved)], row, alone)
        for row in (0, 31, 100):
            wanted = move_mass(target, moved, MASS_GRID[row])
            alone = evaluate_cross_entropy(logits, wanted, label)
            assert_same(sweeps.by[target_id(moved)], row, alone)
        alone = evaluate_cross_entropy(logits, one_hot(moved, len(logits)), moved)
        assert_same(sweeps.by[LABEL], moved, alone)


def assert_same(result, place, alone) -> None:
    for name in ("logits", "targets", "labels", "probabilities", "surprisals", "gradient", "loss"):
        np.testing.assert_allclose(
            getattr(result, name)[place], getattr(alone, name), rtol=1e-13, atol=1e-16
        )
    for name in ("entropy", "divergence", "gradient_sizes"):
        np.testing.assert_allclose(
            getattr(result, name)[place], getattr(alone, name), rtol=1e-12, atol=1e-15
        )


@given(samples(), st.integers(0, 5))
def test_curves_pass_through_the_sizes(sample, along) -> None:
    logits, target = sample
    classes, along = len(logits), along % len(logits)
    sweeps = sweep_cross_entropy(logits, target, 0, along=along)
    grid = sweeps.curve_grid
    assert grid[[0, 1, -1]].tolist() == sweeps.axis.grid[[0, 2, 200]].tolist()

    def sizes(moved, wanted):
        path = np.tile(logits, (grid.size, 1))
        path[:, moved] = grid
        return gradient_sizes(path, np.tile(wanted, (grid.size, 1)))

    for moved in range(classes):
        for row, mass in ((0, 0.0), (37, 0.37), (100, 1.0)):
            curves = sweeps.by[target_id(moved)].curves[row]
            expected = sizes(along, move_mass(target, moved, mass))
            np.testing.assert_allclose(curves, expected, rtol=1e-6, atol=1e-7)
        curves = sweeps.by[LABEL].curves[moved]
        np.testing.assert_allclose(curves, sizes(along, np.eye(classes)[moved]), atol=1e-7)
        taken = sweeps.focuses[moved]
        assert taken.along == moved
        np.testing.assert_allclose(taken.curves, sizes(moved, target), rtol=1e-12, atol=1e-15)
        # A logit that moves along its own curve leaves it where it is.
        assert sweeps.by[score_id(moved)].curves is None
    np.testing.assert_array_equal(sweeps.now.curves, sweeps.focuses[along].curves)


def test_limits_of_the_sizes_hold_every_curve() -> None:
    sweeps = sweep_cross_entropy(CAT, one_hot(0, 3), 0, along=0)
    assert sweeps.size_limits == (1e-4, 100)
    # The largest is that of z = (3.2, 10, -1.7) or (3.2, 5.1, -10), with t at the other end.
    assert 10 < max(taken.curves.max() for taken in sweeps.focuses) < 100
    near = sweep_cross_entropy([0.5, 0.0], [0.5, 0.5], 0, along=0)
    lowest, highest = near.size_limits
    for result in (*near.focuses, near.by["target0"], near.by["target1"]):
        assert result.curves.max() <= highest
        assert result.curves.min() >= lowest or lowest == 1e-4


def test_smoothed_target_pulls_the_true_class_back() -> None:
    # With label smoothing, a logit that is too good is pushed down again.
    target = smooth(one_hot(0, 3), 0.1)
    sweeps = sweep_cross_entropy([2.0, 0.0, 0.0], target, 0, along=0)
    by_logit = sweeps.by[score_id(0)]
    slope = by_logit.gradient[:, 0]
    assert slope[0] < 0 < slope[-1]
    # The loss never falls below the entropy of the target.
    assert by_logit.loss.min() >= sweeps.now.entropy
    assert by_logit.divergence.min() < 0.01


def test_a_sweep_leaves_its_inputs_alone() -> None:
    logits, target = np.array(CAT), one_hot(0, 3)
    sweep_cross_entropy(logits, target, 0, along=1)
    assert logits.tolist() == CAT
    assert target.tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("logits", "targets", "message"),
    [
        ([1.0, np.inf], [0.5, 0.5], "logits[1] must be finite, got inf"),
        ([1.0, -np.inf], [0.5, 0.5], "logits[1] must be finite, got -inf"),
        ([1.0, 2.0], [0.5, 0.6], "targets must sum to one, but sums to 1.1"),
        (
            [1.0, 2.0],
            [1.0, 0.0, 0.0],
            "targets must be distributions of shape (2,) to match logits, got shape (3,)",
        ),
    ],
)
def test_evaluation_names_what_is_wrong(logits, targets, message) -> None:
    with pytest.raises(ValueError) as error:
        evaluate_cross_entropy(logits, targets)
    assert str(error.value).startswith(message)
