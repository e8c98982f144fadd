"""One sample through the network and back, the update of one weight, and a check of its gradient."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from core.datasets import Dataset
from core.gradient_check import GradientCheck, check_gradient
from core.models import Model, ModelLoss
from core.training import Record
from core.validation import FloatArray
from pages.ui.derivations.latex import number, row
from pages.ui.example import State, write_number
from pages.ui.learning.runs import Run
from pages.ui.text import Text, escape

__all__ = ["derivation"]

MOST_ENTRIES: Final = 10
"""How many entries of a vector are written; of longer ones, the first."""

CHECK_STEP: Final = 1e-5
"""The step h of the difference quotient."""

SLOPES: Final = {
    "cross_entropy": r"\frac{p - t}{N}",
    "hinge": r"\frac{1}{N} \frac{\partial L}{\partial s}",
    "squared_error": r"\frac{s - t}{N}",
}
"""The gradient at the scores, by the loss."""


@dataclass(frozen=True)
class Step:
    """A step of a run, and one weight of the first layer: the one its first sample moves most."""

    model: Model
    train: Dataset
    record: Record

    @property
    def sample(self) -> int:
        """The number of the sample among the training data."""
        return int(self.record.batch[0])

    @cached_property
    def alone(self) -> ModelLoss:
        """The sample as a batch of one."""
        return self.model.loss(self.train.points[self.sample], self.train.labels[[self.sample]])

    @cached_property
    def whole(self) -> ModelLoss:
        """The mini-batch of the step."""
        return self.loss_of(self.model)

    def loss_of(self, model: Model) -> ModelLoss:
        """Return the loss of another model on the mini-batch."""
        batch = self.record.batch
        return model.loss(self.train.points[batch], self.train.labels[batch])

    def backward(self, name: str) -> FloatArray:
        """Return the sample's share of a gradient of the batch: dscores has its 1/N."""
        return np.asarray(self.alone.backward[name] / len(self.record.batch))

    @cached_property
    def weight(self) -> tuple[int, int]:
        """Row i and column j of the weight in W1."""
        place = np.abs(self.alone.backward["dW1"]).argmax()
        i, j = np.unravel_index(place, self.model.parameters["W1"].shape)
        return int(i), int(j)

    @cached_property
    def gradient(self) -> float:
        """The gradient of the total on the mini-batch at the weight."""
        return float(self.whole.gradients["W1"][self.weight])

    def check(self) -> GradientCheck:
        """Compare this gradient with a difference quotient."""
        W1 = self.model.parameters["W1"]

        def total(moved: FloatArray) -> float:
            changed = W1.copy()
            changed[self.weight] = moved[0]
            return self.loss_of(self.model.with_parameters({"W1": changed})).total

        return check_gradient(total, [self.gradient], [W1[self.weight]], step=CHECK_STEP)


def derivation(state: State, run: Run, t: Text) -> str:
    """Send a sample of the shown step through the network and back, as Markdown."""
    number_of_record = run.shown(state)
    step = Step(
        run.training.model_at(number_of_record), run.train, run.training.records[number_of_record]
    )
    forward, parameters = step.alone.forward, step.model.parameters
    label, (i, j) = int(step.train.labels[step.sample]), step.weight
    hidden, x = forward["h"][0], forward["X"][0]
    dscores, da1 = step.backward("dscores"), step.backward("da1")[0]
    check = step.check()
    data_gradient = float(step.whole.backward["dW1"][step.weight])
    return t(
        "two_layer_network.why",
        step=step.record.step,
        batch=len(step.record.batch),
        sample=step.sample,
        name=escape(step.train.names[label]),
        label=label,
        features=step.model.features,
        hidden=len(hidden),
        classes=step.model.classes,
        i=i,
        j=j,
        x=_entries(x),
        a1=_entries(forward["a1"]),
        a1_terms=_terms(x, parameters["W1"][:, j], float(parameters["b1"][j]), j),
        a1_j=number(float(forward["a1"][0, j])),
        active=int(forward["mask"].sum()),
        h=_entries(hidden),
        scores=_entries(forward["scores"]),
        loss=_loss(step, t),
        slope=SLOPES[step.model.objective.loss],
        dscores=_entries(dscores),
        h_j=number(float(hidden[j])),
        ds_y=_signed(float(dscores[0, label])),
        dW2=number(float(step.backward("dW2")[j, label])),
        dh=_entries(step.backward("dh")),
        da1=_entries(da1),
        x_i=number(float(x[i])),
        da1_j=_signed(float(da1[j])),
        dW1=number(float(step.backward("dW1")[i, j])),
        w=number(float(parameters["W1"][i, j])),
        data_gradient=number(data_gradient),
        penalty_gradient=_signed(step.gradient - data_gradient),
        gradient=number(step.gradient),
        update=_update(step, run, number_of_record, t),
        numerical=number(float(check.numerical[0]), 10),
        analytic=number(step.gradient, 10),
        agreement=t("two_layer_network.kink")
        if check.kinks[0]
        else t("two_layer_network.agrees", error=scientific(float(check.relative_error[0]))),
        weights=sum(array.size for array in parameters.values()),
    )


