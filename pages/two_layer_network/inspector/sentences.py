"""What is told at each step of a pass, with readouts for the numbers."""

from __future__ import annotations

from pages.two_layer_network.inspector.formulas import penalty_symbol, symbol
from pages.two_layer_network.inspector.inspected_pass import InspectedPass
from pages.two_layer_network.inspector.inspection import AXES
from pages.two_layer_network.inspector.sentence_numbers import FEWER_TERMS, MOST_TERMS
from pages.ui.text import Text

__all__ = ["sentences", "step_names"]


def step_names(inspected: InspectedPass) -> tuple[str, ...]:
    """What stands on the handle of the timeline at each step."""
    signs = {"given": "", "forward": "→ ", "backward": "← ", "penalty": "+ λ: "}
    steps = inspected.inspection.steps[1:]
    made = ("L" if step.operation == "loss" else symbol(step.outputs[-1]) for step in steps)
    return ("X, t", *(signs[step.phase] + name for step, name in zip(steps, made, strict=True)))


def sentences(inspected: InspectedPass, t: Text) -> tuple[str, ...]:
    """What is told at each step."""
    return tuple(_sentence(inspected, number, t) for number in range(inspected.last + 1))


def _sentence(inspected: InspectedPass, number: int, t: Text) -> str:
    step = inspected.inspection.steps[number]
    operation: str = step.operation
    if operation in ("loss", "loss_gradient"):
        operation = f"{operation}_{inspected.objective.loss}"
    inner = _inner(inspected, number)
    few = inner if inner <= MOST_TERMS else FEWER_TERMS
    is_sum = step.operation == "bias_gradient"
    is_over_samples = is_sum or step.operation == "weights_gradient"
    terms = " + ".join(
        f"{{left{i}}}" if is_sum else f"{{left{i}}} × {{right{i}}}" for i in range(few)
    )
    if few < inner:
        terms += " + {rest}" if is_over_samples else " + …"
    if step.operation == "affine":
        terms += " + {bias}"
    more = ""
    if few < inner:
        kind = "more_samples" if is_over_samples else "more"
        named = t("two_layer_network.inspector.entry.and").join(
            f"{{sample{i}}}" for i in range(few)
        )
        others = inner - few
        more = t(
            f"two_layer_network.inspector.{kind}",
            count=inner,
            shown=few,
            named=named,
            others=others,
        )
    return t(
        f"two_layer_network.inspector.sentence.{operation}",
        entry=_entry(step.outputs[-1] if step.operation != "loss" else "losses", t),
        result=symbol(step.outputs[-1]),
        left=_symbol(inspected, number, 0),
        right=_symbol(inspected, number, 1),
        penalty_gradient=penalty_symbol(inspected.objective, step.inputs[-1].name)
        if step.operation == "penalty"
        else "",
        terms=terms,
        more=more,
        count=inspected.sizes.samples,
    )


def _inner(inspected: InspectedPass, number: int) -> int:
    """How many products or terms are summed for an entry."""
    step = inspected.inspection.steps[number]
    if step.operation == "bias_gradient":
        return inspected.sizes.samples
    if step.operation in ("affine", "weights_gradient", "inputs_gradient"):
        left = step.inputs[0]
        axes = AXES[left.name]
        return inspected.sizes.along(axes[0] if left.is_transposed else axes[1])
    return 0


def _symbol(inspected: InspectedPass, number: int, operand: int) -> str:
    inputs = inspected.inspection.steps[number].inputs
    if operand >= len(inputs):
        return ""
    return symbol(inputs[operand].name, is_transposed=inputs[operand].is_transposed)


def _entry(name: str, t: Text) -> str:
    words = (t(f"two_layer_network.inspector.entry.{axis}") for axis in AXES[name])
    return t("two_layer_network.inspector.entry.and").join(words)
