"""Numbers as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable

from core.losses.hinge import HingeVariant
from pages.ui.stage.number_format import format_fixed, format_scientific, format_significant
from pages.ui.state.example import Example
from pages.ui.state.written import write_number

__all__ = ["hinge_terms", "number", "row", "scientific", "short", "signed", "significant"]


def _latex(text: str) -> str:
    mantissa, _, exponent = text.replace("−", "-").partition("e")
    return rf"{mantissa} \cdot 10^{{{exponent}}}" if exponent else mantissa


def number(value: float, decimals: int = 4) -> str:
    """Write a number by the same rule as the readouts."""
    return _latex(format_fixed(value, decimals))


def short(value: float, decimals: int = 4) -> str:
    """Write a number with no more decimals than it needs."""
    return _latex(format_fixed(value, decimals, trimmed=True))


def significant(value: float, digits: int = 4) -> str:
    """Write a number with at most so many significant digits."""
    return _latex(format_significant(value, digits, trimmed=True))


def scientific(value: float) -> str:
    """Write a number with the power of ten that tells its size."""
    return _latex(format_scientific(value, 2)) if value else "0"


def row(values: Iterable[str]) -> str:
    """Join the entries of a vector."""
    return r",\; ".join(values)


def signed(value: float) -> str:
    """Write a number as it was typed, in parentheses if it is negative."""
    text = write_number(value)
    return f"({text})" if value < 0 else text


def hinge_terms(example: Example, margin: float, variant: HingeVariant) -> list[str]:
    """Write one max(0, ...) a class, with its numbers."""
    room = write_number(margin)
    true_score = example.scores[example.label]
    wrong = [s for index, s in enumerate(example.scores) if index != example.label]
    if variant == "one_vs_all":
        first = rf"\max(0, {room} - {signed(true_score)})"
        return [first, *(rf"\max(0, {room} + {signed(s)})" for s in wrong)]
    return [rf"\max(0, {write_number(s)} - {signed(true_score)} + {room})" for s in wrong]
