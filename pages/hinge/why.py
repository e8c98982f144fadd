"""The hinge loss, its gradient and its variants, derived on the current example."""

from __future__ import annotations

import numpy as np

from core.losses.hinge_variants import HingeComparison, Term, compare_hinges
from core.presets import PRESETS
from pages.hinge import HingeState
from pages.ui.kit import latex
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.class_names import in_language
from pages.ui.state.written import write_number
from pages.ui.text import Text, escape

__all__ = ["derivation"]

IMAGES = ("cat_image", "car_image", "frog_image")


def derivation(state: HingeState, result: HingeComparison, t: Text) -> str:
    """Derive the chosen loss on the current example, and set every variant beside it."""
    variant, power = state.variant, state.power
    family = "one_vs_all" if variant == "one_vs_all" else "multiclass"
    separator = r",\; " if variant == "crammer_singer" else " + "
    square = "" if power == 1 else "^2"
    met = [state.example.names[j] for j in np.flatnonzero(result.terms == Term.MET)]
    kink = t(
        f"hinge.kink_{power}",
        met=t("hinge.separator").join(map(escape, met)) or t("hinge.none"),
    )
    if variant == "crammer_singer":
        kink = f"{kink}\n\n{t('hinge.kink_tie')}"
    return t(
        "hinge.why",
        scores=latex.row(write_number(score) for score in state.example.scores),
        label=state.example.label,
        margin=write_number(state.margin),
        margins=t(f"hinge.margins_{family}"),
        table=_terms_table(state, result, t),
        losses=t(
            f"hinge.loss_{variant}",
            power=square,
            terms=separator.join(
                f"{term}{square}"
                for term in latex.hinge_terms(state.example, state.margin, state.variant)
            ),
            loss=latex.number(float(result.loss)),
        ),
        counting=t(f"hinge.gradient_{variant}_{power}", count=int(result.violation_count)),
        gradient=latex.row(latex.short(g) for g in result.gradient.tolist()),
        kink=kink,
        images=_images_table(result, t),
        **{
            f"{name}_{degree}": format_fixed(float(loss), 4)
            for (name, degree), loss in result.losses.items()
        },
    )


def _terms_table(state: HingeState, result: HingeComparison, t: Text) -> str:
    """A row a class: its margin with its numbers, its term, its entry of the gradient."""
    heads = ("class", "margin", "term", "slope")
    lines = [
        "| " + " | ".join(t(f"hinge.table.{head}") for head in heads) + " |",
        "| --- | --- | ---: | ---: |",
    ]
    margin = write_number(state.margin)
    true_score = state.example.scores[state.example.label]
    for j, name in enumerate(state.example.names):
        score, is_true = state.example.scores[j], j == state.example.label
        if state.variant == "one_vs_all":
            sum_text = f"{margin} {'-' if is_true else '+'} {latex.signed(score)}"
        else:
            sum_text = rf"{write_number(score)} - {latex.signed(true_score)} + {margin}"
        has_term = result.terms[j] != Term.NONE
        term = float(result.violations[j]) ** state.power
        written = f"${latex.short(term)}$"
        is_left_out = result.terms[j] == Term.VIOLATED and result.counted[j] == 0
        cells = (
            f"**{escape(name)}** ⚑" if is_true else escape(name),
            f"${sum_text} = {latex.short(float(result.margins[j]))}$" if has_term else "–",
            "–" if not has_term else f"({written})" if is_left_out else written,
            f"${latex.short(float(result.gradient[j]))}$",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _images_table(result: HingeComparison, t: Text) -> str:
    """The three images of the slides with the chosen loss, and its mean over them."""
    images = [preset for preset in PRESETS if preset.id in IMAGES]
    batch = compare_hinges(
        [image.scores for image in images],
        [image.label for image in images],
        margin=float(result.margin),
        variant=result.variant,
        power=result.power,
    )
    names = in_language(images[0].names, t)
    heads = (t("hinge.table.image"), *names, t("hinge.table.loss"))
    lines = ["| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    for image, loss in zip(images, batch.loss.tolist(), strict=True):
        scores = [
            f"**${write_number(score)}$** ⚑" if index == image.label else f"${write_number(score)}$"
            for index, score in enumerate(image.scores)
        ]
        row = (names[image.label], *scores, format_fixed(loss, 4))
        lines.append("| " + " | ".join(row) + " |")
    mean = f"**{format_fixed(float(np.mean(batch.loss)), 4)}**"
    lines.append("| " + " | ".join((t("hinge.table.mean"), "", "", "", mean)) + " |")
    return "\n".join(lines)
