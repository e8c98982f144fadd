"""A run in one go: against the model's own loss, step by step, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.learning.datasets import blobs, nine_points
from core.learning.history import Recipe
from core.learning.models import LinearClassifier
from core.learning.objective import LOSSES, Objective
from core.learning.training import Training
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import HINGE_VARIANTS, hinge
from pages.linear_classifier.run import Standing, linear_run, standings, without_residue


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("variant", HINGE_VARIANTS)
@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("penalty", [{}, {"l2": 0.1}, {"l1": 0.1, "l2": 0.05, "half": True}])
def test_each_step_is_the_loss_of_its_model(loss, variant, power, penalty) -> None:
    rng = np.random.default_rng(3)
    data = blobs(7, rng=rng, classes=4)
    objective = Objective(loss, margin=0.7, variant=variant, power=power, **penalty)
    model = LinearClassifier.initial(2, 4, rng=rng, objective=objective)
    training = Training(model, data, Recipe(learning_rate=0.3, batch_size=5), rng=rng)
    for _ in training.advance(15):
        pass
    history = training.history
    run = linear_run(history.parameters, data.points, data.labels, objective)
    assert run.steps == 16
    for step in range(16):
        expected = training.model_at(step).loss(data.points, data.labels)
        assert_allclose(run.scores[step], expected.forward["scores"])
        for name in ("data_loss", "penalty", "total"):
            assert_allclose(getattr(run, name)[step], getattr(expected, name), rtol=1e-12)
        assert_allclose(run.weight_gradient[step], expected.gradients["W1"], atol=1e-15)
        assert_allclose(run.data_gradient[step], expected.backward["dW1"], atol=1e-15)
        assert_allclose(run.bias_gradient[step], expected.gradients["b1"], atol=1e-15)
        scores = expected.forward["scores"]
        options = {"margin": 0.7, "variant": variant, "power": power}
        soft = cross_entropy(scores, data.labels)
        assert_allclose(run.cross_entropy[step], soft.per_sample, rtol=1e-12)
        assert_allclose(run.hinge[step], hinge(scores, data.labels, **options).per_sample)
    assert_allclose(run.total, history.total, rtol=1e-12)
    assert_allclose(run.accuracy, history.accuracy)


def test_the_published_demo() -> None:
    # CS231n: .64 + 1.93 = 2.57, and a displayed gradient that has .5 lambda W for 2 lambda W.
    W = np.array([[2.06, 1.48], [0.44, -1.82], [2.27, -2.04]])
    data = nine_points()
    run = linear_run(
        {"W1": W.T[None], "b1": [[-0.42, 0.52, -0.10]]},
        data.points,
        data.labels,
        Objective("hinge", l2=0.1),
    )
    shown = (run.data_loss[0], run.penalty[0], run.total[0])
    assert [f"{value:.2f}" for value in shown] == ["0.64", "1.93", "2.57"]
    assert_allclose(run.penalty_gradient[0], 0.2 * W.T)
    # The first point, (0.5, 0.4) of class 0, by hand.
    s = W @ [0.5, 0.4] + [-0.42, 0.52, -0.10]
    assert_allclose(run.hinge[0, 0], max(0, s[1] - s[0] + 1) + max(0, s[2] - s[0] + 1))
    assert_allclose(run.cross_entropy[0, 0], np.log(np.exp(s).sum()) - s[0])


def test_standings() -> None:
    # One feature, two points at -1 and 1; the right weights are negative for the first class.
    X, y = [[-1.0], [1.0]], np.array([0, 1])

    def run(objective, *weights):
        return linear_run(
            {"W1": [[[-w, w]] for w in weights], "b1": [[0.0, 0.0]] * len(weights)},
            X,
            y,
            objective,
        )

    cases = {
        (0.3, 0.3): Standing.SAME,
        (0.3, 0.5): Standing.SVM_SATISFIED,
        (-0.3, 0.5): Standing.SVM_SATISFIED,
        (0.3, 0.4): Standing.BOTH_RIGHT,
        (0.3, -0.4): Standing.SOFTMAX_AHEAD,
        (-0.3, 0.4): Standing.SVM_AHEAD,
        (-0.3, -0.4): Standing.BOTH_WRONG,
    }
    softmax, svm = zip(*cases, strict=True)
    found = standings(run(Objective(), *softmax), run(Objective("hinge"), *svm))
    assert found.tolist() == list(cases.values())
    # The same weights with other biases are not the same.
    other = linear_run({"W1": [[[-0.3, 0.3]]], "b1": [[0.0, 0.1]]}, X, y, Objective("hinge"))
    assert standings(run(Objective(), 0.3), other) == Standing.BOTH_RIGHT


def test_met_margins_with_a_penalty_are_told_apart() -> None:
    parameters = {"W1": [[[0.6, -0.6]]], "b1": [[0.0, 0.0]]}
    X, y = [[1.0]], np.array([0])
    soft = linear_run({"W1": [[[1.0, -1.0]]], "b1": [[0.0, 0.0]]}, X, y, Objective())
    for objective, expected in (
        (Objective("hinge"), Standing.SVM_SATISFIED),
        (Objective("hinge", l2=0.1), Standing.SVM_SHRINKING),
        (Objective("hinge", l1=0.1), Standing.SVM_SHRINKING),
    ):
        assert standings(soft, linear_run(parameters, X, y, objective)) == expected


def test_a_gradient_that_cancels_is_zero_but_for_rounding() -> None:
    # Three points whose pushes on the bias cancel: of each class one, all with equal scores.
    data = nine_points()
    parameters = {"W1": np.zeros((1, 2, 3)), "b1": np.zeros((1, 3))}
    run = linear_run(parameters, data.points, data.labels, Objective())
    assert 0 < np.abs(run.bias_gradient).max() < 1e-15
    assert (without_residue(run.bias_gradient, run.bias_terms) == 0).all()
    weights = without_residue(run.weight_gradient, run.weight_terms)
    np.testing.assert_array_equal(weights, run.weight_gradient)
    # What is small, but not because of rounding, stays: here each term is.
    scaled = linear_run(parameters, 1e-15 * data.points, data.labels, Objective())
    small = without_residue(scaled.weight_gradient, scaled.weight_terms)
    np.testing.assert_array_equal(small, scaled.weight_gradient)
    assert (small != 0).all()
