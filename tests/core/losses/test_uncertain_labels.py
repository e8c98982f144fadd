"""Risk minimisers and the regions without a decision, against linear programs and an optimiser."""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog, minimize

from core.losses.uncertain_labels import (
    is_undecided,
    risk,
    risk_minimiser,
    undecided_regions,
)

HINGES = ("crammer_singer", "weston_watkins", "one_vs_all")
AREAS = {"crammer_singer": 1 / 4, "weston_watkins": 1 / 6, "one_vs_all": 1 / 4}


def simplex(samples, seed=0):
    return np.random.default_rng(seed).dirichlet([1.0, 1.0, 1.0], size=samples)


def pieces(loss):
    """Each label's hinge terms: for label y, groups of affine pieces (coefficients, constant).

    The loss of a label is the sum of its groups; a group costs the largest of its pieces and 0.
    """
    e = np.eye(3)
    terms = []
    for y in range(3):
        apart = [(e[j] - e[y], 1.0) for j in range(3) if j != y]
        if loss == "crammer_singer":
            terms.append([apart])
        elif loss == "weston_watkins":
            terms.append([[piece] for piece in apart])
        else:
            terms.append([[(-e[y], 1.0)], *([(e[j], 1.0)] for j in range(3) if j != y)])
    return terms


def programs(q, loss):
    """For each q the least risk, by SciPy, and how far the top class can lead the second in it.

    All linear programs are solved as one, of independent blocks.
    """
    groups = [(y, group) for y, groups in enumerate(pieces(loss)) for group in groups]
    width = 3 + len(groups)
    block = np.array(
        [
            np.concatenate([coefficients, -np.eye(len(groups))[k]])
            for k, (_, group) in enumerate(groups)
            for coefficients, _ in group
        ]
    )
    constants = np.array([-constant for _, group in groups for _, constant in group])
    cost = np.hstack([np.zeros((len(q), 3)), q[:, [y for y, _ in groups]]])
    rows = sparse.kron(sparse.eye(len(q)), block, format="csr")
    limits = np.tile([(-5, 5)] * 3 + [(0, 20)] * len(groups), (len(q), 1))
    bounds = np.tile(constants, len(q))
    best = linprog(cost.ravel(), A_ub=rows, b_ub=bounds, bounds=limits, method="highs")
    assert best.status == 0
    least = (best.x.reshape(len(q), width) * cost).sum(axis=1)
    # Of all minimisers of each: the one with the largest lead.
    order = np.argsort(-q, axis=1)
    lead = np.zeros((len(q), width))
    lead[np.arange(len(q)), order[:, 0]], lead[np.arange(len(q)), order[:, 1]] = -1.0, 1.0
    no_more = sparse.block_diag(list(cost[:, None, :]), format="csr")
    farthest = linprog(
        lead.ravel(),
        A_ub=sparse.vstack([rows, no_more]),
        b_ub=np.concatenate([bounds, least + 1e-8]),
        bounds=limits,
        method="highs",
    )
    assert farthest.status == 0
    return least, -(farthest.x.reshape(len(q), width) * lead).sum(axis=1)


def inside(polygon, points):
    """Whether points lie within a convex polygon of distributions, by the side of every edge."""
    corners = polygon[:, :2]
    after = np.roll(corners, -1, axis=0)
    edge, way = after - corners, points[:, None, :2] - corners
    side = edge[:, 0] * way[..., 1] - edge[:, 1] * way[..., 0]
    return (side > 0).all(axis=1) | (side < 0).all(axis=1)


@pytest.mark.parametrize("loss", HINGES)
def test_minimisers_and_regions_are_those_of_linear_programs(loss):
    q = simplex(1000)
    least, lead = programs(q, loss)
    np.testing.assert_allclose(risk(risk_minimiser(q, loss), q, loss), least, atol=1e-6)
    # Tied: not one of all minimisers puts the most probable class clearly on top.
    undecided = is_undecided(q, loss)
    np.testing.assert_array_equal(lead < 1e-2, undecided)
    drawn = np.any([inside(polygon, q) for polygon in undecided_regions(loss)], axis=0)
    np.testing.assert_array_equal(drawn, undecided)


