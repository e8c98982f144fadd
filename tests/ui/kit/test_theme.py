"""Whoever looks tells the colours apart, and reads what is written in them."""

from __future__ import annotations

import tomllib
from itertools import combinations

import pytest

from pages.numerical_stability.panels import METHOD_COLORS
from pages.numerical_stability.table_panels import STATUS_COLORS
from pages.regularization.panels import COLORS as PENALTY_COLORS
from pages.ui.kit.theme import CLASS_COLORS, CLASS_SYMBOLS
from tests.browser.server import ROOT
from tests.ui.kit.colour_vision import ciede2000, contrast, difference, stage_colors

THEMES = ("light", "dark")
CONFIG = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]


def shown(colors: dict[str, str], color: str) -> str:
    return colors[color[4:-1]] if color.startswith("var(") else color


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [  # of the test data of Sharma, Wu and Dalal
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (61, -5, 29), 22.8977),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ],
)
def test_the_ruler_is_the_published_one(first, second, expected) -> None:
    assert ciede2000(first, second) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("theme", THEMES)
def test_classes_and_losses_differ(theme: str) -> None:
    """For everyone, the colour-blind included, each from each: also an eleventh and twelfth."""
    colors = stage_colors(theme)
    told_apart = (*CLASS_COLORS, colors["--cross-entropy"], colors["--hinge"])
    near = {pair: difference(*pair) for pair in combinations(told_apart, 2)}
    assert {pair: value for pair, value in near.items() if value < 10} == {}


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(
    "group",
    [
        ("var(--float64)", "var(--float32)", "var(--ink)"),
        ("var(--cross-entropy)", "var(--hinge)", "var(--ink)"),
        ("var(--positive)", "var(--negative)", "var(--st-background-color)"),
        METHOD_COLORS,
        STATUS_COLORS,
        tuple(PENALTY_COLORS.values()),
    ],
    ids=("types", "losses", "signs", "methods", "outcomes", "penalties"),
)
def test_groups_differ(theme: str, group: tuple[str, ...]) -> None:
    colors = stage_colors(theme) | {"--st-background-color": CONFIG[theme]["backgroundColor"]}
    near = {pair: difference(*pair) for pair in combinations([shown(colors, c) for c in group], 2)}
    assert {pair: value for pair, value in near.items() if value < 10} == {}


def test_outcomes_are_no_classes() -> None:
    near = [(a, b) for a in STATUS_COLORS for b in CLASS_COLORS[:4] if difference(a, b) < 10]
    assert near == []


def test_points_tell_their_class_by_shape_too() -> None:
    assert len(set(CLASS_SYMBOLS)) == len(CLASS_SYMBOLS) == len(CLASS_COLORS)


@pytest.mark.parametrize("theme", THEMES)
def test_words_and_numbers_can_be_read(theme: str) -> None:
    colors, background = stage_colors(theme), CONFIG[theme]["backgroundColor"]
    words = ("ink", "muted", "cross-entropy", "hinge-text", "float64", "float32")
    written = [colors[f"--{name}"] for name in words]
    written += [CONFIG[theme][name] for name in ("textColor", "primaryColor", "blueColor")]
    assert [color for color in written if contrast(color, background) < 4.5] == []
    drawn = [colors["--hinge"], colors["--zero"], colors["--muted"]]
    assert [color for color in drawn if contrast(color, background) < 3] == []
