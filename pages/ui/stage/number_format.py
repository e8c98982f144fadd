"""How a number is written, on the stage and wherever Python tells the same number in words.

``number_format.js`` is the twin of this file; one table of cases runs through both.

- **Ties.** The exact value of the float is rounded, and a tie goes to the even digit: 1.03125 with
  four decimals is 1.0312, 0.5 with none is 0. Python's own ``f"{x:.4f}"`` does so, and NumPy's
  printing, hence the code that a student runs; JavaScript's ``toFixed`` goes away from zero, and
  the twin corrects it.
- **Fixed decimals**: all of them, or trimmed: without the zeros at the end. No thousands mark.
- **Significant digits**: from 0.001 up to a million a plain number, of which no digit before the
  point is left out (12345.6 with three digits is 12346); else a power of ten. 0 is just 0.
- **Tiny, huge.** What is not 0 is never written as 0: where fixed decimals would leave none of its
  digits, and from 1e9 on, a number is written with a power of ten: 3.378e−48, 2.500e9.
- **Signs.** The minus sign is U+2212, in the exponent, too; a plus is not written; nor is −0.
- **Infinity** is ∞ or −∞; NaN is –.

A number that has to read back as the same float is another thing: ``pages.ui.state.written``.
"""

from __future__ import annotations

import math

__all__ = [
    "format_compact",
    "format_fixed",
    "format_given",
    "format_scientific",
    "format_significant",
]


def format_fixed(value: float, decimals: int, *, digits: int = 4, trimmed: bool = False) -> str:
    """Write a number with fixed decimals; with so many ``digits`` if it is tiny or huge.

    Examples
    --------
    >>> format_fixed(-1.03125, 4), format_fixed(-0.0, 2), format_fixed(0.25, 4, trimmed=True)
    ('−1.0312', '0.00', '0.25')
    >>> format_fixed(0.000012345, 4), format_fixed(0.000012345, 4, digits=1)
    ('1.234e−5', '1e−5')
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    text = f"{value:z.{decimals}f}"
    if abs(value) >= 1e9 or (value != 0 and float(text) == 0):
        return format_scientific(value, digits, trimmed=trimmed)
    return (_trimmed(text) if trimmed else text).replace("-", "−")


def format_significant(value: float, digits: int, *, trimmed: bool = False) -> str:
    """Write a number with so many significant digits, however small or large.

    Examples
    --------
    >>> format_significant(0.5, 3), format_significant(0.5, 3, trimmed=True)
    ('0.500', '0.5')
    >>> format_significant(0.00012345, 3), format_significant(12345.6, 3)
    ('1.23e−4', '12346')
    """
    if value == 0:
        return "0"
    if not _is_plain(value):
        return format_scientific(value, digits, trimmed=trimmed)
    return format_fixed(value, max(0, digits - 1 - _exponent(value, digits)), trimmed=trimmed)


def format_given(value: float) -> str:
    """Write a number that was typed or dragged: the digits that it has, at most six.

    Examples
    --------
    >>> format_given(3.20), format_given(-1000000.0), format_given(2 / 3)
    ('3.2', '−1e6', '0.666667')
    """
    return format_significant(value, 6, trimmed=True)


def format_compact(value: float, digits: int) -> str:
    """Write at most so many significant digits where there is room for seven characters.

    There are no zeros at the end, at most four decimals, and two digits before a power of ten.

    Examples
    --------
    >>> format_compact(1.50, 5), format_compact(0.0012345, 5), format_compact(-0.000012345, 5)
    ('1.5', '0.0012', '−1.2e−5')
    """
    if value == 0 or not _is_plain(value):
        return format_significant(value, 2, trimmed=True)
    decimals = min(max(0, digits - 1 - _exponent(value, digits)), 4)
    return format_fixed(value, decimals, trimmed=True)


def format_scientific(value: float, digits: int, *, trimmed: bool = False) -> str:
    """Write a number as so many significant digits and a power of ten.

    Examples
    --------
    >>> format_scientific(1250, 2), format_scientific(0.001, 3)
    ('1.2e3', '1.00e−3')
    """
    if not math.isfinite(value):
        return format_fixed(value, 0)
    mantissa, exponent = f"{value:z.{digits - 1}e}".split("e")
    return f"{_trimmed(mantissa) if trimmed else mantissa}e{int(exponent)}".replace("-", "−")


def _is_plain(value: float) -> bool:
    return 1e-3 <= abs(value) < 1e6


def _exponent(value: float, digits: int) -> int:
    """Return the power of ten of the first digit, after rounding."""
    return int(f"{value:.{digits - 1}e}".split("e")[1])


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