@pytest.mark.parametrize("loss", HINGES)
def test_areas(loss):
    polygons = undecided_regions(loss)[..., :2]
    after = np.roll(polygons, -1, axis=1)
    cross = polygons[..., 0] * after[..., 1] - polygons[..., 1] * after[..., 0]
    assert np.abs(cross.sum(axis=1)).sum() == pytest.approx(AREAS[loss], abs=1e-12)
    # Of all q: the middles of the triangles of a fine grid.
    steps = 720
    i, j = np.meshgrid(np.arange(steps), np.arange(steps), indexing="ij")
    shifted = [np.stack([i, j], axis=-1) + shift for shift in (1 / 3, 2 / 3)]
    q = np.concatenate([pair[pair.sum(axis=-1) < steps] for pair in shifted]) / steps
    q = np.column_stack([q, 1 - q.sum(axis=1)])
    assert is_undecided(q, loss).mean() == pytest.approx(AREAS[loss], abs=1e-3)


def test_losses_that_decide_have_no_region():
    q = simplex(500)
    for loss in ("cross_entropy", "squared_hinge"):
        assert undecided_regions(loss).size == 0
        assert not is_undecided(q, loss).any()
        np.testing.assert_array_equal(risk_minimiser(q, loss).argmax(axis=1), q.argmax(axis=1))


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_hinge"])
@pytest.mark.parametrize("q", simplex(8, seed=1), ids=str)
def test_an_optimiser_finds_the_same_minimiser(loss, q):
    answer = risk_minimiser(q, loss)
    found = minimize(lambda s: float(risk(s, q, loss)), [0.3, -0.2, 0.1])
    assert float(risk(answer, q, loss)) <= found.fun + 1e-12
    np.testing.assert_allclose(found.x - found.x.mean(), answer, atol=1e-4)


def test_the_squared_hinge_comes_to_rest_everywhere_on_the_simplex():
    steps = 40
    grid = np.array([(i, j, steps - i - j) for i in range(steps + 1) for j in range(steps + 1 - i)])
    q = grid / steps
    s = risk_minimiser(q, "squared_hinge")
    active = np.maximum(1 + s[:, None, :] - s[:, :, None], 0) * ~np.eye(3, dtype=bool)
    weights = q[:, :, None] * active
    np.testing.assert_allclose(weights.sum(axis=1) - weights.sum(axis=2), 0, atol=1e-12)


def test_the_answers_to_the_example_of_the_lesson():
    q = [0.4, 0.35, 0.25]
    np.testing.assert_allclose(
        risk_minimiser(q, "cross_entropy") + np.log([0.4, 0.35, 0.25]).mean(), np.log(q)
    )
    assert risk_minimiser(q, "crammer_singer").tolist() == [0, 0, 0]
    np.testing.assert_allclose(risk_minimiser(q, "weston_watkins"), [1 / 3, 1 / 3, -2 / 3])
    assert risk_minimiser(q, "one_vs_all").tolist() == [-1, -1, -1]
    squared = risk_minimiser(q, "squared_hinge")
    assert squared[0] > squared[1] > squared[2]
    assert risk_minimiser([1.0, 0.0, 0.0], "cross_entropy").tolist() == [0, -np.inf, -np.inf]


def test_what_is_no_distribution_is_refused():
    with pytest.raises(ValueError) as error:
        is_undecided([0.5, 0.6, 0.1], "crammer_singer")
    assert str(error.value) == "q must sum to one, but sums to 1.2000000000000002 (q of shape (3,))"
    with pytest.raises(ValueError) as error:
        risk_minimiser([0.5, 0.5], "crammer_singer")
    assert str(error.value) == "q must have shape (..., 3), got shape (2,)"
