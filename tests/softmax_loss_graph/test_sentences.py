"""What is told at each step: whoever follows it on a calculator gets what is printed."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.numbers import TIMELINE
from pages.softmax_loss_graph.stage import graph_stage, sweeps_of
from pages.ui.stage.readouts import spoken
from pages.ui.stage.sweeps import rows_of
from pages.ui.text import LANGUAGES, text_in
from tests.softmax_loss_graph.states import STATES, WHOLE
from tests.stages import sentence

NUMBER = r"−?\d+(?:\.\d+)?(?:e−?\d+)?"
CLAIM = re.compile(
    rf"((?:exp\(|ln |max\()?{NUMBER}(?: [×+/] {NUMBER}|, {NUMBER})*\)?) ([=≈]) (\*\*)?({NUMBER})"
)


def on_a_calculator(term: str) -> Decimal:
    """The value of a printed term; the numbers are taken as they are printed."""
    plain = term.replace("−", "-")
    for name in ("exp", "ln", "max"):
        if plain.startswith(name):
            given = [
                Decimal(number) for number in plain.removeprefix(name).strip("() ").split(", ")
            ]
            return max(given) if name == "max" else getattr(given[0], name)()
    first, *rest = re.split(r" ([×+/]) ", plain)
    value = Decimal(first)
    for sign, number in zip(rest[::2], map(Decimal, rest[1::2]), strict=True):
        value = {"×": value * number, "+": value + number}.get(sign) or (
            value / number if sign == "/" else Decimal(0)
        )
    return value


def claims(state: SoftmaxLossGraphState, language: str = "en") -> list[tuple[str, str, str, str]]:
    """Every calculation that is told along the timeline: term, sign, bold or not, result."""
    sweeps = sweeps_of(state)
    stage = graph_stage(state, sweeps, text_in(language))
    found = []
    for step in range(sweeps.last + 1):
        there = rows_of(sweeps.by[TIMELINE], slice(step, step + 1), ())
        text = "{sentence}"
        for _ in range(2):
            text = spoken(stage.readouts, lambda channel: float(channel(there)), text)  # noqa: B023
        assert "{" not in text
        assert "–" not in text, text
        found += CLAIM.findall(text)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_what_is_printed_gives_what_is_printed(state: SoftmaxLossGraphState, language: str) -> None:
    found = claims(state, language)
    assert len(found) > 3 or state.view != "full"
    for term, sign, bold, printed in found:
        result = Decimal(printed.replace("−", "-"))
        value = on_a_calculator(term)
        last = Decimal(10) ** (result.adjusted() - (4 if bold else 6) + 1)
        if sign == "=":
            assert abs(value - result) <= last * Decimal("0.5001"), (term, printed)
        else:
            # Not what is printed, but near to it; a difference of large numbers loses digits.
            size = max(abs(Decimal(n.replace("−", "-"))) for n in re.findall(NUMBER, term))
            slack = last * 2 + size * Decimal("1e-5")
            assert abs(value - result) <= slack, (term, printed)


def test_most_calculations_are_exact_to_the_last_digit() -> None:
    signs = [sign for _, sign, *_ in claims(WHOLE)]
    assert signs.count("=") > 0.8 * len(signs)
    assert {sign for _, sign, *_ in claims(SoftmaxLossGraphState(graph="sum_times"))} == {"="}
    # At some logits six digits do not give the same four.
    many = [
        claims(replace(WHOLE, example=replace(WHOLE.example, scores=(z / 10, 5.1, -1.7))))
        for z in range(30)
    ]
    assert any(sign == "≈" for found in many for _, sign, *_ in found)


def test_the_sentences_of_the_student() -> None:
    found = [f"{term} {sign} {printed}" for term, sign, _, printed in claims(WHOLE)]
    assert "exp(3.2) = 24.53" in found
    assert "ln 9.67926e−4 = −6.94" in found
    assert "164.022 × 0.00529837 = 0.869" in found
    assert "−0.0354638 × 24.5325 = −0.87" in found


def test_the_sentence_of_the_brief_is_told_and_spoken() -> None:
    state = SoftmaxLossGraphState(node=34)
    stage = graph_stage(state, sweeps_of(state), text_in("en"))
    told = (
        "Backwards, **exp (cat)**: its value was used 2 times, so 2 gradients come back and are added, "
        "0.00529837 + −0.0407622 = −0.0354638. The local derivative is the value itself, e^z = 24.5325. "
        "Upstream × local: −0.0354638 × 24.5325 = **−0.87**"
    )
    assert sentence(stage, "{sentence}") == told
    assert sentence(stage, stage.panels[0].alt).endswith(told.replace("**", ""))


def test_a_name_in_braces_is_told_as_it_is() -> None:
    example = replace(WHOLE.example, names=("{out0}", "car", "frog"))
    state = replace(WHOLE, example=example, node=2)
    stage = graph_stage(state, sweeps_of(state), text_in("en"))
    told = sentence(stage, "{sentence}")
    assert told == "Forwards, **exp ({out0})**: exp(3.2) = **24.53**"
