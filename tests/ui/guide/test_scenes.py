"""Every scene of every lesson: its address, its texts, what it asks, and that it keeps it secret."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from pages.ui.guide.answers import right_choice
from pages.ui.guide.guide import Guide
from pages.ui.guide.readings import evaluate
from pages.ui.lessons import lessons
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.parameters import parameters
from pages.ui.state.scenes import UNKNOWN, Ask, scenes_of
from pages.ui.state.state import decode
from pages.ui.text import LANGUAGES, text_in
from pages.ui.text.glossary import explained
from tests.apptest import headers
from tests.scenes import LESSONS, SCENES, asked, guesses, guided, scene_at, sentences

ASKING = [(lesson, number) for lesson, number in SCENES if scene_at(lesson, number).ask]

# One scene after the other: its pages are opened once for all tests.
of_every_scene = pytest.mark.parametrize(("lesson", "number"), SCENES, scope="module")
of_every_question = pytest.mark.parametrize(("lesson", "number"), ASKING, scope="module")


@of_every_scene
def test_its_address_is_one_that_the_lesson_knows(lesson: str, number: int) -> None:
    kind, scene = lessons()[lesson].state, scene_at(lesson, number)
    known = {"z", "names", "y", "t", *(parameter.name for _, parameter in parameters(kind))}
    assert {*scene.state, *scene.then} <= known - {"scene", "guess"}
    for address in ({"scene": str(number)}, {"scene": str(number), "guess": UNKNOWN}):
        state, problems = decode(kind, address)
        assert problems == ()
        assert state.scene == number


@of_every_scene
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_it_has_to_and_nothing_else(lesson: str, number: int, language: str) -> None:
    scene = scene_at(lesson, number)
    start = f"{lesson}.scene.{scene.name}."
    keys = sorted(text_in(language).keys())
    parts = {key.removeprefix(start) for key in keys if key.startswith(start)}
    expected = {"title", "text"}
    if scene.ask is not None:
        expected |= {"ask", *sentences(scene.ask)}
        expected |= {f"{choice}_label" for choice in scene.ask.choices}
    assert parts == expected


def test_no_text_is_of_a_scene_that_is_not() -> None:
    names = {f"{lesson}.scene.{scene_at(lesson, number).name}" for lesson, number in SCENES}
    keys = {key for key in sorted(text_in("en").keys()) if ".scene." in key}
    assert {key.rpartition(".")[0] for key in keys} == names
    assert len(names) == len(SCENES)


@of_every_scene
def test_what_it_looks_at_and_covers_is_on_its_stages(lesson: str, number: int) -> None:
    scene = scene_at(lesson, number)
    for guess in (None,) if scene.ask is None else (None, UNKNOWN):
        _, guide, _ = guided(lesson, number, guess)
        stages = [shown.stage for shown in guide.shown]
        ids = {
            entry.id
            for stage in stages
            for entry in (*stage.panels, *stage.handles, *stage.readouts)
        }
        assert {*scene.look, *scene.hide} <= ids
        panels = {panel.id for stage in stages for panel in stage.panels}
        assert panels & {*scene.look}


@of_every_scene
def test_what_its_text_claims_is_so(lesson: str, number: int) -> None:
    scene = scene_at(lesson, number)
    _, guide, _ = guided(lesson, number, None if scene.ask is None else UNKNOWN)
    for fact in scene.facts:
        assert evaluate(fact, guide.after, guide.before) is True, fact
    assert scene.facts


@of_every_scene
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_begins_where_it_is_meant_to(lesson: str, number: int, language: str) -> None:
    guess = None if scene_at(lesson, number).ask is None else UNKNOWN
    _, guide, _ = guided(lesson, number, guess, language)
    assert not guide.is_moved


def said(guide: Guide) -> Iterator[str]:
    """Everything that the scene may say, with its numbers."""
    assert guide.scene is not None
    yield from map(guide.say, ("title", "text"))
    if guide.ask is not None and guide.answer is not None:
        yield guide.say("ask")
        yield from (guide.say(f"{choice}_label") for choice in guide.ask.choices)
        for part in sentences(guide.ask):
            yield guide.reply(type(guide.answer)(part, None, "1", "1", "1"))


NUMBER = re.compile(r"(?<![\w.\]])[−-]?\d+(?:\.\d+)?")


@of_every_scene
@pytest.mark.parametrize("language", LANGUAGES)
def test_its_numbers_are_computed_or_checked(lesson: str, number: int, language: str) -> None:
    scene, t = scene_at(lesson, number), text_in(language)
    _, guide, _ = guided(lesson, number, None if scene.ask is None else UNKNOWN, language)
    assert not [text for text in said(guide) if "[[" in text]
    # What is typed is what the scene sets, or what its facts hold it to.
    sources = [*scene.state.values(), *scene.then.values(), *scene.facts]
    if scene.ask is not None:
        sources += [*map(str, scene.ask.guesses.values()), *scene.ask.choices.values()]
    known = {abs(float(found)) for source in sources for found in re.findall(r"\d+\.?\d*", source)}
    start = f"{lesson}.scene.{scene.name}."
    for key in sorted(t.keys()):
        if key.startswith(start):
            typed = {abs(float(n.replace("−", "-"))) for n in NUMBER.findall(t.raw(key))}
            assert typed <= known | {0.0, 1.0}, key


@of_every_question
def test_there_is_one_right_answer_and_every_misconception_is_another(
    lesson: str, number: int
) -> None:
    _, ask = asked(lesson, number)
    _, guide, _ = guided(lesson, number, UNKNOWN)
    if ask.by == "choose":
        assert right_choice(ask, guide.after, guide.before) in ask.choices
        assert len(ask.choices) > 1
        return
    truth = guide.after.number(ask.of)
    assert ask.within > 0
    if ask.by == "ghost":
        low, high = guide.before.spots[ask.of].limits
        assert low < truth < high
        assert guide.after.spots[ask.of].y == truth
        assert high - low > 4 * ask.within
    taken: list[float] = [truth]
    for expected in ask.guesses.values():
        if isinstance(expected, str):
            value = float(evaluate(expected, guide.after, guide.before))
            assert all(abs(value - other) > ask.within for other in taken), expected
            taken.append(value)
        else:
            low, high = expected
            assert low < high
            assert not low - ask.within <= truth <= high + ask.within


@of_every_question
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_guess_is_answered_by_its_own_sentence(
    lesson: str, number: int, language: str
) -> None:
    _, ask = asked(lesson, number)
    for part, guess in guesses(lesson, number).items():
        if guess == "":
            continue  # the misconceptions leave no other wrong guess
        app, guide, _ = guided(lesson, number, guess, language)
        assert not app.warning
        assert not guide.is_moved
        assert guide.answer is not None
        assert guide.answer.part == part
        right = right_choice(ask, guide.after, guide.before) if ask.choices else "right"
        assert guide.answer.is_right == (None if part == UNKNOWN else part == right)
        texts = [entry.value for entry in app.markdown]
        t = text_in(language)
        assert explained(guide.reply(guide.answer), t) in texts
        verdict = {True: "right", False: "wrong", None: "unknown"}[guide.answer.is_right]
        assert any(text.startswith(t(f"guide.is_{verdict}")) for text in texts)


@of_every_question
def test_the_answer_is_nowhere_before_it_is_given(lesson: str, number: int) -> None:
    scene, ask = asked(lesson, number)
    app, guide, laid_out = guided(lesson, number)
    own = decode(lessons()[lesson].state, {"scene": str(number)})[0]
    assert all(state == own for state in laid_out)
    names = asked_for(ask)
    for stage in headers(app):
        assert all(handle["is_fixed"] for handle in stage["handles"] if handle["mark"] != "ghost")
        assert not any(stage["pools"].values())  # no sweep
        assert not stage["tables"]
        shown = {readout["id"] for readout in stage["readouts"] if not readout["is_covered"]}
        shown |= {panel["id"] for panel in stage["panels"] if not panel["is_covered"]}
        assert scene.then or not names & shown
        for panel in stage["panels"]:
            assert not panel["is_covered"] or not covered_numbers(stage, panel["id"])
    _, answered, _ = guided(lesson, number, UNKNOWN)
    sent = everything_sent(app)
    for written in secrets(ask, answered, guide):
        assert written not in sent, written


def asked_for(ask: Ask) -> set[str]:
    """The readouts and panels whose numbers answer."""
    if ask.by != "choose":
        return {ask.of, re.sub(r"_\d+$", "", ask.of)}
    conditions = " ".join(ask.choices.values())
    return set(re.findall(r"(?<![.\w])[a-z_]\w*", conditions)) - {"before", "and", "or", "not"}


def covered_numbers(stage: dict[str, Any], panel: str) -> list[Any]:
    """What a message has for a panel that is covered."""
    marks = [m for m in stage["marks"] if m["panel"] == panel]
    return marks + [place for place in stage["places"] if place["panel"] == panel]


def secrets(ask: Ask, answered: Guide, asking: Guide) -> Iterator[bytes]:
    """The truth, in every way of writing it that is not on screen for another reason."""
    if ask.by == "choose":
        return
    truth = answered.after.number(ask.of)
    if len(f"{abs(truth):.6g}".replace(".", "").strip("0")) < 3:
        return  # too short a number to be found nowhere else
    yield struct.pack("<d", truth)
    yield f"{truth!r}"[:9].encode()
    if truth not in asking.before.numbers.values():
        yield format_fixed(truth, answered.after.decimals[ask.of], trimmed=True).encode()


def everything_sent(app: Any) -> bytes:
    """All that Streamlit would send to the browser, in one piece."""
    nodes = [app._tree]
    found = [repr(dict(app.query_params)).encode()]
    while nodes:
        node = nodes.pop()
        nodes += list(getattr(node, "children", {}).values())
        proto = getattr(node, "proto", None)
        if proto is not None:
            found.append(proto.SerializeToString())
    return b"\n".join(found)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_asks_enough_and_leads_on(lesson: str) -> None:
    scenes = scenes_of(lessons()[lesson].state)
    asking = [scene.ask for scene in scenes if scene.ask is not None]
    assert 6 <= len(scenes) <= 10
    assert len(asking) >= 3
    assert any(ask.guesses or ask.choices for ask in asking)
    names = list(lessons())
    following = names[names.index(lesson) + 1 :]
    last, ask = len(scenes), scenes[-1].ask
    app, *_ = guided(lesson, last, None if ask is None else UNKNOWN)
    labels = [link.proto.label for link in app.get("page_link")]
    t = text_in("en")
    for name in following[:1]:
        assert t("guide.next_lesson", title=t(f"{name}.title")) in labels
