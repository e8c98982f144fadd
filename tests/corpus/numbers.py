"""Numbers as the browser writes them: JavaScript rounds the exact value, ties away from zero."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

MINUS = "−"


def digits(value: float, count: int) -> tuple[str, int]:
    """The first significant digits, as ``d.ddd`` without a sign, and the power of ten."""
    rounded = Context(prec=count, rounding=ROUND_HALF_UP).create_decimal(Decimal(abs(value)))
    if not rounded:
        return f"{0:.{count - 1}f}", 0
    mantissa = "".join(map(str, rounded.as_tuple().digits)).ljust(count, "0")
    return f"{mantissa[0]}.{mantissa[1:]}".rstrip("."), rounded.adjusted()


def fixed(value: float, decimals: int) -> str:
    """Write so many decimals; what rounds to 0 has no sign."""
    if abs(value) >= 1e21:  # where JavaScript's toFixed gives up
        return repr(float(value)).replace("-", MINUS)
    step = Decimal(1).scaleb(-decimals)
    rounded = Decimal(value).quantize(step, ROUND_HALF_UP, Context(prec=400))
    return (MINUS if rounded < 0 else "") + f"{abs(rounded):f}"


def exponential(value: float, decimals: int) -> str:
    """Write ``d.ddde+n``."""
    mantissa, power = digits(value, decimals + 1)
    return f"{sign(value)}{mantissa}e{'+' if power >= 0 else MINUS}{abs(power)}"


def sign(value: float) -> str:
    return MINUS if value < 0 else ""


def number(value: float, decimals: int) -> str:
    """Write fixed decimals, but never a 0 for what is not 0."""
    if not math.isfinite(value):
        return "–" if math.isnan(value) else "∞" if value > 0 else "−∞"
    lost = value != 0 and decimals > 0 and not float(fixed(abs(value), decimals))
    return exponential(value, 3) if lost or abs(value) >= 1e9 else fixed(value, decimals)


def short(value: float, decimals: int) -> str:
    """Write fixed decimals where room is short: what is not 0 does not read as 0."""
    lost = value != 0 and not float(fixed(abs(value), decimals))
    return exponential(value, 0) if lost else fixed(value, decimals)


def significant(value: float, count: int, *, least: float = 1e-3, trimmed: bool = False) -> str:
    """Write significant digits, with an exponent where the number is tiny or huge."""
    if not math.isfinite(value):
        return number(value, count)
    if value == 0:
        return "0"
    mantissa, power = digits(value, count)
    is_plain = least <= abs(value) < 1e5 and -7 < power < count
    text = fixed(abs(value), max(0, count - 1 - power)) if is_plain else mantissa
    text = trim(text) if trimmed else text
    if not is_plain:
        text += f"e{MINUS if power < 0 else ''}{abs(power)}"
    return sign(value) + text


def few_digits(value: float, count: int) -> str:
    """Write at most so many digits and four decimals, for numbers side by side."""
    if not math.isfinite(value):
        return number(value, count)
    mantissa, power = digits(value, count)
    if value != 0 and not -4 <= power < 6:
        return f"{sign(value)}{trim(fixed(float(mantissa), 1))}e{power}".replace("-", MINUS)
    return trim(fixed(value, min(max(count - 1 - power, 0), 4)))


def shortest(value: float) -> str:
    """Write a number as it is, or its first six digits: what a handle off its grid tells."""
    if value and abs(value) < 1e-3:
        mantissa, power = f"{Decimal(repr(value)).normalize():e}".split("e")
        return f"{mantissa}e{power}".replace("-", MINUS).replace("+", "")
    mantissa, power = digits(value, 6)
    if power >= 6:
        return sign(value) + str(int(float(f"{mantissa}e{power}")))
    return sign(value) + trim(fixed(abs(value), max(0, 5 - power)))


def trim(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
