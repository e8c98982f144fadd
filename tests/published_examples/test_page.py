"""The published examples: each with its outcome, each opens in its lesson."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from core.examples import EXAMPLES
from pages.published_examples.table import OPENED
from pages.ui.lessons import lessons
from pages.ui.stage.number_format import format_given
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, escape, text_in
from tests.apptest import opened, state_of


def test_it_shows_every_published_example_with_its_outcome() -> None:
    app = opened("published_examples")
    table = next(entry.value for entry in app.markdown if entry.value.startswith("| Source"))
    rows = [line for line in table.splitlines() if line.endswith(" |")][1:]
    rows = [row for row in rows if "**" not in row]
    assert len(rows) == len(EXAMPLES)
    t = text_in("en")
    for row, example in zip(rows, EXAMPLES, strict=True):
        if example.remark:
            assert row.endswith(f"| {t(f'remark.{example.remark}')} |")
        elif example.allowance:
            assert row.endswith("| reproduced within 0.005; the source tells no seed |")
        elif example.printed:
            assert row.endswith("| reproduced |")
        else:
            assert row.endswith("| exact value, none printed |")


def test_a_published_example_opens_in_its_lesson() -> None:
    assert set(OPENED) <= {example.id for example in EXAMPLES}
    app = opened("published_examples")
    table = next(entry.value for entry in app.markdown if entry.value.startswith("| Source"))
    links = re.findall(r"\]\(/([a-z-]+)\?([^)]*)\)", table)
    assert len(links) == len(OPENED) >= 37
    opening = [example for example in EXAMPLES if example.id in OPENED]
    for (path, query), example in zip(links, opening, strict=True):
        lesson, state = OPENED[example.id]
        assert path == lessons()[lesson].path
        shown = replace(state, published=example.id)
        assert decode(type(state), dict(parse_qsl(query))) == (shown, ())
        assert type(state) is lessons()[lesson].state


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id", ["slide_cross_entropy_log10", "both_clear_win", "both_figure"])
def test_its_lesson_tells_what_the_source_prints(id: str, language: str) -> None:
    example = next(one for one in EXAMPLES if one.id == id)
    lesson, state = OPENED[id]
    app = opened(lesson, **encode(replace(state, published=id)), lang=language)
    start = text_in(language)("guide.published", source="").strip()
    (told,) = [entry.value for entry in app.markdown if entry.value.startswith(start)]
    for figure in example.printed:
        assert escape(figure.replace("-", "−")) in told
    assert escape(format_given(example.values[0])) in told
    app.button("published_close").click().run()
    assert "example" not in app.query_params
    assert not [entry for entry in app.markdown if entry.value.startswith(start)]
    assert state_of(app, type(state)) == state


def test_a_name_that_is_none_is_told() -> None:
    app = opened("hinge", example="nonsense")
    (told,) = app.warning
    assert "nonsense" in told.value
    assert "no published example has this name" in told.value