def _short(value: float) -> str:
    """Write a number; an exact 0, as a ReLU makes, without decimals."""
    return number(value) if value else "0"


def _entries(values: FloatArray) -> str:
    flat = values.reshape(-1).tolist()
    shown = row(_short(value) for value in flat[:MOST_ENTRIES])
    return shown if len(flat) <= MOST_ENTRIES else rf"{shown},\; \dots"


def _signed(value: float) -> str:
    return rf"({_short(value)})" if value < 0 else _short(value)


def _terms(x: FloatArray, weights: FloatArray, bias: float, unit: int) -> str:
    """Write x W1 + b1 of a hidden unit, term by term if there are few."""
    if len(x) > MOST_TERMS:
        return rf"\sum_i x_i\, (W_1)_{{i,{unit}}} + b_{{1,{unit}}}"
    products = (
        rf"{_signed(a)} \cdot {_signed(b)}"
        for a, b in zip(x.tolist(), weights.tolist(), strict=True)
    )
    return f"{' + '.join(products)} + {_signed(bias)}"


def _loss(step: Step, t: Text) -> str:
    objective, forward = step.model.objective, step.alone.forward
    settings: dict[str, object] = {
        "value": number(step.alone.data_loss),
        "label": int(step.train.labels[step.sample]),
    }
    if objective.loss == "hinge":
        settings |= {
            "margin": write_number(objective.margin),
            "margins": _entries(forward["margins"]),
            "square": "^2" if objective.power == 2 else "",
        }
        return t(f"two_layer_network.{objective.variant}", **settings)
    if objective.loss == "cross_entropy":
        settings["probabilities"] = _entries(forward["probabilities"])
    return t(f"two_layer_network.{objective.loss}", **settings)


def _update(step: Step, recipe: Recipe, neighbours: Neighbours, t: Text) -> str:
    """Write the update of the weight; what the optimiser remembers shows in how it moved."""
    before, after = neighbours
    w, rate = step.value_of(step.record), step.record.learning_rate
    told = {"rate": write_number(rate), "w": number(w), "signed_gradient": _signed(step.gradient)}
    if recipe.optimizer == "sgd":
        return t("two_layer_network.sgd", **told, after=number(w - rate * step.gradient))
    if recipe.optimizer == "momentum":
        told["momentum"] = write_number(recipe.momentum)
        if before is None and step.record.step:
            return t("two_layer_network.momentum_unknown", **told)
        velocity = 0.0 if before is None else w - step.value_of(before)
        moved = recipe.momentum * velocity - rate * step.gradient
        return t(
            "two_layer_network.momentum",
            **told,
            velocity=_signed(velocity),
            new_velocity=number(moved),
            after=number(w + moved),
        )
    count = step.record.step + 1
    factor = math.sqrt(1.0 - recipe.beta2**count) / (1.0 - recipe.beta1**count)
    adam = t("two_layer_network.adam", **told, count=count, factor=number(factor))
    if after is None:
        return adam
    w_after = step.value_of(after)
    moved = t(
        "two_layer_network.adam_moved",
        **told,
        ratio=_signed((w - w_after) / rate),
        after=number(w_after),
    )
    return f"{adam}\n\n{moved}"


def _scientific(value: float) -> str:
    if value == 0.0:
        return "$0$"
    mantissa, exponent = f"{value:.1e}".split("e")
    return rf"${mantissa} \cdot 10^{{{int(exponent)}}}$"
