"""How arrays are called, and what each step of a pass computes, as a formula with its shapes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from core.learning.objective import Objective
from pages.two_layer_network.inspector.inspection import AXES, Axis, PassStep

__all__ = ["formula", "letters", "penalty_symbol", "symbol"]

_LETTERS: Final[Mapping[Axis, str]] = {
    "samples": "N",
    "features": "D",
    "hidden": "H",
    "classes": "C",
}
_SYMBOLS: Final[Mapping[str, str]] = {
    "probabilities": "p",
    "targets": "t",
    "margins": "m",
    "loss": "L",
}

_MARGINS: Final = ("scores − s_y + Δ (N×C)", "Δ + scores (N×C), Δ − s_y")


def symbol(name: str, *, is_transposed: bool = False) -> str:
    """How an array is called in a formula."""
    called = _SYMBOLS.get(name, name).replace("total_", "∇")
    return called + ("ᵀ" if is_transposed else "")


def letters(name: str, *, is_transposed: bool = False) -> str:
    """The axes of an array, such as N×D."""
    found = [_LETTERS[axis] for axis in AXES[name]]
    return "×".join(reversed(found) if is_transposed else found)


def penalty_symbol(objective: Objective, name: str) -> str:
    """The gradient of the penalty on the weights of this name."""
    first = f"λ₁ sign {name}" if objective.l1 and objective.l2 else f"λ sign {name}"
    strength = "λ₂" if objective.l1 else "λ"
    second = f"{'' if objective.half else '2'}{strength}{name}"
    return " + ".join(
        term for term, is_there in ((first, objective.l1), (second, objective.l2)) if is_there
    )


def formula(step: PassStep, objective: Objective) -> str:
    """What a step computes, with the shapes of what goes in and what comes out."""

    def array(name: str, *, is_transposed: bool = False) -> str:
        shape = letters(name, is_transposed=is_transposed)
        return symbol(name, is_transposed=is_transposed) + (f" ({shape})" if shape else "")

    given = [array(o.name, is_transposed=o.is_transposed) for o in step.inputs]
    result = array(step.outputs[-1])
    match step.operation:
        case "given":
            return ", ".join(array(name) for name in step.outputs)
        case "affine":
            return f"{result} = {given[0]} · {given[1]} + {given[2]}"
        case "relu":
            return f"{result} = max(0, {given[0]}) = a1 ⊙ {array('mask')}"
        case "softmax":
            return f"{result} = softmax({given[0]})"
        case "margins":
            return f"{result} = {_MARGINS[objective.variant == 'one_vs_all']}"
        case "loss":
            return f"L = 1/N Σₙ {_loss_of_a_sample(objective)}"
        case "loss_gradient":
            if objective.loss == "hinge":
                return f"{result} = {_hinge_gradient(objective)}"
            return f"{result} = ({given[0]} − {given[1]}) / N"
        case "weights_gradient" | "inputs_gradient":
            return f"{result} = {given[0]} · {given[1]}"
        case "bias_gradient":
            return f"{result} = Σₙ {given[0]}"
        case "relu_gradient":
            return f"{result} = {given[0]} ⊙ {given[1]}"
        case "penalty":
            return f"{result} = {given[0]} + {penalty_symbol(objective, step.inputs[1].name)}"


def _loss_of_a_sample(objective: Objective) -> str:
    if objective.loss == "cross_entropy":
        return "(−ln p_y)"
    if objective.loss == "squared_error":
        return "½ Σ (scores − t)²"
    sign = "maxⱼ" if objective.variant == "crammer_singer" else "Σⱼ"
    return f"{sign} max(0, mⱼ){'²' if objective.power == 2 else ''}"


def _hinge_gradient(objective: Objective) -> str:
    slope = "2 max(0, m)" if objective.power == 2 else "[m > 0]"
    if objective.variant == "one_vs_all":
        return f"(1 − 2t) ⊙ {slope} / N"
    if objective.variant == "crammer_singer":
        slope = f"{slope}, m = max m"
    return f"(v − t Σⱼ vⱼ) / N, v = {slope}"
