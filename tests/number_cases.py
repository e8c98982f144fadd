"""How numbers are written: one table, which is run through the Python and the JavaScript writer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from math import inf, nan
from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """The call of a writer: ``format_`` and its style, with its number and its options."""

    style: str
    value: float
    places: int
    options: dict[str, Any]


TRIMMED: dict[str, Any] = {"trimmed": True}
ONE_DIGIT: dict[str, Any] = {"digits": 1}

TABLE: list[tuple[Case, str]] = [
    (Case(style, value, places, options), text)
    for style, value, places, options, text in [
        # ties go to the even digit
        ("fixed", 1.03125, 4, {}, "1.0312"),
        ("fixed", 1.09375, 4, {}, "1.0938"),
        ("fixed", -1.03125, 4, {}, "−1.0312"),
        ("fixed", 1.0625, 3, {}, "1.062"),
        ("fixed", 0.125, 2, {}, "0.12"),
        ("fixed", 0.375, 2, {}, "0.38"),
        ("fixed", 2.5, 0, {}, "2"),
        ("fixed", 3.5, 0, {}, "4"),
        ("fixed", 9.5, 0, {}, "10"),
        ("fixed", 99999999.5, 0, {}, "100000000"),
        ("fixed", 2.0**-16, 15, {}, "0.000015258789062"),
        ("fixed", 3 * 2.0**-16, 15, {}, "0.000045776367188"),
        ("significant", 1.0625, 4, {}, "1.062"),
        ("significant", 62.5, 2, {}, "62"),
        ("significant", 0.0048828125, 9, {}, "0.00488281250"),
        ("significant", 0.0048828125, 7, {}, "0.004882812"),
        ("significant", 1.25e6, 2, {}, "1.2e6"),
        ("significant", 1.35e6, 2, {}, "1.4e6"),
        ("significant", 9.5e6, 1, {}, "1e7"),
        ("significant", 2.0**-11, 6, {}, "4.88281e−4"),
        ("significant", 2.0**-13, 9, {}, "1.22070312e−4"),
        ("compact", 0.0625, 2, {}, "0.062"),
        ("compact", 1.5e-5, 2, {}, "1.5e−5"),
        ("scientific", 25, 1, {}, "2e1"),
        ("scientific", 1.125e22, 3, {}, "1.12e22"),
        # what only looks like a tie is rounded by its exact value
        ("fixed", 1.005, 2, {}, "1.00"),
        ("fixed", 2.675, 2, {}, "2.67"),
        ("fixed", 1.00005, 4, {}, "1.0001"),
        ("fixed", 0.15, 1, {}, "0.1"),
        ("fixed", 0.45, 1, {}, "0.5"),
        ("fixed", 0.25000000000000006, 1, {}, "0.3"),
        ("significant", 1.45, 2, {}, "1.4"),
        ("scientific", 1.25e-10, 2, {}, "1.3e−10"),
        ("scientific", 8.5e23, 1, {}, "9e23"),
        # from 0 to 15 decimals
        ("fixed", 3, 0, {}, "3"),
        ("fixed", 2.04035, 4, {}, "2.0404"),
        ("fixed", 1e6, 4, {}, "1000000.0000"),
        ("fixed", 0.1, 15, {}, "0.100000000000000"),
        ("fixed", 2 / 3, 15, {}, "0.666666666666667"),
        ("fixed", 123456789.123, 6, {}, "123456789.123000"),
        # tiny: never a 0 for what is not 0
        ("fixed", 3.37782e-48, 4, {}, "3.378e−48"),
        ("fixed", -3.37782e-48, 2, {}, "−3.378e−48"),
        ("fixed", 0.00005, 4, {}, "0.0001"),
        ("fixed", 0.00004999, 4, {}, "4.999e−5"),
        ("fixed", -0.0001, 3, {}, "−1.000e−4"),
        ("fixed", 0.4, 0, {}, "4.000e−1"),
        ("fixed", 0.5, 0, {}, "5.000e−1"),
        ("fixed", 2.0**-14, 4, {}, "0.0001"),
        ("fixed", 0.000034, 3, ONE_DIGIT, "3e−5"),
        ("fixed", 5e-324, 4, {}, "4.941e−324"),
        ("significant", 0.0005, 3, {}, "5.00e−4"),
        ("significant", 5e-324, 4, TRIMMED, "4.941e−324"),
        ("compact", 0.0001, 5, {}, "1e−4"),
        # huge
        ("fixed", 2.5e9, 2, {}, "2.500e9"),
        ("fixed", 999999999, 0, {}, "999999999"),
        ("fixed", 999999999.96, 1, {}, "1000000000.0"),
        ("fixed", -1.7976931348623157e308, 4, {}, "−1.798e308"),
        ("fixed", 1e21, 4, {}, "1.000e21"),
        ("fixed", 1e22, 0, ONE_DIGIT, "1e22"),
        ("significant", 123456.7, 3, {}, "123457"),
        ("significant", 999999.6, 4, {}, "1000000"),
        ("significant", 1e6, 4, {}, "1.000e6"),
        ("compact", 123456.7, 5, {}, "123457"),
        ("compact", -1234567, 5, {}, "−1.2e6"),
        # zero has no sign, and no digits where they are counted
        ("fixed", 0.0, 4, {}, "0.0000"),
        ("fixed", -0.0, 4, {}, "0.0000"),
        ("fixed", -0.0, 0, {}, "0"),
        ("fixed", 0.0, 4, TRIMMED, "0"),
        ("significant", 0.0, 4, {}, "0"),
        ("significant", -0.0, 4, TRIMMED, "0"),
        ("compact", -0.0, 4, {}, "0"),
        ("scientific", -0.0, 2, {}, "0.0e0"),
        # the sign
        ("fixed", -1.5, 1, {}, "−1.5"),
        ("scientific", -1.5e-7, 2, {}, "−1.5e−7"),
        # significant digits
        ("significant", 0.5, 3, {}, "0.500"),
        ("significant", 12345.6, 3, {}, "12346"),
        ("significant", 9.9996, 4, {}, "10.00"),
        ("significant", 0.001, 3, {}, "0.00100"),
        ("significant", 0.00099999, 3, {}, "1.00e−3"),
        ("significant", 2 / 3, 15, {}, "0.666666666666667"),
        # without the zeros at the end
        ("fixed", 0.25, 4, TRIMMED, "0.25"),
        ("fixed", 1000, 2, TRIMMED, "1000"),
        ("fixed", 1000, 0, TRIMMED, "1000"),
        ("fixed", 3e-5, 4, TRIMMED, "3e−5"),
        ("significant", 0.5, 4, TRIMMED, "0.5"),
        ("significant", 100, 5, TRIMMED, "100"),
        ("significant", 1e-7, 4, TRIMMED, "1e−7"),
        ("significant", 1.5e9, 4, TRIMMED, "1.5e9"),
        ("compact", 0.00123456, 5, {}, "0.0012"),
        ("compact", 1.23456, 3, {}, "1.23"),
        ("compact", 1.2, 5, {}, "1.2"),
        # no numbers
        *[(style, nan, 3, {}, "–") for style in ("fixed", "significant", "compact", "scientific")],
        *[(style, inf, 3, {}, "∞") for style in ("fixed", "significant", "compact", "scientific")],
        *[(style, -inf, 3, {}, "−∞") for style in ("fixed", "significant", "compact")],
        ("scientific", -inf, 3, {}, "−∞"),
    ]
]


def random_cases(count: int) -> Iterator[Case]:
    """Numbers of all sizes, a third of them ties, in all styles and lengths."""
    rng = np.random.default_rng(0)
    any_bits = rng.integers(0, 2**64, count, dtype=np.uint64).view(np.float64)
    ordinary = rng.normal(size=count) * 10.0 ** rng.integers(-8, 10, count)
    half = rng.integers(-2000, 2000, count) + 0.5
    powers = rng.integers(0, 12, count)
    ties = half / 2.0**powers
    places = np.where(rng.random(count) < 0.5, powers, powers + 3).clip(1, 15)
    kinds = rng.integers(0, 6, count)
    near = half / 10.0**powers
    far = half * 10.0**powers
    values = np.choose(kinds, [any_bits, ordinary, ties, ties, near, far])
    calls = itertools.cycle(
        [
            ("fixed", {}),
            ("fixed", ONE_DIGIT),
            ("fixed", TRIMMED),
            ("significant", {}),
            ("significant", TRIMMED),
            ("compact", {}),
            ("scientific", {}),
        ]
    )
    for value, length, (style, options) in zip(
        values.tolist(), places.tolist(), calls, strict=False
    ):
        yield Case(style, value, length, options)
