import mpmath as mp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from core.losses.activations import log_softmax
from core.losses.cross_entropy import cross_entropy
from core.losses.targets import (
    entropy,
    kl_divergence,
    nats_to_bits,
    one_hot,
    perplexity,
    smooth,
)

THIRDS = [1 / 3, 1 / 3, 1 / 3]


@st.composite
def distributions(draw):
    """Distributions, with classes of no mass at all and of next to none."""
    size = draw(st.integers(2, 8))
    parts = st.one_of(st.just(0.0), st.floats(1e-30, 1.0), st.sampled_from([0.1, 0.5, 1.0]))
    weights = np.array(draw(st.lists(parts, min_size=size, max_size=size)))
    weights[draw(st.integers(0, size - 1))] += 0.5
    return weights / weights.sum()


def exact_entropy(target):
    with mp.workdps(60):
        return -mp.fsum(mp.mpf(float(t)) * mp.log(mp.mpf(float(t))) for t in target if t > 0)


def test_one_hot() -> None:
    assert one_hot(1, 3).tolist() == [0, 1, 0]
    assert one_hot([[0], [2]], 3).tolist() == [[[1, 0, 0]], [[0, 0, 1]]]
    assert one_hot(0, 1).dtype == np.float64


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (3, "labels must be a label from 0 to 2, got 3 (labels of shape ())"),
        ([0, -1], "labels[1] must be a label from 0 to 2, got -1 (labels of shape (2,))"),
        (
            1.5,
            "labels must be integer labels of shape () to match targets of shape (3,), "
            "got dtype float64 (first value 1.5)",
        ),
    ],
)
def test_one_hot_refuses_what_is_no_label(labels, message) -> None:
    with pytest.raises(ValueError) as error:
        one_hot(labels, 3)
    assert str(error.value) == message


def test_label_smoothing_of_inception() -> None:
    # Szegedy et al. (2016): 1000 classes, epsilon .1: .9001 for the label, .0001 for the others.
    smoothed = smooth(one_hot(7, 1000), 0.1)
    assert smoothed[7] == pytest.approx(0.9001, rel=1e-15, abs=0)
    assert np.delete(smoothed, 7) == pytest.approx(np.full(999, 0.0001), rel=1e-15, abs=0)


def test_label_smoothing_at_its_ends() -> None:
    target = np.array([0.0, 0.7, 0.3])
    np.testing.assert_array_equal(smooth(target, 0.0), target)
    assert smooth(target, 1.0).tolist() == THIRDS
    assert smooth(target.astype(np.float32), 0.5).dtype == np.float32


@given(distributions(), st.floats(0, 1))
def test_smoothed_targets_are_the_ones_that_the_loss_makes_itself(target, smoothing) -> None:
    logits = np.linspace(-2, 3, target.size)
    assert cross_entropy(logits, smooth(target, smoothing)).value == pytest.approx(
        cross_entropy(logits, target, label_smoothing=smoothing).value, rel=1e-14
    )


@pytest.mark.parametrize("smoothing", [-0.1, 1.5, float("nan"), "0.1"])
def test_smoothing_is_a_part(smoothing) -> None:
    with pytest.raises(ValueError, match=r"smoothing must be a finite number and at least 0"):
        smooth([0.5, 0.5], smoothing)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ([0, 1, 0], 0.0),
        ([0.5, 0.5, 0], np.log(2)),
        ([0.25] * 4, np.log(4)),
        ([0.1] * 10, np.log(10)),
        ([0.9, 0.1], 0.325082973391448),
    ],
)
def test_entropies_known_by_heart(target, expected) -> None:
    assert entropy(target) == pytest.approx(expected, rel=1e-14, abs=0)
    assert not np.signbit(entropy(target))


@given(distributions())
def test_entropy_is_exact(target) -> None:
    assert float(entropy(target)) == pytest.approx(float(exact_entropy(target)), rel=1e-14, abs=0)
    assert float(entropy(target)) == pytest.approx(stats.entropy(target), abs=1e-14)
    assert entropy(target) <= np.log(target.size) * (1 + 1e-15)


