"""The Python writer of numbers; ``tests/browser/test_number_format.py`` runs its twin."""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import pytest

from pages.ui.kit.printing import SHOW
from pages.ui.stage import number_format
from tests.number_cases import TABLE, Case


@pytest.mark.parametrize(("case", "text"), TABLE, ids=str)
def test_a_number_is_written_as_specified(case: Case, text: str) -> None:
    style, value, places, options = case
    assert getattr(number_format, f"format_{style}")(value, places, **options) == text


def shown(value: float) -> str:
    """What the Code tab prints."""
    names: dict[str, object] = {"value": value}
    with redirect_stdout(io.StringIO()) as printed:
        exec(f"{SHOW}\nshow('loss', value)", names)
    return printed.getvalue().removeprefix("loss").strip()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.03125, "1.0312"),
        (1.09375, "1.0938"),
        (-2.5, "-2.5000"),
        (-0.0, "0.0000"),
        (4.4441e-05, "4.444e-05"),
        (-3.37782e-48, "-3.378e-48"),
        (2.5e9, "2.500e+09"),
        (float("inf"), "inf"),
    ],
)
def test_the_code_tab_prints_the_digits_of_the_screen(value: float, text: str) -> None:
    assert shown(value) == text
    screen = number_format.format_fixed(value, 4).replace("−", "-").replace("∞", "inf")
    assert float(screen) == float(text)
