"""The score function, the bias trick and templates, derived with the current numbers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.losses.hinge import HingeVariant
from core.validation import FloatArray
from pages.score_function import ScoreFunctionState
from pages.score_function.digit_classifier import digit_classifier
from pages.score_function.digits_stage import digit_of
from pages.score_function.numbers import ScoreNumbers
from pages.score_function.panels import class_names, scored
from pages.ui.kit import latex
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.example import Example
from pages.ui.state.written import write_number
from pages.ui.text import Text

__all__ = ["derivation"]


def derivation(state: ScoreFunctionState, result: ScoreNumbers, t: Text) -> str:
    """Derive the scores, their geometry and their losses, and why inference needs no softmax."""
    compared = result.compared
    found, digit = digit_classifier(), digit_of(state)
    top = int(found.predictions[digit])
    return t(
        "score_function.why",
        pixels=latex.row(map(write_number, result.linear.pixels.tolist())),
        rows=_rows(result, t),
        trick=_trick(result),
        image_norm=latex.number(float(result.image_norm), 2),
        angles=_angles(result, t),
        label=int(compared.labels),
        scores=latex.row(map(write_number, result.linear.scores.tolist())),
        margin=write_number(state.margin),
        hinge_terms=_hinge_terms(scored(result, t), state.margin, state.variant),
        hinge=latex.number(float(compared.hinge)),
        cross_entropy=latex.number(float(compared.cross_entropy)),
        digit=digit,
        true_digit=found.data.names[found.data.labels[digit]],
        top_digit=found.data.names[top],
        top_score=latex.number(float(found.scores[digit, top])),
        top_probability=latex.number(float(found.probabilities[digit, top])),
    )


def _rows(result: ScoreNumbers, t: Text) -> str:
    """One line a class: every product, the bias, the score."""
    image = result.linear.pixels.tolist()
    lines = []
    for name, row, bias, score in zip(
        class_names(t),
        result.linear.matrix.tolist(),
        result.linear.bias.tolist(),
        result.linear.scores.tolist(),
        strict=True,
    ):
        products = (
            rf"{latex.signed(w)} \cdot {latex.signed(x)}" for w, x in zip(row, image, strict=True)
        )
        added = " + ".join([*products, latex.signed(bias)])
        lines.append(rf"s_\text{{{name}}} = {added} = {write_number(score)}")
    return "\n\n".join(f"$$\n{line}\n$$" for line in lines)


def _trick(result: ScoreNumbers) -> str:
    """W with the bias as one more column, times x with one more pixel."""
    wide = np.concatenate([result.linear.matrix, result.linear.bias[:, None]], axis=1)
    tall = np.append(result.linear.pixels, 1.0)
    parts = (_matrix(wide), _matrix(tall[:, None]), _matrix(result.linear.scores[:, None]))
    return "$$\n{} {} = {}\n$$".format(*parts)


def _matrix(array: FloatArray) -> str:
    rows = (" & ".join(map(write_number, row)) for row in array.tolist())
    return r"\begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}"


def _angles(result: ScoreNumbers, t: Text) -> str:
    """A table of the length of each row of W and of its angle to the image."""
    head = [t("data.class"), r"$\lVert w_i \rVert$", r"$\theta_i$", r"$w_i \cdot x$", "$b_i$"]
    lines = [head, ["---"] * len(head)]
    degrees = np.degrees(np.arccos(result.cosines))
    columns = (result.template_norms, degrees, result.linear.matches, result.linear.bias)
    for name, length, angle, match, bias in zip(class_names(t), *columns, strict=True):
        numbers = (format_fixed(float(length), 3), f"{format_fixed(float(angle), 1)}°")
        exact = (write_number(float(value)).replace("-", "−") for value in (match, bias))
        lines.append([name, *numbers, *exact])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _hinge_terms(example: Example, margin: float, variant: HingeVariant) -> str:
    terms: Iterable[str] = latex.hinge_terms(example, margin, variant)
    if variant == "crammer_singer":
        return rf"\max\left({latex.row(terms)}\right)"
    return " + ".join(terms)