def test_entropy_of_a_hair_of_doubt_is_not_0() -> None:
    target = [1 - 2**-50, 2**-50]
    assert float(entropy(target)) == pytest.approx(float(exact_entropy(target)), rel=1e-14, abs=0)
    assert entropy(target) > 1e-14


@given(distributions(), st.integers(0, 9999))
def test_divergence_is_the_loss_without_the_entropy(target, seed) -> None:
    logits = np.random.default_rng(seed).normal(scale=5, size=target.size)
    logs = log_softmax(logits)
    divergence = float(kl_divergence(target, logs))
    with mp.workdps(60):
        exact = mp.fsum(
            mp.mpf(float(t)) * (mp.log(mp.mpf(float(t))) - mp.mpf(float(v)))
            for t, v in zip(target, logs, strict=True)
            if t > 0
        )
    bound = 16 * 2.0**-52 * (1 + float(entropy(target)))
    assert divergence == pytest.approx(float(exact), rel=1e-14, abs=bound)
    assert divergence == pytest.approx(special.rel_entr(target, np.exp(logs)).sum(), abs=1e-12)
    loss = cross_entropy(logits, target).value
    assert divergence + float(entropy(target)) == pytest.approx(loss, rel=1e-13, abs=0)


def test_divergence_keeps_the_tiny_loss_of_a_hard_target() -> None:
    logs = log_softmax([10, -100, -100])
    assert float(kl_divergence([1, 0, 0], logs)) == pytest.approx(
        3.377823760449065e-48, rel=1e-15, abs=0
    )


@given(distributions())
def test_divergence_of_the_target_from_itself_is_0(target) -> None:
    with np.errstate(divide="ignore"):
        logs = np.log(target)
    assert kl_divergence(target, logs) == 0
    positive = target > 0
    if positive.sum() > 1:
        again = log_softmax(logs[positive])
        assert kl_divergence(target[positive] / target[positive].sum(), again) == 0


def test_divergence_is_infinite_where_the_impossible_happens() -> None:
    assert kl_divergence([0.5, 0.5], [0.0, -np.inf]) == np.inf
    assert kl_divergence([1.0, 0.0], [0.0, -np.inf]) == 0


@pytest.mark.parametrize(
    ("logs", "message"),
    [
        ([-1.0], "log_probabilities must have shape (2,) to match targets, got shape (1,)"),
        ([-1.0, 0.1], "log_probabilities[1] must be at most 0, got 0.1"),
        ([np.nan, -1.0], "log_probabilities[0] must be at most 0, got nan"),
    ],
)
def test_divergence_names_what_is_wrong(logs, message) -> None:
    with pytest.raises(ValueError) as error:
        kl_divergence([0.5, 0.5], logs)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("function", [entropy, lambda t: smooth(t, 0.1)])
@pytest.mark.parametrize(
    ("target", "message"),
    [
        ([0.5, 0.6], "targets must sum to one, but sums to 1.1"),
        ([1.5, -0.5], "targets[1] must not be negative, got -0.5"),
        ([np.nan, 1.0], "targets[0] must be finite, got nan"),
        ([], "targets must not be empty"),
        (1.0, "targets must have shape (classes,) or (batch, classes)"),
    ],
)
def test_targets_must_be_distributions(function, target, message) -> None:
    with pytest.raises(ValueError) as error:
        function(target)
    assert str(error.value).startswith(message)


def test_units_of_information() -> None:
    assert nats_to_bits(np.log([2, 4, 1024])).tolist() == pytest.approx(
        [1, 2, 10], rel=1e-15, abs=0
    )
    assert nats_to_bits(3.378e-48) == pytest.approx(3.378e-48 / np.log(2), rel=1e-15, abs=0)
    # Chance level among ten classes: as unsure as ten equal classes.
    assert perplexity(2.302585092994046) == pytest.approx(10, rel=1e-14, abs=0)
    assert perplexity([0.0, 1e4]).tolist() == [1.0, np.inf]
