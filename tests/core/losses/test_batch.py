from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, hinge_loss, log_loss

import core.losses.batch
from core.losses.batch import Batch, evaluate_batch
from core.losses.batch import confusion_matrix as counted
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import HINGE_VARIANTS, hinge
from tests.core.oracles import exact_log_softmax, slow_hinge

IMAGES = Batch(
    ("cat", "car", "frog"), [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]], [0, 1, 2]
)


def random_batch(size: int, classes: int, seed: int) -> Batch:
    rng = np.random.default_rng(seed)
    scores = np.round(rng.normal(scale=2, size=(size, classes)), 2)
    return Batch(tuple(map(str, range(classes))), scores, rng.integers(classes, size=size))


batches = st.builds(random_batch, st.integers(1, 40), st.integers(2, 10), st.integers(0, 2**32 - 1))


def test_the_three_images_of_cs231n() -> None:
    result = evaluate_batch(IMAGES)
    assert result.hinge == pytest.approx([2.9, 0, 12.9])
    assert result.cross_entropy == pytest.approx([2.0404, 0.0791, 6.1565], abs=5e-5)
    totals = result.totals
    assert totals.hinge_sum == pytest.approx(15.8)
    assert totals.hinge_mean == pytest.approx(5.27, abs=5e-3)
    assert totals.cross_entropy_mean == pytest.approx(2.7587, abs=5e-5)
    assert totals.cross_entropy_sum == pytest.approx(8.2760, abs=5e-5)
    assert result.predictions.tolist() == [1, 1, 1]
    assert result.is_right.tolist() == [False, True, False]
    assert totals.accuracy == pytest.approx(1 / 3)
    assert totals.confusion.tolist() == [[0, 1, 0], [0, 1, 0], [0, 1, 0]]


@settings(max_examples=25)
@given(batches, st.sampled_from(HINGE_VARIANTS), st.sampled_from([0.0, 1.0, 2.5]))
def test_a_batch_is_its_samples_one_by_one(batch, variant, margin) -> None:
    result = evaluate_batch(batch, margin=margin, variant=variant)
    soft = svm = right = 0
    for scores, label, got_soft, got_svm in zip(
        batch.scores, batch.labels, result.cross_entropy, result.hinge, strict=True
    ):
        expected_soft = -float(exact_log_softmax(scores)[label])
        expected_svm = slow_hinge(scores, label, margin, variant, 1)[0]
        assert got_soft == pytest.approx(expected_soft, rel=1e-13)
        assert got_svm == pytest.approx(expected_svm, rel=1e-12, abs=1e-13)
        soft, svm = soft + expected_soft, svm + expected_svm
        right += max(range(len(scores)), key=lambda j, s=scores: s[j]) == label
    assert result.totals.cross_entropy_mean == pytest.approx(soft / batch.size)
    assert result.totals.hinge_mean == pytest.approx(svm / batch.size, abs=1e-13)
    assert result.totals.correct == right
    assert result.totals.accuracy == right / batch.size


@given(batches)
def test_a_batch_agrees_with_scikit_learn(batch) -> None:
    result = evaluate_batch(batch, variant="crammer_singer")
    classes = range(len(batch.names))
    probabilities = result.comparison(range(batch.size)).probabilities
    assert result.totals.cross_entropy_mean == pytest.approx(
        log_loss(batch.labels, probabilities, labels=list(classes))
    )
    if len(classes) > 2:  # scikit-learn wants one decision value for two classes
        assert result.totals.hinge_mean == pytest.approx(
            hinge_loss(batch.labels, batch.scores, labels=list(classes))
        )
    np.testing.assert_array_equal(
        result.totals.confusion,
        confusion_matrix(batch.labels, result.predictions, labels=list(classes)),
    )
    assert result.totals.accuracy == accuracy_score(batch.labels, result.predictions)


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_the_mean_divides_each_samples_gradient_by_n(variant) -> None:
    batch = random_batch(7, 4, 5)
    result = evaluate_batch(batch, variant=variant)
    own = result.comparison([2, 5])
    step = 1e-6
    for place, index in enumerate([2, 5]):
        for j in range(4):
            ends = []
            for sign in (1, -1):
                moved = batch.scores[index].copy()
                moved[j] += sign * step
                there = evaluate_batch(
                    batch.with_sample(index, moved, batch.labels[index]), variant=variant
                )
                ends.append((there.totals.cross_entropy_mean, there.totals.hinge_mean))
            slopes = (np.array(ends[0]) - ends[1]) / (2 * step)
            assert slopes[0] == pytest.approx(own.cross_entropy_gradient[place, j] / 7, abs=1e-8)
            assert slopes[1] == pytest.approx(own.hinge_gradient[place, j] / 7, abs=1e-8)
    for loss, gradient in (
        (
            cross_entropy(batch.scores, batch.labels),
            result.comparison(range(7)).cross_entropy_gradient,
        ),
        (
            hinge(batch.scores, batch.labels, variant=variant),
            result.comparison(range(7)).hinge_gradient,
        ),
    ):
        np.testing.assert_allclose(loss.gradient, gradient / 7, rtol=1e-14)


