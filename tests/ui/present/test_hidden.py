"""What a lecturer hides is not sent, and is revealed in the order in which it was listed."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from core.losses.comparison import compare_losses
from pages.ui.lessons import lessons
from pages.ui.state.parameters import filled, parameters, written
from pages.ui.state.showing import Showing
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, headers, opened

SVM = "svm_against_softmax"
LESSONS = [lesson.name for lesson in lessons().values() if lesson.part is not None]


def sent(app: Any) -> bytes:
    return b"".join(entry.proto.bytes for entry in app.get("bidi_component"))


def readout(app: Any, id: str) -> dict[str, Any]:
    return next(entry for entry in header(app)["readouts"] if entry["id"] == id)


def text_of(app: Any, parameter: str) -> str:
    given = app.query_params[parameter]
    return given[0] if isinstance(given, list) else given


def panel(app: Any, id: str) -> dict[str, Any]:
    return next(entry for entry in header(app)["panels"] if entry["id"] == id)


def test_what_is_hidden_is_in_no_byte_until_it_is_revealed() -> None:
    z = (3.217, 5.1, -1.7)
    truth = float(compare_losses(z, 0).cross_entropy)
    address = {"z": "3.217,5.1,-1.7", "present": "1"}
    secrets = (struct.pack("<d", truth), repr(truth)[:12].encode())
    # Every number and every picture that the loss is in.
    hide = "cross_entropy,losses,verdict"
    assert all(secret in sent(opened(SVM, **address)) for secret in secrets[1:])
    app = opened(SVM, **address, hide=hide)
    assert not any(secret in sent(app) for secret in secrets)
    assert readout(app, "cross_entropy")["is_covered"]
    assert panel(app, "losses")["is_covered"]
    assert not panel(app, "scores")["is_covered"]
    app = opened(SVM, **address, hide=hide, revealed="1")
    assert secrets[1] in sent(app)
    assert panel(app, "losses")["is_covered"]
    app = opened(SVM, **address, hide=hide, revealed="2")
    assert not panel(app, "losses")["is_covered"]
    assert len(readout(app, "verdict")["choices"]) == 1
    assert len(readout(opened(SVM, **address, hide=hide, revealed="3"), "verdict")["choices"]) > 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_becomes_the_question(language: str) -> None:
    question = text_in(language)("hinge.question")
    app = opened("hinge", hide="verdict", lang=language)
    (asked,) = readout(app, "verdict")["choices"]
    assert f"**{asked}**" in question
    # One of the lecturer's own stands above the stage, as the lesson's does in a lecture.
    for present, line in (("0", "**Who pays?**"), ("1", "Who pays?")):
        app = opened("hinge", hide="verdict", ask="Who pays?", lang=language, present=present)
        assert readout(app, "verdict")["choices"] == ["\u00a0"]
        assert line in [entry.value for entry in app.markdown]
        assert question not in [entry.value for entry in app.markdown]


@pytest.mark.parametrize("lesson", LESSONS)
def test_everything_can_be_hidden_and_nothing_be_dragged_then(lesson: str) -> None:
    shown = header(opened(lesson))
    ids = [entry["id"] for entry in shown["panels"]]
    ids += [entry["id"] for entry in shown["readouts"] if entry["label"] is not None]
    app = opened(lesson, hide=",".join(ids), present="1")
    assert not app.warning
    stage = header(app)
    assert all(entry["is_covered"] for entry in stage["panels"])
    assert all(
        entry["is_covered"] or entry["choices"] == ["\u00a0"]
        for entry in stage["readouts"]
        if entry["label"] is not None
    )
    assert not [entry["id"] for entry in stage["handles"] if entry["panel"] is not None]
    assert stage["marks"] == []
    assert stage["pictures"] == []


def test_curves_of_a_run_end_where_a_lecture_is() -> None:
    address = {"follow": "run", "hide": "future"}
    stage = header(opened(SVM, **address))
    assert stage["ends_now"]
    figures = {panel["id"]: panel["figure"] for panel in stage["panels"]}
    assert "SVM stops" not in figures["run_losses"]
    stage = header(opened(SVM, **address, revealed="1"))
    assert not stage["ends_now"]
    assert "SVM stops" in next(p["figure"] for p in stage["panels"] if p["id"] == "run_losses")
    assert {p["id"] for p in stage["panels"] if p["over_steps"]} == {"run_losses", "run_scores"}


def test_names_that_nothing_has_are_told() -> None:
    app = opened("hinge", panels="losses,xyz", hide="hinge,future")
    assert [panel["id"] for panel in header(app)["panels"]] == ["losses"]
    first, second = (warning.value for warning in app.warning)
    assert "**panels** = “xyz” cannot be used: the choices are scores, margins, function" in first
    assert "**hide** = “future”" in second
    app = opened("hinge", panels="<b>", hide=",".join(f"a{i}" for i in range(41)), revealed="x")
    assert len(app.warning) == 3
    assert len(header(app)["panels"]) == 6


def test_what_is_ticked_is_hidden_in_that_order() -> None:
    app = opened("hinge")
    hide = next(entry for entry in app.multiselect if entry.key == "hide")
    names = [text for text in hide.options if text.startswith(("Panel", "Sentence", "Hinge"))]
    assert names[0] == "Hinge loss"
    assert names[1] == "Sentence “Too close: car. Each class that is too …”"
    hide.set_value(["losses", "hinge"]).run()
    assert text_of(app, "hide") == "losses,hinge"
    assert "Panel\\: Loss along the score of cat → Hinge loss" in [c.value for c in app.caption]
    assert readout(app, "hinge")["is_covered"]
    next(entry for entry in app.text_input if entry.key == "ask").set_value(" Who? ").run()
    assert text_of(app, "ask") == "Who?"
    panels = next(entry for entry in app.multiselect if entry.key == "panels")
    panels.set_value(["losses", "scores"]).run()
    assert [panel["id"] for panel in header(app)["panels"]] == ["scores", "losses"]
    assert text_of(app, "hide") == "losses,hinge"


def test_of_several_stages_one_is_presented_or_that_of_the_chosen_panels() -> None:
    assert len(headers(opened(SVM, follow="run"))) == 2
    (stage,) = headers(opened(SVM, follow="run", present="1"))
    assert stage["panels"][0]["id"] == "run_svm"
    (stage,) = headers(opened(SVM, follow="run", present="1", panels="gradients"))
    assert [panel["id"] for panel in stage["panels"]] == ["gradients"]


def test_the_look_has_names_of_its_own_and_is_read_as_it_is_written() -> None:
    own = {parameter.name for _, parameter in parameters(Showing)}
    for lesson in lessons().values():
        assert not own & {parameter.name for _, parameter in parameters(lesson.state)}
    showing = Showing(True, False, ("a", "b"), ("c.d", "e"), 1, "2", "why", "“p = 1/2”, why?")
    assert filled(Showing(), written(showing)) == (showing, ())
    assert (showing.hidden_names, showing.covered) == (("c", "d", "e"), ("e",))
    assert written(Showing()) == {}
