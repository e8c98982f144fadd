"""What holds in every lesson, whatever it shows: through Streamlit itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from pages.ui.lessons import HOME, lessons
from pages.ui.state.parameters import parameters
from pages.ui.state.scenes import scenes_of
from pages.ui.state.state import decode
from pages.ui.text import LANGUAGES, text_in
from pages.ui.text.glossary import explained
from tests.apptest import headers, links, listed_scenes, moved_to, opened, run, send, stages, tab


@pytest.fixture(scope="module", params=lessons())
def warm(request: pytest.FixtureRequest) -> tuple[str, AppTest]:
    """A lesson, and its page: opened once for many addresses."""
    return request.param, opened(request.param)


def names(stage: Mapping[str, Any]) -> set[str]:
    return {readout["id"] for readout in stage["readouts"]}


def placeholders(stage: Mapping[str, Any]) -> set[str]:
    """What stands in braces on a stage: each is filled from the readout of this name."""
    texts = [panel[key] for panel in stage["panels"] for key in ("title", "alt")]
    texts += [word for readout in stage["readouts"] for word in readout["choices"] or ()]
    return set(re.findall(r"{(\w*)", " ".join(texts)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lesson", lessons())
def test_it_opens_cold_and_warm_with_its_question_and_its_tabs(lesson: str, language: str) -> None:
    t = text_in(language)
    app = opened(lesson, lang=language)

    def shows_its_question() -> bool:
        title = "Logit Lab" if lesson == HOME else t(f"{lesson}.title")
        assert [entry.value for entry in app.title] == [title]
        asked = t(f"{lesson}.question")
        assert {asked, explained(asked, t)} & {entry.value for entry in app.markdown}
        assert not app.warning
        assert not app.exception
        return all(placeholders(stage) <= names(stage) for stage in headers(app))

    assert shows_its_question()
    if lessons()[lesson].part is None:
        app.run()
        assert shows_its_question()
        return
    if scenes := scenes_of(lessons()[lesson].state):
        assert listed_scenes(tab(app, lesson, "scenes", language)) == [
            {"title": t(f"{lesson}.scene.{scene.name}.title"), "asks": scene.ask is not None}
            for scene in scenes
        ]
    why = max((entry.value for entry in tab(app, lesson, "why", language).markdown), key=len)
    assert "[[" not in why
    assert "$$" in why
    assert shows_its_question()
    code = tab(app, lesson, "code", language).code
    assert code
    assert all(run(entry.value) for entry in code)
    assert len(tab(app, lesson, "data", language).dataframe[-1].value) > 0
    (words,) = [
        e.value for e in tab(app, lesson, "words", language).markdown if "\n- **" in e.value
    ]
    assert words.count("\n") >= 6
    assert not app.exception


# A graph, a look, a view: what is shown of a lesson is an option of its address.
VIEWS = [
    (lesson.name, parameter.name, option)
    for lesson in lessons().values()
    if lesson.part is not None
    for _, parameter in parameters(lesson.state)
    if parameter.name in ("look", "view", "graph")
    for option in parameter.options
]


@pytest.mark.parametrize(("lesson", "name", "option"), VIEWS)
def test_each_view_has_its_derivation_its_code_and_its_data(
    lesson: str, name: str, option: str
) -> None:
    app = opened(lesson, **{name: option})
    assert any("$" in entry.value for entry in tab(app, lesson, "why", "en").markdown)
    assert all(run(entry.value) for entry in tab(app, lesson, "code", "en").code)
    assert app.code
    assert len(tab(app, lesson, "data", "en").dataframe[-1].value) > 0
    assert not app.exception


EXTREME = (
    {"z": "1000000,-1000000", "y": "1"},
    {"z": ",".join("0" * 10), "y": "9"},
    {"z": "1010,1000,990", "t": "0,0.5,0.5"},
)


def test_extreme_examples_are_shown(warm: tuple[str, AppTest]) -> None:
    _, app = warm
    for address in EXTREME:
        moved_to(app, address)
        assert not app.exception
        assert not app.warning


def test_links_take_the_example_and_the_language_along_and_nothing_else(
    warm: tuple[str, AppTest],
) -> None:
    _, app = warm
    example = {"z": "1,2", "names": "x,y", "y": "1", "lang": "zh"}
    moved_to(app, {**example, "margin": "2", "T": "2", "lambda": "2", "draw": "1"})
    assert links(app).count(example) >= len(lessons())
    # Some lessons have links with an example of their own besides, but never with a setting.
    for link in links(app):
        assert link.keys() <= {"z", "names", "y", "t", "lang"}
        assert link["lang"] == "zh"


NONSENSE = ("nan", "1e400", "-1", "1,,2", "9" * 400, "<script>", "$x$ :red[y]", "٣")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_malformed_addresses_never_break_it_and_every_problem_is_told(
    warm: tuple[str, AppTest], data: st.DataObject
) -> None:
    lesson, app = warm
    kind = lessons()[lesson].state
    own = [parameter.name for _, parameter in parameters(kind)]
    address: Mapping[str, str] = data.draw(
        st.dictionaries(
            st.sampled_from(["z", "names", "y", "t", *own, "lang", "other"]),
            st.text(max_size=40) | st.sampled_from(NONSENSE),
            min_size=1,
        )
    )
    moved_to(app, address)
    assert not app.exception
    is_strange = "lang" in address and address["lang"] not in LANGUAGES
    assert len(app.warning) == len(decode(kind, address)[1]) + is_strange


HOSTILE = (None, 10**400, "x", [1, 2], 1e308, -1e308)


def test_forged_messages_change_nothing_that_cannot_be(warm: tuple[str, AppTest]) -> None:
    """Whatever a message tells of its handles: no error, and the address stays one that is read."""
    _, app = warm
    for hostile in HOSTILE:
        moved_to(app, {})
        for id, handles in stages(app):
            values = dict.fromkeys(handles, hostile)
            added = ["plane", hostile, 10**400]
            message = {"number": 1, "values": values, "moved": handles, "added": added}
            message["speed"] = hostile
            send(app, id, message)
            assert not app.exception, (hostile, message)
            assert not app.warning, (hostile, message)


def test_names_of_any_length_are_told(warm: tuple[str, AppTest]) -> None:
    _, app = warm
    moved_to(app, {"z": "1,2", "names": "x" * 131_073 + ",y"})
    assert not app.exception
    assert app.warning
