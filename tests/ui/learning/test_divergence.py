"""Why a run came to an early end, as a sentence in each language."""

from __future__ import annotations

import numpy as np
import pytest

from core.learning.datasets import nine_points
from core.learning.history import DivergenceError, Recipe
from core.learning.models import LinearClassifier
from core.learning.objective import Objective
from core.learning.training import Training
from pages.ui.learning.divergence import divergence_sentence
from pages.ui.text import LANGUAGES, text_in


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_run_that_diverges_is_told_with_its_step_and_a_smaller_step_size(language) -> None:
    rng = np.random.default_rng(0)
    objective = Objective("hinge", l2=0.1)
    model = LinearClassifier.initial(2, 3, rng=rng, objective=objective)
    training = Training(model, nine_points(), Recipe(learning_rate=50.0), rng=rng)
    with pytest.raises(DivergenceError) as caught:
        list(training.advance(1000))
    t = text_in(language)
    sentence = divergence_sentence(caught.value, objective, t)
    assert "{" not in sentence
    assert t("learning.loss.hinge") in sentence
    assert str(caught.value.step) in sentence
    # 2 eta lambda is 10: each step multiplies the weights by about -9. It takes eta < 10.
    assert {"en": "With the step size 50 each", "zh": "步长为 50 时"}[language] in sentence
    advised = {"en": "Try a step size of 1,", "zh": "请试试步长 1，"}[language]
    assert advised in sentence
    assert "λ" in sentence


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("rate", "lower"), [(0.2, "0.02"), (3.0, "0.3"), (1e3, " 1")])
def test_what_to_try_fits_what_was_tried(rate, lower, language) -> None:
    t = text_in(language)
    sentence = divergence_sentence(DivergenceError(1234, rate), Objective("squared_error"), t)
    assert "1,234" in sentence
    assert t("learning.diverged.kept") in sentence
    assert lower + {"en": ".", "zh": "。"}[language] in sentence
    assert "λ" not in sentence  # there is no penalty to blame


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_start_that_cannot_be_is_told(language) -> None:
    t = text_in(language)
    sentence = divergence_sentence(DivergenceError(0, 0.5), Objective("squared_error"), t)
    assert t("learning.loss.squared_error") in sentence
    assert "0.5" not in sentence
