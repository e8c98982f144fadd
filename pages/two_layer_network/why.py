"""One sample through the network and back, the update of a weight, and a check of its gradient."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from core.gradients.check import GradientCheck, check_gradient
from core.learning.datasets import Dataset
from core.learning.history import Record
from core.learning.models import Model
from core.learning.objective import ModelLoss
from core.validation import FloatArray
from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.kit.latex import row, significant
from pages.ui.learning.runs import Run
from pages.ui.state.written import write_number
from pages.ui.text import Text, escape

__all__ = ["derivation"]

MOST_ENTRIES: Final = 6
"""How many entries of a vector are written; of longer ones, the first."""

MOST_TERMS: Final = 3
"""Up to how many features their products are written out."""

LARGEST_CHECKED: Final = 1e6
"""How large parameters may be for a difference quotient to make sense."""

CHECK_STEP: Final = 1e-5
"""The step h of the difference quotient."""

FAIR_ERROR: Final = 1e-4
"""A relative error above which nobody would say that two slopes agree."""

EPSILON: Final = float(np.finfo(np.float64).eps)

SLOPES: Final = {
    "cross_entropy": r"\frac{p - t}{N}",
    "hinge": r"\frac{1}{N} \frac{\partial L}{\partial s}",
    "squared_error": r"\frac{s - t}{N}",
}
"""The gradient at the scores, by the loss."""


@dataclass(frozen=True)
class Step:
    """A recorded step of a run; the weight in W1 that a sample pulls hardest at, and the sample."""

    run: Run
    at: int

    @property
    def record(self) -> Record:
        """The step."""
        return self.run.records[self.at]

    @cached_property
    def train(self) -> Dataset:
        """What is learnt from."""
        return self.run.setup.train

    @cached_property
    def model(self) -> Model:
        """The model before the step."""
        return self.run.model_at(self.at)

    @property
    def sample(self) -> int:
        """The number of the sample among the training data."""
        inputs, slopes = self.whole.forward["X"], self.whole.backward["da1"]
        pulls = np.abs(inputs).max(axis=1) * np.abs(slopes).max(axis=1)
        return int(self.record.batch[pulls.argmax()])

    @property
    def label(self) -> int:
        """Its true class."""
        return int(self.train.labels[self.sample])

    @cached_property
    def alone(self) -> ModelLoss:
        """The sample as a batch of one."""
        return self.model.loss(self.train.points[self.sample], self.label)

    @cached_property
    def whole(self) -> ModelLoss:
        """The mini-batch of the step."""
        return self.loss_of(self.model)

    def loss_of(self, model: Model) -> ModelLoss:
        """Return the loss of another model on the mini-batch."""
        batch = self.record.batch
        return model.loss(self.train.points[batch], self.train.labels[batch])

    def share(self, name: str) -> FloatArray:
        """Return what the sample adds to a gradient of the mini-batch; here is its 1/N."""
        return np.asarray(self.alone.backward[name] / len(self.record.batch))

    @cached_property
    def weight(self) -> tuple[int, int]:
        """Row i and column j of the weight in W1."""
        gradient = self.alone.backward["dW1"]
        i, j = np.unravel_index(np.abs(gradient).argmax(), gradient.shape)
        return int(i), int(j)

    @property
    def gradient(self) -> float:
        """The gradient of the total on the mini-batch at the weight."""
        return float(self.whole.gradients["W1"][self.weight])

    def neighbour(self, distance: int) -> float | None:
        """Return the weight so many steps later; None if that step is not recorded."""
        at = self.at + distance
        records = self.run.records
        if not 0 <= at < len(records) or records[at].step != self.record.step + distance:
            return None
        return float(records[at].parameters["W1"][self.weight])

    def check(self) -> GradientCheck:
        """Compare the gradient with a difference quotient."""
        W1 = self.model.parameters["W1"]

        def total(moved: FloatArray) -> float:
            changed = W1.copy()
            changed[self.weight] = moved[0]
            return self.loss_of(self.model.with_parameters({"W1": changed})).total

        return check_gradient(total, [self.gradient], [W1[self.weight]], step=CHECK_STEP)


def derivation(state: TwoLayerNetworkState, run: Run, t: Text) -> str:
    """Send a sample of the shown step through the network and back, as Markdown."""
    step = Step(run, run.record_at(state.at))
    label, (i, j) = step.label, step.weight
    forward, parameters = step.alone.forward, step.model.parameters
    x, hidden, bias = forward["X"][0], forward["h"][0], float(parameters["b1"][j])
    d_scores, d_units = step.share("dscores")[0], step.share("da1")[0]
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
        a1_terms=_terms(x, parameters["W1"][:, j], bias, j),
        unit_input=significant(float(forward["a1"][0, j])),
        active=int(forward["mask"].sum()),
        h=_entries(hidden),
        scores=_entries(forward["scores"]),
        loss=_loss(step, t),
        slope=SLOPES[step.model.objective.loss],
        dscores=_entries(d_scores),
        unit_output=significant(float(hidden[j])),
        true_slope=_signed(float(d_scores[label])),
        dW2=significant(float(step.share("dW2")[j, label])),
        dh=_entries(step.share("dh")),
        da1=_entries(d_units),
        feature=significant(float(x[i])),
        unit_slope=_signed(float(d_units[j])),
        dW1=significant(float(step.share("dW1")[i, j])),
        w=significant(float(parameters["W1"][i, j])),
        data_gradient=significant(data_gradient),
        penalty_gradient=_signed(step.gradient - data_gradient),
        gradient=significant(step.gradient),
        update=_update(step, t),
        check=_check(step, t),
        weights=sum(array.size for array in parameters.values()),
    )


def _entries(values: FloatArray) -> str:
    flat = values.reshape(-1).tolist()
    shown = row(significant(value) for value in flat[:MOST_ENTRIES])
    return shown if len(flat) <= MOST_ENTRIES else rf"{shown},\; \dots"


def _signed(value: float) -> str:
    return rf"({significant(value)})" if value < 0 else significant(value)


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
    settings: dict[str, object] = {"value": significant(step.alone.data_loss), "label": step.label}
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


def _update(step: Step, t: Text) -> str:
    """Write the update of the weight; what the optimiser remembers shows in how it moved."""
    recipe, record = step.run.setup.recipe, step.record
    w, rate = float(step.model.parameters["W1"][step.weight]), record.learning_rate
    told = {
        "rate": significant(rate),
        "w": significant(w),
        "signed_gradient": _signed(step.gradient),
    }
    if recipe.optimizer == "sgd":
        return t("two_layer_network.sgd", **told, after=significant(w - rate * step.gradient))
    if recipe.optimizer == "momentum":
        told["momentum"] = write_number(recipe.momentum)
        before = w if record.step == 0 else step.neighbour(-1)
        if before is None:
            return t("two_layer_network.momentum_unknown", **told)
        velocity = recipe.momentum * (w - before) - rate * step.gradient
        return t(
            "two_layer_network.momentum",
            **told,
            velocity=_signed(w - before),
            new_velocity=significant(velocity),
            after=significant(w + velocity),
        )
    count = record.step + 1
    factor = math.sqrt(1.0 - recipe.beta2**count) / (1.0 - recipe.beta1**count)
    written = t("two_layer_network.adam", **told, count=count, factor=significant(factor))
    after = step.neighbour(1)
    if after is None:
        return written
    ratio = _signed((w - after) / rate)
    moved = t("two_layer_network.adam_moved", **told, ratio=ratio, after=significant(after))
    return f"{written}\n\n{moved}"


def _check(step: Step, t: Text) -> str:
    if max(np.abs(array).max() for array in step.model.parameters.values()) > LARGEST_CHECKED:
        return t("two_layer_network.unchecked")
    check = step.check()
    error, numerical = float(check.relative_error[0]), float(check.numerical[0])
    resolved = EPSILON * step.loss_of(step.model).total / CHECK_STEP
    if check.kinks[0]:
        agreement = t("two_layer_network.kink")
    elif error > FAIR_ERROR and abs(numerical - step.gradient) < 10 * resolved:
        agreement = t("two_layer_network.lost", resolved=significant(resolved, 1))
    else:
        agreement = t("two_layer_network.agrees", error=significant(error, 2))
    return t(
        "two_layer_network.check",
        numerical=significant(numerical, 11),
        analytic=significant(step.gradient, 11),
        agreement=agreement,
    )
