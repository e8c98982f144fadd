"""The losses of two classes against SciPy and mpmath, out to the ends of float64."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy import special

from pages.two_classes.numbers import (
    DELTA,
    LOSSES,
    SIGNED,
    HingePlace,
    Others,
    exponential,
    logistic,
    moved_apart,
    sigmoid,
    sweep_two_classes,
)
from pages.ui.kit.scores import LABEL, score_id

EPSILON = np.finfo(np.float64).eps
GRID = np.concatenate(
    [np.linspace(-1000, 1000, 401), np.linspace(-3, 3, 61), [-1e6, -745.2, -1e-300, 1e-9, 708, 1e6]]
)


def apart(found: np.ndarray, expected: list) -> float:
    """The largest relative error, in epsilons; where float64 has no such number, 0 or inf."""
    worst = 0.0
    for value, exact in zip(found.tolist(), expected, strict=True):
        if abs(exact) > np.finfo(np.float64).max:
            assert value == np.inf
        elif abs(exact) < np.finfo(np.float64).tiny:
            assert abs(value - float(exact)) <= 1e-307
        else:
            worst = max(worst, float(abs(mpmath.mpf(value) - exact) / abs(exact)) / EPSILON)
    return worst


def test_they_are_as_accurate_as_float64_is() -> None:
    with mpmath.workdps(700):
        points = [mpmath.mpf(m) for m in GRID.tolist()]
        small = [point for point in points if abs(point) <= 1000]
        m = np.array([float(point) for point in small])
        assert apart(logistic(m), [mpmath.log1p(mpmath.exp(-p)) for p in small]) <= 2
        assert apart(sigmoid(m), [1 / (1 + mpmath.exp(-p)) for p in small]) <= 3
        assert apart(exponential(m), [mpmath.exp(-p) for p in small]) <= 1


def test_they_are_those_of_scipy() -> None:
    np.testing.assert_allclose(sigmoid(GRID), special.expit(GRID), rtol=1e-15, atol=1e-300)
    np.testing.assert_allclose(logistic(GRID), -special.log_expit(GRID), rtol=1e-15, atol=1e-300)


@pytest.mark.parametrize(
    ("m", "logistic_loss", "exponential_loss", "others"),
    [
        (1000.0, 0.0, 0.0, Others.VANISHED),
        (-1000.0, 1000.0, np.inf, Others.OVERFLOW),
        (-1e6, 1e6, np.inf, Others.OVERFLOW),
        (0.0, np.log(2), 1.0, Others.TIE),
        (40.0, np.exp(-40.0), np.exp(-40.0), Others.RIGHT),
        (-40.0, 40.0, np.exp(40.0), Others.WRONG),
    ],
)
def test_extremes(m: float, logistic_loss: float, exponential_loss: float, others: Others) -> None:
    now = sweep_two_classes([-m / 2, m / 2], 1).now
    losses = dict(zip(LOSSES, now.losses.tolist(), strict=True))
    assert losses["logistic"] == pytest.approx(logistic_loss, rel=1e-15)
    assert losses["exponential"] == pytest.approx(exponential_loss, rel=1e-15)
    assert losses["hinge"] == max(0, 1 - m)
    assert losses["squared_hinge"] == max(0, 1 - m) ** 2
    assert losses["zero_one"] == (m <= 0)
    assert now.others == others


@pytest.mark.parametrize("scores", [(3.2, 5.1), (1e6, -1e6), (-1e6, 1e6), (0, 0), (0.1, 1e-300)])
@pytest.mark.parametrize("label", [0, 1])
@pytest.mark.parametrize("delta", [0.0, 1.0, 1000.0])
def test_nothing_is_ever_nan(scores: tuple[float, float], label: int, delta: float) -> None:
    sweeps = sweep_two_classes(scores, label, delta=delta)
    for result in (sweeps.now, *sweeps.by.values()):
        for name in ("scores", "m", "losses", "slopes", "sigmoids", "softmaxes", "binary"):
            assert not np.isnan(getattr(result, name)).any()
        assert (result.slopes <= 0).all()
        assert not np.signbit(result.slopes[result.slopes == 0]).any()


def test_softmax_of_two_is_the_sigmoid_to_the_last_bit() -> None:
    rng = np.random.default_rng(2)
    for scale in (1.0, 30.0, 1000.0):
        for scores in rng.normal(scale=scale, size=(30, 2)):
            for label in (0, 1):
                sweeps = sweep_two_classes(scores, label)
                for result in (sweeps.now, *sweeps.by.values()):
                    np.testing.assert_array_equal(result.binary, result.softmax_loss)
                    np.testing.assert_array_equal(result.sigmoids, result.softmaxes)


@pytest.mark.parametrize("delta", [0.0, 1.0, 2.5])
def test_slopes_are_the_derivatives(delta: float) -> None:
    sweeps = sweep_two_classes([0.0, 0.0], 1, delta=delta)
    h = 1e-6
    for m in (-4.7, -1.3, -0.2, 0.6, 1.7, 3.9):
        losses = [sweep_two_classes([0, at], 1, delta=delta).now.losses for at in (m - h, m + h)]
        slopes = sweep_two_classes([0, m], 1, delta=delta).now.slopes
        np.testing.assert_allclose((losses[1] - losses[0]) / 2e-6, slopes, atol=1e-7, rtol=1e-7)
    assert sweeps.now.slopes[1] == (-1 if delta > 0 else 0)


def test_in_bits_the_logistic_loss_passes_through_one_and_bounds_the_errors() -> None:
    tie = sweep_two_classes([2.0, 2.0], 0, is_in_bits=True)
    assert tie.now.losses[LOSSES.index("logistic")] == 1
    run = tie.by[SIGNED]
    for name in ("hinge", "squared_hinge", "logistic", "exponential"):
        assert (run.losses[:, LOSSES.index(name)] >= run.losses[:, 0] - 1e-15).all()
    assert tie.now.binary == np.log(2)  # this one stays in nats


@pytest.mark.parametrize(
    ("scores", "delta"), [((3.2, 5.1), 1.9), ((0.3, 0.9), 0.6), ((999999.8, 999999.9), 0.1)]
)
def test_a_margin_that_is_met_in_decimals_is_met(scores: tuple, delta: float) -> None:
    now = sweep_two_classes(scores, 1, delta=delta).now
    assert now.places == HingePlace.MET
    assert now.losses[1:3].tolist() == [0, 0]
    assert now.slopes[1:3].tolist() == [0, 0]


def test_places_on_the_hinge() -> None:
    assert sweep_two_classes([0, 0.9], 1).now.places == HingePlace.INSIDE
    assert sweep_two_classes([0, 1.1], 1).now.places == HingePlace.BEYOND


def test_m_moves_both_scores_by_the_same() -> None:
    scores = np.array([3.2, 5.1])
    for label in (0, 1):
        m = np.round(np.arange(-50, 51) * 0.1, 1)
        found = moved_apart(scores, label, m)
        np.testing.assert_allclose(found.mean(axis=-1), 4.15, rtol=1e-15)
        np.testing.assert_allclose((found[:, 1] - found[:, 0]) * (2 * label - 1), m, atol=1e-15)
    # Numbers that are no decimals are not rounded.
    assert moved_apart([np.log(2), 1.0], 1, 1 / 3).tolist() == pytest.approx(
        [(np.log(2) + 1) / 2 - 1 / 6, (np.log(2) + 1) / 2 + 1 / 6], rel=1e-15
    )
    assert moved_apart([1.0, 2.0], 1, 0.123456789123).tolist() == pytest.approx(
        [1.5 - 0.0617283945615, 1.5 + 0.0617283945615], rel=1e-15
    )


@pytest.mark.parametrize("scores", [(3.2, 5.1), (456.0, -3.25), (9.5, 9.0), (0.0, 0.0)])
def test_every_handle_has_its_steps_and_room(scores: tuple[float, float]) -> None:
    sweeps = sweep_two_classes(scores, 0, delta=2.0)
    assert set(sweeps.by) == {score_id(0), score_id(1), LABEL, SIGNED, DELTA}
    run = sweeps.by[SIGNED]
    assert run.m[0] == -sweeps.reach.limit
    assert run.m[-1] == sweeps.reach.limit
    assert np.abs(run.scores).max() <= sweeps.axis.limit
    assert abs(sweeps.now.m) < sweeps.reach.limit
    assert sweeps.by[DELTA].delta[[0, -1]].tolist() == [0, sweeps.reach.limit]
    assert sweeps.by[LABEL].m.tolist() == [sweeps.now.m, -sweeps.now.m]
