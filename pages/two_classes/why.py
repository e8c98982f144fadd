"""Sigmoid, signed margin and every loss of two classes, derived on the current example."""

from __future__ import annotations

from typing import Final

import numpy as np

from pages.two_classes import TwoClassesState
from pages.two_classes.numbers import LOSSES, TwoClassNumbers
from pages.ui.kit import latex
from pages.ui.stage.number_format import format_significant
from pages.ui.state.written import write_number
from pages.ui.text import Text, escape

__all__ = ["derivation"]

FORMULAS: Final = {
    "zero_one": (r"[m \le 0]", "0"),
    "hinge": (r"\max(0,\; \Delta - m)", r"-[m < \Delta]"),
    "squared_hinge": (r"\max(0,\; \Delta - m)^2", r"-2 \max(0,\; \Delta - m)"),
    "logistic": (r"\log(1 + e^{-m})", r"-\sigma(-m)"),
    "exponential": ("e^{-m}", "-e^{-m}"),
}
ALL_DIGITS: Final = 17


def derivation(state: TwoClassesState, now: TwoClassNumbers, t: Text) -> str:
    """Derive the sigmoid, m and every loss on the current pair of classes."""
    pair = state.pair
    low, high = now.sigmoids.tolist()
    is_second = pair.label == 1
    # p - t, without the digits that 1 - p would lose.
    missing = low if is_second else high
    difference = float(now.difference)
    return t(
        "two_classes.why",
        first=escape(pair.names[0]),
        second=escape(pair.names[1]),
        true_name=escape(pair.names[pair.label]),
        s0=write_number(pair.scores[0]),
        s1=write_number(pair.scores[1]),
        sign="+1" if is_second else "-1",
        target=pair.label,
        difference=latex.short(difference),
        opposite=latex.short(-difference),
        p0=latex.number(low),
        p1=latex.number(high),
        soft0=f"${latex.number(float(now.softmaxes[0]))}$",
        soft1=f"${latex.number(float(now.softmaxes[1]))}$",
        m=latex.short(float(now.m)),
        p_true=latex.number(float(now.true_probability)),
        binary=latex.number(float(now.binary)),
        binary_digits=format_significant(float(now.binary), ALL_DIGITS, trimmed=True),
        softmax_digits=format_significant(float(now.softmax_loss), ALL_DIGITS, trimmed=True),
        table=_table(state, now, t),
        gradient1=latex.number(-missing if is_second else missing),
        gradient0=latex.number(missing if is_second else -missing),
        bits=f"${latex.number(float(now.binary / np.log(2)))}$",
    )


def _table(state: TwoClassesState, now: TwoClassNumbers, t: Text) -> str:
    """A row a loss: its formula, its value and slope here, and where it stops."""
    heads = [t(f"two_classes.table.{head}") for head in ("formula", "value", "slope", "stops")]
    lines = ["| | " + " | ".join(heads) + " |", "| --- | --- | ---: | ---: | --- |"]
    for index, name in enumerate(LOSSES):
        loss, slope = FORMULAS[name]
        word = "logistic_bits" if name == "logistic" and state.is_in_bits else name
        if word == "logistic_bits":
            loss, slope = rf"{loss} \,/ \log 2", rf"{slope} \,/ \log 2"
        value, push = (_number(float(row[index])) for row in (now.losses, now.slopes))
        cells = (
            t(f"two_classes.loss.{word}"),
            f"${loss}$",
            f"${value}$",
            f"${slope} = {push}$" if slope != push else f"${push}$",
            t(f"two_classes.stops.{name}"),
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _number(value: float) -> str:
    return latex.short(value).replace("∞", r"\infty")
