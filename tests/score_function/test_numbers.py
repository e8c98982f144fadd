"""Both losses on the scores of four pixels, their sweeps, and what the bias does."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.score_function import FOUR_PIXEL_CAT, LOSS_FIGURE, LinearExample
from pages.score_function import LARGEST_BIAS, LARGEST_PIXEL, LARGEST_WEIGHT
from pages.score_function.numbers import (
    BiasEffect,
    EntryAxis,
    ScoreNumbers,
    bias_axis,
    pixel_axis,
    sweep_scores,
    weight_axis,
)


def of(example: LinearExample) -> ScoreNumbers:
    return sweep_scores(example).now


def test_the_losses_of_the_four_pixel_cat() -> None:
    # Both wrong classes beat the cat: 437.9 + 96.8 + 1 and 60.75 + 96.8 + 1.
    compared = of(FOUR_PIXEL_CAT).compared
    assert compared.hinge == 535.7 + 158.55 == 694.25
    assert compared.cross_entropy == pytest.approx(534.7, abs=1e-12)


def test_the_figure_of_both_losses() -> None:
    compared = of(LOSS_FIGURE).compared
    assert compared.hinge == 1.58
    naive = -math.log(math.exp(0.28) / sum(map(math.exp, (-2.85, 0.86, 0.28))))
    assert compared.cross_entropy == pytest.approx(naive, rel=1e-14)
    assert round(naive, 2) == 1.04


@pytest.mark.parametrize("example", [FOUR_PIXEL_CAT, LOSS_FIGURE])
def test_every_row_of_a_sweep_is_the_score_function_there(example: LinearExample) -> None:
    settings = {"margin": 2.0, "variant": "crammer_singer"}
    sweeps = sweep_scores(example, **settings)
    for name, kinds, axis in (
        ("matrix", ["weight"], sweeps.weight_axis),
        ("pixels", ["pixel", "image"], sweeps.pixel_axis),
        ("bias", ["bias"], sweeps.bias_axis),
    ):
        present = np.array(getattr(example, name))
        for entry in range(present.size):
            for step in (0, len(axis.grid) // 3, len(axis.grid) - 1):
                moved = present.copy()
                moved.flat[entry] = axis.grid[step]
                there = replace(
                    example, **{name: tuple(map(tuple, moved)) if moved.ndim > 1 else tuple(moved)}
                )
                alone = sweep_scores(there, **settings).now
                for kind in kinds:
                    swept = sweeps.by[f"{kind}{entry}"]
                    assert_array_equal(getattr(swept.linear, name)[step], moved)
                    assert_array_equal(swept.linear.products[step], alone.linear.products)
                    assert_array_equal(swept.linear.scores[step], alone.linear.scores)
                    assert swept.compared.hinge[step] == alone.compared.hinge
                    assert_allclose(
                        swept.compared.cross_entropy[step], alone.compared.cross_entropy, rtol=1e-12
                    )
                    assert swept.verdicts[step] == alone.verdicts
                    assert swept.bias_effects[step] == alone.bias_effects
    for label in range(3):
        alone = sweep_scores(replace(example, label=label), **settings).now
        assert sweeps.by["label"].compared.hinge[label] == alone.compared.hinge
        assert sweeps.by["label"].compared.labels[label] == label


@pytest.mark.parametrize(
    ("bias", "effect"),
    [
        ((0.0, 0.0, 0.0), BiasEffect.NONE),
        ((7.5, 7.5, 7.5), BiasEffect.NONE),
        ((500.0, 3.2, -1.2), BiasEffect.KEEPS),
        ((540.0, 3.2, -1.2), BiasEffect.DECIDES),
        (FOUR_PIXEL_CAT.bias, BiasEffect.AS_PUBLISHED),
    ],
)
def test_what_the_bias_does(bias: tuple[float, ...], effect: BiasEffect) -> None:
    result = of(replace(FOUR_PIXEL_CAT, bias=bias))
    assert result.bias_effects == effect
    assert (result.best_match != result.compared.predictions) == (effect == BiasEffect.DECIDES)


def test_lengths_and_angles() -> None:
    cat = FOUR_PIXEL_CAT
    result = of(cat)
    for i, row in enumerate(cat.matrix):
        length, image = math.hypot(*row), math.hypot(*cat.pixels)
        assert result.template_norms[i] == pytest.approx(length)
        dot = math.fsum(w * x for w, x in zip(row, cat.pixels, strict=True))
        assert result.cosines[i] == pytest.approx(dot / (length * image))
    assert np.isnan(of(replace(cat, matrix=((0.0,) * 4,) * 3)).cosines).all()
    # A row along the image has the angle 0, and its cosine is not above 1.
    row, image = (0.3, 0.1, 0.7, 0.9), (30.0, 10.0, 70.0, 90.0)
    along = of(replace(cat, matrix=(row,) * 3, pixels=image))
    assert along.cosines.tolist() == [1, 1, 1]


def test_ranges_hold_all_entries() -> None:
    assert weight_axis([0.5, -1.0]) == EntryAxis(-1.0, 1.0, 0.01)
    assert weight_axis([10.1]) == EntryAxis(-30.0, 30.0, 0.5)
    assert weight_axis([LARGEST_WEIGHT]).most == LARGEST_WEIGHT
    assert bias_axis([0.0, -100.0]) == EntryAxis(-100.0, 100.0, 1.0)
    assert bias_axis([-LARGEST_BIAS]).least == -LARGEST_BIAS
    assert pixel_axis([0, 255, 1, 2]) == EntryAxis(0.0, 255.0, 1.0)
    assert pixel_axis([-129.0, 0, 0, 0]) == EntryAxis(-LARGEST_PIXEL, LARGEST_PIXEL, 1.0)
    for axis in (weight_axis([0.2]), weight_axis([3.0]), bias_axis([3.2]), pixel_axis([-1.0])):
        assert axis.grid[0] == axis.least
        assert axis.grid[-1] == axis.most
        assert 0.0 in axis.grid
        assert_allclose(np.diff(axis.grid), axis.step)
