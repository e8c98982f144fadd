"""Home through Streamlit itself: a small stage, and every published example."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest

from core.examples import EXAMPLES
from core.losses.comparison import compare_losses
from pages.home.published import OPENED
from pages.ui.lessons import lessons
from pages.ui.state.state import decode
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, opened, told


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_losses_are_shown(language: str) -> None:
    app = opened(lang=language)
    for _ in range(2):
        now = told(app)
        cat = compare_losses([3.2, 5.1, -1.7], 0)
        assert now["hinge"] == cat.hinge == pytest.approx(2.9)
        assert now["cross_entropy"] == cat.cross_entropy == pytest.approx(2.0404, abs=5e-5)
        assert {panel["id"] for panel in header(app)["panels"]} >= {"scores", "probabilities"}
        app.run()
        assert not app.exception


def test_home_shows_every_published_example_with_its_outcome() -> None:
    app = opened()
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
    app = opened()
    table = next(entry.value for entry in app.markdown if entry.value.startswith("| Source"))
    links = re.findall(r"\]\(/([a-z-]+)\?([^)]*)\)", table)
    assert len(links) == len(OPENED) >= 37
    for (path, query), (lesson, state) in zip(
        links, (OPENED[e.id] for e in EXAMPLES if e.id in OPENED), strict=True
    ):
        assert path == lessons()[lesson].path
        assert decode(type(state), dict(parse_qsl(query))) == (state, ())
        assert type(state) is lessons()[lesson].state
