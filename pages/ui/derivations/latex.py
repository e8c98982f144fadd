"""Numbers as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable

from pages.ui.example import write_number
from pages.ui.stage.vocabulary import format_number

__all__ = ["number", "row", "signed"]


def number(value: float, decimals: int = 4) -> str:
    """Write a number by the same rule as the readouts."""
    text = format_number(value, decimals).replace("−", "-")
    mantissa, _, exponent = text.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def row(values: Iterable[str]) -> str:
    """Join the entries of a vector."""
    return r",\; ".join(values)


def signed(value: float) -> str:
    """Write a number as it was typed, in parentheses if it is negative."""
    text = write_number(value)
    return f"({text})" if value < 0 else text
