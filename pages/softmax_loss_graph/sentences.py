"""What is told at each step of a graph: sentences whose numbers are readouts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from core.graphs.traversal import TraversalPhase, TraversalUnit
from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.numbers import SAMPLES, GraphSweeps
from pages.ui.text import Text

__all__ = ["Wording", "row_of"]

_CIRCUIT_UNITS: Final[Mapping[str, Mapping[str, str]]] = {
    "sum_times": {"q": "x + y", "f": "(x + y) × z"},
    "sigmoid_neuron": {
        "w0x0": "w₀ × x₀",
        "w1x1": "w₁ × x₁",
        "sum": "w₀x₀ + w₁x₁",
        "score": "+ w₂",
        "negative": "× −1",
        "exp": "exp",
        "denominator": "+ 1",
        "f": "1/x",
    },
    "gates": {"product": "x × y", "maximum": "max(z, w)", "sum": "+", "f": "× 2"},
}
_UNITS: Final[Mapping[str, str]] = {
    "reciprocal": "1/S",
    "loss": "× −1",
    "softmax": "Softmax",
    "total": "+",
    "mean": "÷ N",
}
"""Units that need no words."""
_SUBSCRIPTS: Final = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

_FORMULAS: Final[Mapping[str, str]] = {
    "exp": "exp({in0})",
    "log": "ln {in0}",
    "reciprocal": "1 / {in0}",
    "negate": "−1 × {in0}",
    "add_constant": "{in0} + {constant}",
    "multiply_constant": "{in0} × {constant}",
    "divide_constant": "{in0} / {constant}",
}
_SIGNS: Final[Mapping[str, str]] = {"add": " + ", "multiply": " × ", "maximum": ", "}


def _role(id: str) -> tuple[str, int]:
    """The role of a unit or node of softmax with loss, and the number of its class or sample."""
    name = id.rpartition(".")[2]
    role = name.rstrip("0123456789")
    return role, int(name.removeprefix(role) or 0)


def row_of(sweeps: GraphSweeps, node: int) -> int:
    """Give the row of a logit: the number of its class among those that are drawn."""
    return _role(sweeps.order.graph.nodes[node].id)[1]


def _list(slot: str, count: int, sign: str = ", ") -> str:
    return sign.join(f"{{{slot}{i}}}" for i in range(count))


@dataclass(frozen=True)
class Wording:
    """The names of everything in a graph, and a sentence for each step."""

    state: SoftmaxLossGraphState
    sweeps: GraphSweeps
    t: Text

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The names of the rows: the kept classes, and the others as one."""
        given, kept = self.state.example.names, self.sweeps.kept
        names = tuple(given[index] for index in kept)
        if self.sweeps.is_merged:
            return (*names, self.t("softmax_loss_graph.rest", count=len(given) - len(kept)))
        return names

    @property
    def output(self) -> str:
        """The name of the output."""
        return "f" if self.state.is_circuit else "L"

    def input_title(self, node: int, classes: Sequence[str] | None = None) -> str:
        """Name an input: the class of a logit."""
        id = self.sweeps.order.graph.nodes[node].id
        if self.state.is_circuit:
            return id.translate(_SUBSCRIPTS)
        role, number = _role(id)
        return role if role == "t" else (classes or self.classes)[number]

    def box_title(self, id: str) -> str:
        """What is written in a box."""
        role, number = _role(id)
        return _UNITS.get(role) or self.t(f"softmax_loss_graph.box.{role}", number=number + 1)

    def step_name(self, step: int) -> str:
        """What stands on the handle of the timeline at a step."""
        phase, unit = self.sweeps.order.steps[step]
        if phase == TraversalPhase.SEED:
            return f"∂{self.output}/∂{self.output} = 1"
        if unit is None:
            return self.t(f"softmax_loss_graph.step.{phase.value}")
        way = "→" if phase == TraversalPhase.FORWARD else "←"
        return f"{way} {self._unit_title(unit.id, self.classes)}"

    def question(self, step: int) -> str:
        """Name what a step asks for, without its answer."""
        if self.sweeps.order.steps[step].phase == TraversalPhase.SEED:
            return f"∂{self.output}/∂{self.output}"
        return self.step_name(step)

    def sentence(self, step: int) -> str:
        """What is told at a step."""
        phase, unit = self.sweeps.order.steps[step]
        if phase == TraversalPhase.SEED:
            return self.t("softmax_loss_graph.sentence.seed", output=self.output)
        if unit is not None:
            return self._visit(unit, is_forward=phase == TraversalPhase.FORWARD)
        if phase == TraversalPhase.DONE:
            return self._done()
        first = self._unit_title(self.sweeps.order.units[0].id)
        return self.t("softmax_loss_graph.sentence.inputs", unit=first)

    @cached_property
    def _spoken_classes(self) -> tuple[str, ...]:
        """In sentences the names of classes are readouts, so that nothing in them is filled."""
        return tuple(f"{{class{row}}}" for row in range(self.sweeps.rows))

    def _unit_title(self, id: str, classes: Sequence[str] | None = None) -> str:
        if self.state.is_circuit:
            return _CIRCUIT_UNITS[self.state.graph][id]
        role, number = _role(id)
        if role in _UNITS:
            return _UNITS[role]
        names = classes or self._spoken_classes
        name = names[number] if number < len(names) else ""
        return self.t(f"softmax_loss_graph.unit.{role}", name=name, number=number + 1)

    def _source_title(self, node: int) -> str:
        known = self.sweeps.order.graph.nodes[node]
        if known.inputs:
            return self._unit_title(known.id)
        return self.input_title(node, self._spoken_classes)

    def _done(self) -> str:
        if self.state.is_circuit:
            slopes = self.t("list.comma").join(
                f"∂f/∂{self.input_title(node)} = **{{down{i}}}**"
                for i, node in enumerate(self.sweeps.asked)
            )
            return self.t(f"softmax_loss_graph.done.{self.state.graph}", slopes=slopes)
        key = "batch" if self.state.is_batch else "softmax"
        return self.t(f"softmax_loss_graph.done.{key}", slopes=_list("down", self.sweeps.rows))

    def _visit(self, unit: TraversalUnit, *, is_forward: bool) -> str:
        title = self._unit_title(unit.id)
        if len(unit.nodes) > 1:
            way = "forward" if is_forward else "backward"
            return self.t(
                f"softmax_loss_graph.{way}.{_role(unit.id)[0]}",
                unit=title,
                outputs=_list("out", self.sweeps.rows),
                slopes=_list("down", self.sweeps.rows),
                samples=SAMPLES,
            )
        if not is_forward:
            return self._backward(unit.nodes[0], title)
        formula = self._formula(unit.nodes[0])
        return self.t("softmax_loss_graph.sentence.forward", unit=title, formula=formula)

    def _formula(self, node: int) -> str:
        known = self.sweeps.order.graph.nodes[node]
        if known.operation in _SIGNS:
            terms = _list("in", len(known.inputs), _SIGNS[known.operation])
            return f"max({terms})" if known.operation == "maximum" else terms
        return _FORMULAS[known.operation].replace("{constant}", f"{known.constant:g}")

    def _backward(self, node: int, title: str) -> str:
        graph = self.sweeps.order.graph
        known = graph.nodes[node]
        arrived = ""
        back = sum(edge.source == node for edge in graph.edges)
        if back > 1:
            terms = _list("back", back, " + ")
            arrived = self.t("softmax_loss_graph.sentence.arrived", count=back, terms=terms)
        sources = [graph.index[id] for id in known.inputs]
        # Nobody asks for the gradient at a target.
        asked = [
            i
            for i, source in enumerate(sources)
            if graph.nodes[source].inputs or source in self.sweeps.asked
        ]
        products = [f"{{up}} × {{local{i}}} {{sign_down{i}}} **{{down{i}}}**" for i in asked]
        if known.operation == "add":
            products = products[:1]
        elif len(asked) > 1:
            products = [
                self.t(
                    "softmax_loss_graph.sentence.towards",
                    input=self._source_title(sources[i]),
                    product=product,
                )
                for i, product in zip(asked, products, strict=True)
            ]
        rule = known.operation if len(asked) == len(sources) else "target"
        return self.t(
            "softmax_loss_graph.sentence.backward",
            unit=title,
            arrived=arrived,
            rule=self.t(f"softmax_loss_graph.rule.{rule}", local=f"{{local{asked[0]}}}"),
            products=self.t("list.semicolon").join(products),
        )
