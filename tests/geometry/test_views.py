"""The knob, uncertain labels and the digits: their numbers, their stages, what a release makes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from core.losses.activations import softmax
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import hinge
from core.losses.smoothed_hinge import smoothed_hinge
from core.losses.uncertain_labels import UNCERTAIN_LOSSES, is_undecided
from pages.geometry import FIRST_UNCERTAIN, LOOKS, GeometryState
from pages.geometry.digits import SOFTENING, calibrated, held_out_scores
from pages.geometry.knob import (
    LEVELS,
    TEMPERATURE,
    TEMPERATURES,
    KnobMember,
    level_lines,
    sweep_knob,
)
from pages.geometry.plane import MARGIN, SIMPLEX_STEP, from_differences
from pages.geometry.uncertain import LABEL_DISTRIBUTION, UNDECIDED, answers, cells_of_q
from pages.geometry.views_stage import stage_of
from pages.ui.stage.release import Release
from pages.ui.state.example import Example
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in
from tests.stages import assert_every_step_is_as_opened_there, assert_present_rows, at, now, told

CAT = [3.2, 5.1, -1.7]
EN = text_in("en")
MOST_BYTES = 2_000_000


def seen(state: GeometryState) -> Any:
    return stage_of(state, EN).stage


def moved(state: GeometryState, release: Release) -> GeometryState:
    return stage_of(state, EN).moved(state, release)


@pytest.mark.parametrize("look", LOOKS)
def test_each_view_is_in_the_address_and_its_message_is_small(look: str) -> None:
    state, problems = decode(GeometryState, {"look": look})
    assert (state.view, problems) == (look, ())
    assert encode(state)["look"] == look
    assert len(seen(state).packed({})) <= MOST_BYTES
    assert_present_rows(
        seen(state), besides=[h.id for h in seen(state).handles if isinstance(h.value, tuple)]
    ) if look in ("knob", "calibration") else None


def test_an_address_opens_the_view_that_it_speaks_of() -> None:
    for address, view in (
        ({}, "plane"),
        ({"T": "0.5"}, "knob"),
        ({"q": "0.2,0.3,0.5"}, "uncertain"),
        ({"soften": "2"}, "calibration"),
        ({"T": "0.5", "look": "plane"}, "plane"),
    ):
        assert decode(GeometryState, address)[0].view == view
    assert [p.parameter for p in decode(GeometryState, {"q": "1,1,1"})[1]] == ["q"]


# ---- one knob --------------------------------------------------------------------------------------


def test_the_ends_of_the_knob_are_the_two_losses_to_the_last_digit() -> None:
    sweeps = sweep_knob(CAT, 0, temperature=1.0, margin=0.0, rate=1.0)
    assert sweeps.now.members == KnobMember.SOFTMAX
    # With a true score of 0, as it is drawn.
    scores = from_differences([1.9, -4.9], 0)
    assert sweeps.now.loss == cross_entropy(scores, 0).value
    assert sweeps.now.curve.tolist() == sweeps.soft_curve.tolist()
    cold = sweep_knob(CAT, 0, temperature=0.0, margin=1.0, rate=1.0)
    svm = hinge(scores, 0, variant="crammer_singer")
    assert (cold.now.members, float(cold.now.loss)) == (KnobMember.SVM, svm.value)
    np.testing.assert_array_equal(cold.now.gradient, svm.gradient)
    np.testing.assert_array_equal(cold.now.curve, cold.now.svm_curve)


@pytest.mark.parametrize("T", [0.0, 1e-6, 0.01, 0.3, 1.0, 3.0])
@pytest.mark.parametrize("margin", [0.0, 1.0])
def test_level_lines_have_their_loss(T: float, margin: float) -> None:
    lines = level_lines(LEVELS, T, margin, 6.0)
    assert lines.shape == (len(LEVELS), 61, 2)
    for level, line in zip(LEVELS, lines, strict=True):
        loss = smoothed_hinge(
            from_differences(line, 0),
            np.zeros(len(line), int),
            temperature=T,
            margin=margin,
            reduction="none",
        ).per_sample
        # Where both differences are far below, rounding of the line is all that is left.
        np.testing.assert_allclose(loss, level, rtol=1e-6, atol=1e-9)


def test_every_step_of_the_knob_is_the_core() -> None:
    sweeps = sweep_knob(CAT, 0, temperature=0.5, margin=0.7, rate=1.0)
    by = sweeps.by[TEMPERATURE]
    for step, T in enumerate(TEMPERATURES):
        loss = smoothed_hinge(CAT, 0, temperature=T, margin=0.7)
        assert by.loss[step] == pytest.approx(loss.value, rel=1e-12)
        np.testing.assert_allclose(by.gradient[step], loss.gradient, atol=1e-9)
    assert by.members[1] == KnobMember.VANISHED
    assert (sweeps.by[MARGIN].margin == sweeps.margins).all()


def test_what_the_knob_leaves_is_what_the_page_opens_with() -> None:
    assert_every_step_is_as_opened_there(
        seen, moved, GeometryState(temperature=0.5, margin=0.4, look="knob")
    )


@pytest.mark.parametrize("values", [{TEMPERATURE: -1}, {TEMPERATURE: "x"}, {MARGIN: 1e9}, {}])
def test_the_knob_refuses_nonsense(values: dict) -> None:
    state = GeometryState(look="knob")
    given = {TEMPERATURE: 1.0, MARGIN: 1.0} if values else {}
    assert moved(state, Release({**given, **values}, None, moved=(TEMPERATURE,))) == state


# ---- uncertain labels ------------------------------------------------------------------------------


def test_every_cell_of_q_has_its_answers() -> None:
    table = cells_of_q()
    q = table.within.q
    np.testing.assert_allclose(q.sum(axis=1), 1, atol=1e-12)
    assert (q > 0).all()
    inside = np.abs(q - 0.5).min(axis=1) > 1e-3
    inside &= np.abs(q - 1 / 3).min(axis=1) > 1e-3
    even = np.sort(q, axis=1)
    inside &= even[:, 2] - even[:, 1] > 1e-3
    for index, loss in enumerate(UNCERTAIN_LOSSES):
        expected = np.where(is_undecided(q, loss), UNDECIDED, q.argmax(axis=1))
        np.testing.assert_array_equal(table.within.tops[inside, index], expected[inside])


def test_the_answer_to_the_question_of_the_lesson() -> None:
    found = answers(np.array(FIRST_UNCERTAIN))
    assert found.tops.tolist() == [0, UNDECIDED, UNDECIDED, UNDECIDED, 0]
    assert found.most == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_which_svm_is_undecided(language: str) -> None:
    texts = {}
    for q in ((0.6, 0.3, 0.1), (0.45, 0.3, 0.25), (0.4, 0.35, 0.25)):
        stage = stage_of(GeometryState(uncertain=q), text_in(language)).stage
        texts[q] = told(stage, "svms")
    assert len(set(texts.values())) == 3
    assert {"en": "neither SVM", "zh": "两种 SVM 都不能"}[language] in texts[0.4, 0.35, 0.25]


def test_q_is_dragged_over_the_triangle_and_stays_in_it() -> None:
    state = GeometryState(look="uncertain")
    stage = seen(state)
    values = {LABEL_DISTRIBUTION: stage.handles[0].value}
    for x, y in ((60, 60), (0, 120), (120, 0), (33, 20), (90, 101)):
        hand = [round(x * SIMPLEX_STEP, 4), round(y * SIMPLEX_STEP, 4)]
        release = Release({**values, LABEL_DISTRIBUTION: hand}, None, moved=(LABEL_DISTRIBUTION,))
        there = moved(state, release)
        assert there.uncertain is not None
        assert min(there.uncertain) > 0
        assert sum(there.uncertain) == pytest.approx(1, abs=1e-9)
        assert decode(GeometryState, encode(there))[0] == there
        dragged, opened = at(stage, LABEL_DISTRIBUTION, 121 * x + y, x, y), now(seen(there))
        for place, numbers in opened.items():
            np.testing.assert_allclose(dragged[place], numbers, atol=1e-6, err_msg=str(place))


# ---- are they probabilities ------------------------------------------------------------------------


def test_bins_and_error_of_the_digits_are_scikit_learns() -> None:
    found = held_out_scores()
    for T in (0.2, 1.0, 3.0):
        both = calibrated(np.array([T]))
        for index, scores in enumerate(found.scores.values()):
            p = softmax(scores, temperature=T)
            is_right = p.argmax(axis=1) == found.labels
            accuracy, confidence = calibration_curve(is_right, p.max(axis=1), n_bins=10)
            filled = both.counts[0, index] > 0
            np.testing.assert_allclose(both.accuracy[0, index][filled], accuracy)
            np.testing.assert_allclose(both.confidence[0, index][filled], confidence)
            shares = both.counts[0, index][filled] / len(found.labels)
            assert both.error[0, index] == pytest.approx(
                (shares * np.abs(accuracy - confidence)).sum()
            )


def test_the_svm_is_timid_and_one_number_mends_it() -> None:
    found = held_out_scores()
    before = calibrated(np.array([1.0]))
    after = calibrated(np.array([found.best["svm"]]))
    assert before.error[0, 1] > 0.4
    assert after.error[0, 1] < 0.02
    assert after.likelihood[0, 1] < before.likelihood[0, 1] / 4
    for shift in (0.97, 1.03):
        assert (
            calibrated(np.array([shift * found.best["svm"]])).likelihood[0, 1]
            > (after.likelihood[0, 1])
        )


def test_what_the_temperature_leaves_is_what_the_page_opens_with() -> None:
    assert_every_step_is_as_opened_there(seen, moved, GeometryState(softening=0.562), every=9)
    state = GeometryState(softening=2.0)
    assert moved(state, Release({SOFTENING: 1e9}, None)) == state
    assert moved(state, Release({SOFTENING: "x"}, None)) == state


def test_of_the_shown_classes_only_their_names_matter_for_q() -> None:
    stage = seen(GeometryState(Example(("a", "b"), (1.0, 2.0), 0), look="uncertain"))
    assert stage.handles[0].told == "a {q0}, b {q1}, C {q2}"
