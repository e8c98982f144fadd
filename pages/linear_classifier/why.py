"""The linear classifier derived with the current numbers: scores, losses, gradients, one step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.learning.datasets import Dataset
from core.learning.history import Recipe
from core.learning.layers import SoftmaxWithLoss
from core.learning.models import Model
from core.learning.objective import ModelLoss, Objective
from core.validation import FloatArray, LabelArray
from pages.ui.kit import latex
from pages.ui.learning.runs import Run
from pages.ui.state.written import write_number
from pages.ui.text import Text, escape

__all__ = ["Step", "derivation", "step_of"]

MOST_WRITTEN: Final = 5
"""Terms of a sum, or columns of a matrix, that are written out; of more, the first and last."""


@dataclass(frozen=True, eq=False)
class Step:
    """A classifier at the step shown, and the step to take from there.

    ``batch`` are the samples that it looks at. ``after`` are the weights where it leads, if they
    are known; plain gradient descent does not need them.
    """

    number: int
    model: Model
    batch: LabelArray
    learning_rate: float
    after: FloatArray | None = None


def step_of(run: Run, at: int | None) -> Step:
    """Return the last recorded step of a run up to ``at``; the present one if that is None."""
    place = run.record_at(at)
    record, following = run.records[place], run.records[place + 1 : place + 2]
    after = [each.parameters["W1"] for each in following if each.step == record.step + 1]
    return Step(
        record.step,
        run.model_at(place),
        record.batch,
        record.learning_rate,
        after[0] if after else None,
    )


def derivation(dataset: Dataset, svm: Step, softmax: Step, recipe: Recipe, t: Text) -> str:
    """Derive both losses of a point, their gradients by W and b, and the next step, as Markdown.

    The point is that with the largest cross-entropy.
    """
    index = int(softmax.model.loss(dataset.points, dataset.labels).per_sample.argmax())
    label, objective = int(dataset.labels[index]), svm.model.objective
    values: dict[str, object] = {}
    for name, step in (("svm", svm), ("softmax", softmax)):
        values |= {f"{name}_{key}": text for key, text in _numbers(dataset, index, step).items()}
    per_sample = svm.model.loss(dataset.points, dataset.labels).per_sample
    batch = "mini_batch" if len(svm.batch) < dataset.size else "full_batch"
    rest = "rest_penalty" if objective.l1 or objective.l2 else "rest"
    return t(
        "linear_classifier.why",
        step_shown=svm.number,
        number=index + 1,
        name=escape(dataset.names[label]),
        label=label,
        column=label + 1,
        point=f"({latex.row(map(latex.short, dataset.points[index].tolist()))})",
        size=dataset.size,
        count=len(svm.batch),
        batch=t(f"linear_classifier.{batch}", count=len(svm.batch), size=dataset.size),
        hinge=t(
            f"linear_classifier.hinge_{objective.variant}",
            power=_power(objective),
            terms=_hinge_terms(svm.model, dataset, index),
            value=values["svm_loss"],
        ),
        slope=t(
            f"linear_classifier.slope_{objective.variant}",
            amount=1 if objective.power == 1 else "2m",
            however=t("linear_classifier.however") if objective.power == 1 else "",
        ),
        penalty=_penalty(svm, softmax, t),
        step=t(
            f"linear_classifier.step_{recipe.optimizer}",
            momentum=write_number(recipe.momentum),
            beta1=write_number(recipe.beta1),
            beta2=write_number(recipe.beta2),
        ),
        updates=_updates(dataset, svm, softmax, recipe),
        rest=t(f"linear_classifier.{rest}", losses=np.count_nonzero(per_sample), size=dataset.size),
        **values,
    )


def _numbers(dataset: Dataset, index: int, step: Step) -> Mapping[str, str]:
    """What the text says about a classifier."""
    model = step.model
    batch = _on_batch(dataset, step)
    last = model.objective.data_loss(model.scores(dataset.points[index]), dataset.labels[[index]])
    numbers = {
        "weights": _matrix(model.parameters["W1"]),
        "bias": _vector(model.parameters["b1"]),
        "scores": _vector(last.scores[0]),
        "loss": latex.number(last.value),
        "mean": latex.number(model.loss(dataset.points, dataset.labels).data_loss),
        "gradient": _vector(last.gradient[0]),
        "share": _vector(last.gradient[0] / len(step.batch)),
        "entry": _entry(dataset, step, batch, int(dataset.labels[index])),
        "dW": _matrix(batch.backward["dW1"]),
        "db": _vector(batch.backward["db1"]),
    }
    if isinstance(last, SoftmaxWithLoss):
        probabilities = last.probabilities[0]
        numbers["probabilities"] = _vector(probabilities)
        numbers["probability"] = latex.number(float(probabilities[dataset.labels[index]]))
    return numbers


def _on_batch(dataset: Dataset, step: Step) -> ModelLoss:
    return step.model.loss(dataset.points[step.batch], dataset.labels[step.batch])


def _entry(dataset: Dataset, step: Step, batch: ModelLoss, label: int) -> str:
    """One entry of X^T dscores as the sum over the points whose row is not 0."""
    first, column = dataset.points[step.batch, 0], batch.backward["dscores"][:, label]
    terms = [
        rf"{_bracketed(latex.short(x))} \cdot {_signed(slope)}"
        for x, slope in zip(first.tolist(), column.tolist(), strict=True)
        if slope
    ]
    value = latex.number(float(batch.backward["dW1"][0, label]))
    written = " + ".join(_shortened(terms)) or "0"
    return f"{written} = {value}"


def _hinge_terms(model: Model, dataset: Dataset, index: int) -> str:
    """One max(0, ...) a class with its numbers."""
    objective, label = model.objective, int(dataset.labels[index])
    scores = model.scores(dataset.points[index])[0].tolist()
    margin, power = write_number(objective.margin), _power(objective)
    true_score = _signed(scores.pop(label))
    if objective.variant == "one_vs_all":
        inner = [f"{margin} - {true_score}", *(f"{margin} + {_signed(s)}" for s in scores)]
    else:
        inner = [f"{latex.number(s)} - {true_score} + {margin}" for s in scores]
    terms = _shortened([rf"\max(0, {term}){power}" for term in inner])
    return (r",\; " if objective.variant == "crammer_singer" else " + ").join(terms)


def _penalty(svm: Step, softmax: Step, t: Text) -> str:
    """The penalty and its gradient with their numbers; a sentence if there is none."""
    objective = svm.model.objective
    if not (objective.l1 or objective.l2):
        return t("linear_classifier.penalty_none")
    values: dict[str, str] = {}
    for name, step in (("svm", svm), ("softmax", softmax)):
        penalty = step.model.objective.penalty(step.model.parameters["W1"])
        values[f"{name}_value"] = latex.number(penalty.value)
        values[f"{name}_pull"] = _matrix(penalty.gradient)
    formula, pull = _penalty_formulas(objective)
    return t("linear_classifier.penalty_some", formula=formula, pull=pull, **values)


def _penalty_formulas(objective: Objective) -> tuple[str, str]:
    """The penalty and its derivative by one weight, with the strengths."""
    values, pulls = [], []
    if objective.l1:
        strength = write_number(objective.l1)
        values.append(rf"{strength} \sum |W_{{kj}}|")
        pulls.append(rf"{strength}\, \mathrm{{sign}}(W_{{kj}})")
    if objective.l2:
        strength = write_number(objective.l2)
        factor, slope = (rf"\tfrac12 \cdot {strength}", strength)
        if not objective.half:
            factor, slope = strength, rf"2 \cdot {strength}"
        values.append(rf"{factor} \sum W_{{kj}}^2")
        pulls.append(rf"{slope}\, W_{{kj}}")
    return " + ".join(values), " + ".join(pulls)


def _updates(dataset: Dataset, svm: Step, softmax: Step, recipe: Recipe) -> str:
    """The next step of both classifiers with its numbers, where it is known."""
    parts = []
    for name, step in (("SVM", svm), ("softmax", softmax)):
        weights = step.model.parameters["W1"]
        if recipe.optimizer == "sgd":
            gradient = _on_batch(dataset, step).gradients["W1"]
            rate = write_number(step.learning_rate)
            move = rf"- {rate} {_matrix(gradient)}"
            after = weights - step.learning_rate * gradient
        elif step.after is not None:
            after = step.after
            move = f"+ {_matrix(after - weights)}"
        else:
            continue
        parts.append(
            rf"\text{{{name}:}}\quad {_matrix(weights)} {move} = {_matrix(np.asarray(after))}"
        )
    return "\n\n".join(f"$$\n{part}\n$$" for part in parts)


def _power(objective: Objective) -> str:
    return "" if objective.power == 1 else "^2"


def _signed(value: float) -> str:
    return _bracketed(latex.number(value))


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def _shortened(parts: Sequence[str]) -> list[str]:
    if len(parts) <= MOST_WRITTEN:
        return list(parts)
    return [*parts[: MOST_WRITTEN - 2], r"\cdots", parts[-1]]


def _vector(values: FloatArray) -> str:
    entries = [latex.number(value) for value in values.tolist()]
    return f"({latex.row(_shortened(entries))})"


def _matrix(values: FloatArray) -> str:
    rows = [
        " & ".join(_shortened([latex.number(value) for value in row])) for row in values.tolist()
    ]
    return r"\begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}"
