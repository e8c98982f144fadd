"""A guess at the question mark: what it is compared with, and what is said to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.guessing import Reply, asked_at, reply_to
from pages.softmax_loss_graph.numbers import TIMELINE
from pages.softmax_loss_graph.stage import graph_stage, moved, sweeps_of
from pages.ui.stage.marks import Note
from pages.ui.stage.release import Release
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import moved_to, opened, state_of
from tests.softmax_loss_graph.states import STATES, WHOLE

LESSON = "softmax_loss_graph"
SUM = SoftmaxLossGraphState(graph="sum_times")


def said(state: SoftmaxLossGraphState, guess: float) -> Reply:
    state = replace(state, said=guess)
    reply = reply_to(state, sweeps_of(state))
    assert reply is not None
    return reply


@pytest.mark.parametrize("state", STATES, ids=str)
def test_as_many_numbers_are_asked_for_as_question_marks_stand_in_the_graph(
    state: SoftmaxLossGraphState,
) -> None:
    sweeps = sweeps_of(state)
    stage, timeline = graph_stage(state, sweeps, text_in("en")), sweeps.by[TIMELINE]
    questions = [
        (~np.isnan(mark.numbers(timeline))).sum(axis=1)
        for mark in stage.panels[0].marks
        if isinstance(mark, Note) and mark.choices == ("?",)
    ]
    assert len(questions) == 2
    asked = [len(asked_at(state, sweeps, step)) for step in range(1, sweeps.last + 1)]
    assert asked == np.sum(questions, axis=0).tolist()[:-1]
    assert asked[-1] == 0
    assert min(asked[:-1]) > 0


def test_the_numbers_are_those_of_the_expression() -> None:
    sweeps = sweeps_of(SUM)
    found = [asked_at(SUM, sweeps, step) for step in range(sweeps.last + 1)]
    assert found == [(), (3.0,), (-12.0,), (1.0,), (-4.0, 3.0), (-4.0, -4.0), ()]


@pytest.mark.parametrize(
    ("node", "guess", "kind", "truth"),
    [
        (2, 3.1, "right", 3),
        (2, 3.2, "other", 3),
        (2, -3, "sign", 3),
        (4, 1, "right", 1),
        (5, 3, "right", 3),
        (5, -4, "right", -4),
        (5, 4, "sign", -4),
        (5, 1, "upstream", 3),
        (5, -12, "other", -4),
        (6, 1, "local", -4),
        (6, -8, "other", -4),
    ],
)
def test_a_guess_is_compared_with_the_nearest_number(
    node: int, guess: float, kind: str, truth: float
) -> None:
    assert said(replace(SUM, node=node), guess) == Reply(kind, guess, truth)


def test_nothing_is_near_a_zero_but_itself() -> None:
    # Node × t of the car, whose target is 0, on the way back.
    state = replace(WHOLE, node=22)
    assert asked_at(state, sweeps_of(state), 21) == (0.0,)
    assert said(state, 0).kind == "right"
    assert said(state, 1e-9).kind == "other"


@pytest.mark.parametrize("node", [1, 7])
def test_where_nothing_is_asked_there_is_no_reply(node: int) -> None:
    state = replace(SUM, node=node, said=3)
    assert reply_to(state, sweeps_of(state)) is None


def test_a_release_forgets_the_guess() -> None:
    state = SoftmaxLossGraphState(node=2, said=24.0)
    assert decode(SoftmaxLossGraphState, encode(state)) == (state, ())
    values = {"score0": 3.2, "score1": 5.1, "score2": -1.7, "node": 2}
    assert moved(state, Release(values, None)).said is None
    circuit = replace(SUM, node=2, said=3.0)
    inputs = {"input0": -2, "input1": 5, "input2": -4, "node": 3}
    assert moved(circuit, Release(inputs, None)).said is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_guess_is_typed_and_the_next_node_answers_it(language: str) -> None:
    t = text_in(language)
    app = opened(LESSON, lang=language, graph="sum_times")
    assert t(f"{LESSON}.guess.hint", percent="5") in [entry.value for entry in app.markdown]
    field = app.text_input(key="said_0")
    assert field.placeholder == t(f"{LESSON}.guess.asked", unit="→ x + y")
    field.input("3,0").run()
    state = state_of(app, SoftmaxLossGraphState)
    assert (state.node, state.said) == (2, 3)
    answer = f"{t('guide.is_right')} {t('guide.beside', guess='3', truth='3')}"
    assert answer in [entry.value for entry in app.markdown]
    app.text_input(key="said_1").input("three").run()
    assert state_of(app, SoftmaxLossGraphState) == state
    assert any(t("reason.number") in entry.value for entry in app.markdown)
    app.text_input(key="said_1").input("12").run()
    answer = f"{t('guide.is_wrong')} {t('guide.beside', guess='12', truth='−12')} "
    assert answer + t(f"{LESSON}.guess.sign") in [entry.value for entry in app.markdown]
    app.text_input(key="said_2").input("-1").run()
    app.text_input(key="said_3").input("-5").run()
    words = t("guide.below", guess="−5", truth="−4", gap="1")
    answer = f"{t('guide.is_wrong')} {words} {t(f'{LESSON}.guess.other')}"
    assert answer in [entry.value for entry in app.markdown]
    app.text_input(key="said_4").input("-4").run()
    assert state_of(app, SoftmaxLossGraphState).node == 6
    last = app.text_input(key="said_5")
    assert (last.disabled, last.placeholder) == (True, t(f"{LESSON}.guess.known"))
    moved_to(app, {"graph": "sum_times", "node": "3", "said": "7", "lang": language})
    assert any(t("guide.is_wrong") in entry.value for entry in app.markdown)


def test_the_place_for_a_guess_does_not_tell_the_seed() -> None:
    field = opened(LESSON, graph="sum_times", node="3").text_input(key="said_2")
    assert field.placeholder.endswith("∂f/∂f")


@pytest.mark.parametrize("text", ["x", "1e7", "nan"])
def test_a_guess_in_the_address_that_is_none_is_told(text: str) -> None:
    state, (problem,) = decode(SoftmaxLossGraphState, {"said": text, "node": "2"})
    assert (problem.parameter, state.said) == ("said", None)