def test_one_sample_is_a_batch_of_one() -> None:
    single = evaluate_batch(Batch(("cat", "car", "frog"), [3.2, 5.1, -1.7], 0))
    assert single.batch.scores.shape == (1, 3)
    assert single.totals.hinge_mean == single.totals.hinge_sum == pytest.approx(2.9)
    own = single.comparison([0])
    np.testing.assert_array_equal(
        own.cross_entropy_gradient[0] / single.batch.size,
        cross_entropy([3.2, 5.1, -1.7], 0).gradient,
    )


@given(batches, st.sampled_from(HINGE_VARIANTS), st.data())
def test_a_result_with_another_sample_is_the_result_of_the_changed_batch(
    batch, variant, data
) -> None:
    index = data.draw(st.integers(0, batch.size - 1))
    label = data.draw(st.integers(0, len(batch.names) - 1))
    scores = data.draw(st.permutations(batch.scores[index].tolist()))
    result = evaluate_batch(batch, margin=0.5, variant=variant)
    before = result.hinge.copy()
    changed = result.with_sample(index, scores, label)
    expected = evaluate_batch(batch.with_sample(index, scores, label), margin=0.5, variant=variant)
    np.testing.assert_array_equal(changed.batch.scores, expected.batch.scores)
    np.testing.assert_allclose(changed.cross_entropy, expected.cross_entropy, rtol=1e-14)
    np.testing.assert_allclose(changed.hinge, expected.hinge, rtol=1e-14)
    np.testing.assert_array_equal(changed.predictions, expected.predictions)
    np.testing.assert_array_equal(result.hinge, before)


def test_blocks_change_nothing_and_tell_how_far_they_are(monkeypatch) -> None:
    batch = random_batch(50, 4, 1)
    whole = evaluate_batch(batch)
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(core.losses.batch, "BLOCK_ROWS", 16)
    parts = evaluate_batch(batch, progress=lambda done, size: told.append((done, size)))
    assert told == [(16, 50), (32, 50), (48, 50), (50, 50)]
    np.testing.assert_array_equal(parts.cross_entropy, whole.cross_entropy)
    np.testing.assert_array_equal(parts.hinge, whole.hinge)
    np.testing.assert_array_equal(parts.predictions, whole.predictions)


def test_a_batch_is_not_changed_by_what_it_was_made_of() -> None:
    scores = np.zeros((2, 2))
    batch = Batch(("a", "b"), scores, np.array([0, 1]))
    scores[0, 0] = 9
    assert batch.scores[0, 0] == 0
    with pytest.raises(ValueError, match="read-only"):
        batch.scores[0, 0] = 1
    changed = batch.with_sample(0, [5, 6], 1)
    assert (changed.scores[0].tolist(), changed.labels.tolist()) == ([5, 6], [1, 1])
    assert (batch.scores[0].tolist(), batch.labels.tolist()) == ([0, 0], [0, 1])


@pytest.mark.parametrize(
    ("names", "scores", "labels", "message"),
    [
        (("a", "b"), [[1, 2, 3]], [0], r"scores must have shape \(batch, 2\).*got shape \(1, 3\)"),
        (("a", "b"), [[1, np.nan]], [0], r"scores\[0, 1\] must be finite or -inf, got nan"),
        (("a", "b"), [[1, 2]], [2], r"labels\[0\] must be a label from 0 to 1, got 2"),
        (("a", "b"), [[1, 2]], [0, 1], r"labels must be labels of shape \(1,\)"),
        (("a", "b"), np.zeros((0, 2)), [], "scores must not be empty"),
    ],
)
def test_what_is_no_batch_is_refused(names, scores, labels, message) -> None:
    with pytest.raises(ValueError, match=message):
        Batch(names, scores, labels)


@pytest.mark.parametrize(
    ("labels", "predictions", "message"),
    [
        ([0, 1], [0, 2], r"predictions\[1\] must be a label from 0 to 1, got 2"),
        ([0, 1], [[0, 1], [2, 0]], r"predictions\[1, 0\] must be a label from 0 to 1, got 2"),
        ([0, 2], [0, 1], r"labels\[1\] must be a label from 0 to 1, got 2"),
        ([0, 1, 1], [[0, 1]], r"labels must be labels of shape \(2,\) .* got shape \(3,\)"),
    ],
)
def test_confusion_refuses_what_is_no_class(labels, predictions, message) -> None:
    with pytest.raises(ValueError, match=message):
        counted(labels, predictions, 2)


def test_confusion_of_several_predictions_of_the_same_samples() -> None:
    rng = np.random.default_rng(3)
    labels, predictions = rng.integers(4, size=30), rng.integers(4, size=(5, 2, 30))
    counts = counted(labels, predictions, 4)
    assert counts.shape == (5, 2, 4, 4)
    for place in np.ndindex(5, 2):
        theirs = confusion_matrix(labels, predictions[place], labels=range(4))
        np.testing.assert_array_equal(counts[place], theirs)
