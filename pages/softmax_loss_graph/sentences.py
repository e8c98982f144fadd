"""What is told at each step of a graph: sentences whose numbers are readouts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from core.graphs.graph import Phase
from pages.softmax_loss_graph.graph_scene import Scene, sources
from pages.softmax_loss_graph.panels import SAMPLES
from pages.ui.text import Text

__all__ = ["box_title", "class_names", "input_title", "role_of", "sentences", "step_names"]

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


def role_of(id: str) -> tuple[str, int]:
    """The role of a unit or node of softmax with loss, and the number of its class or sample."""
    name = id.rpartition(".")[2]
    role = name.rstrip("0123456789")
    return role, int(name.removeprefix(role) or 0)


def class_names(scene: Scene, t: Text) -> list[str]:
    """The names of the rows: the kept classes, and the others as one."""
    given = scene.state.example.names
    names = [given[index] for index in scene.kept]
    if scene.is_merged:
        names.append(t("softmax_loss_graph.rest", count=len(given) - len(names)))
    return names


def input_title(scene: Scene, node: int, names: Sequence[str]) -> str:
    """Name an input: the class of a logit."""
    id = scene.picture.graph.nodes[node].id
    if scene.is_circuit:
        return id.translate(_SUBSCRIPTS)
    role, number = role_of(id)
    return role if role == "t" else names[number]


def box_title(id: str, t: Text) -> str:
    """What is written in a box."""
    role, number = role_of(id)
    return _UNITS.get(role) or t(f"softmax_loss_graph.box.{role}", number=number + 1)


def _unit_title(scene: Scene, id: str, names: Sequence[str], t: Text) -> str:
    if scene.is_circuit:
        return _CIRCUIT_UNITS[scene.state.graph][id]
    role, number = role_of(id)
    if role in _UNITS:
        return _UNITS[role]
    name = names[number] if number < len(names) else ""
    return t(f"softmax_loss_graph.unit.{role}", name=name, number=number + 1)


def step_names(scene: Scene, t: Text) -> tuple[str, ...]:
    """What stands on the handle of the timeline at each step."""
    order, names = scene.picture.order, class_names(scene, t)
    output = "f" if scene.is_circuit else "L"
    found = []
    for visit in order.steps:
        if visit.phase == Phase.SEED:
            found.append(f"∂{output}/∂{output} = 1")
        elif visit.unit is None:
            found.append(t(f"softmax_loss_graph.step.{visit.phase.value}"))
        else:
            title = _unit_title(scene, order.units[visit.unit].id, names, t)
            found.append(f"→ {title}" if visit.phase == Phase.FORWARD else f"← {title}")
    return tuple(found)


def sentences(scene: Scene, t: Text) -> tuple[str, ...]:
    """What is told at each step; names of classes are readouts, too."""
    names = [f"{{class{j}}}" for j in range(scene.rows)]
    order = scene.picture.order
    output = "f" if scene.is_circuit else "L"
    found = []
    for step, visit in enumerate(order.steps):
        if visit.phase == Phase.INPUTS:
            title = _unit_title(scene, order.units[0].id, names, t)
            found.append(t("softmax_loss_graph.sentence.inputs", unit=title))
        elif visit.phase == Phase.SEED:
            found.append(t("softmax_loss_graph.sentence.seed", output=output))
        elif visit.phase == Phase.DONE:
            found.append(_last_sentence(scene, names, t))
        else:
            found.append(_visit_sentence(scene, step, names, t))
    return tuple(found)


def _list(slot: str, count: int, sign: str = ", ") -> str:
    return sign.join(f"{{{slot}{i}}}" for i in range(count))


def _last_sentence(scene: Scene, names: Sequence[str], t: Text) -> str:
    if scene.is_circuit:
        slopes = ", ".join(
            f"∂f/∂{input_title(scene, node, names)} = **{{down{i}}}**"
            for i, node in enumerate(scene.picture.asked)
        )
        return t(f"softmax_loss_graph.done.{scene.state.graph}", slopes=slopes)
    key = "batch" if scene.is_batch else "softmax"
    return t(f"softmax_loss_graph.done.{key}", slopes=_list("down", scene.rows))


def _visit_sentence(scene: Scene, step: int, names: Sequence[str], t: Text) -> str:
    order = scene.picture.order
    visit = order.steps[step]
    unit = order.units[visit.unit or 0]
    title = _unit_title(scene, unit.id, names, t)
    is_forward = visit.phase == Phase.FORWARD
    if unit.id in scene.picture.layout.boxes:
        way = "forward" if is_forward else "backward"
        role, _ = role_of(unit.id)
        return t(
            f"softmax_loss_graph.{way}.{role}",
            unit=title,
            outputs=_list("out", scene.rows),
            slopes=_list("down", scene.rows),
            samples=SAMPLES,
        )
    node = unit.nodes[0]
    if is_forward:
        formula = _formula(scene, node)
        return t("softmax_loss_graph.sentence.forward", unit=title, formula=formula)
    return _backward_sentence(scene, step, node, title, names, t)


def _formula(scene: Scene, node: int) -> str:
    known = scene.picture.graph.nodes[node]
    if known.operation in _SIGNS:
        terms = _list("in", len(known.inputs), _SIGNS[known.operation])
        return f"max({terms})" if known.operation == "maximum" else terms
    return _FORMULAS[known.operation].replace("{constant}", f"{known.constant:g}")


def _backward_sentence(
    scene: Scene, step: int, node: int, title: str, names: Sequence[str], t: Text
) -> str:
    graph, layout = scene.picture.graph, scene.picture.layout
    operation = graph.nodes[node].operation
    arrived = ""
    back = sum(slot.startswith("back") for slot in sources(scene.picture)[step])
    if back > 1:
        terms = _list("back", back, " + ")
        arrived = t("softmax_loss_graph.sentence.arrived", count=back, terms=terms)
    entering = graph.edges_into[node]
    # Nobody asks for the gradient at a target.
    asked = [i for i, edge in enumerate(entering) if edge in layout.gradients]
    products = [f"{{up}} × {{local{i}}} {{sign_down{i}}} **{{down{i}}}**" for i in asked]
    if operation == "add":
        products = products[:1]
    elif len(asked) > 1:
        products = [
            t(
                "softmax_loss_graph.sentence.towards",
                input=_source_title(scene, entering[i], names, t),
                product=product,
            )
            for i, product in zip(asked, products, strict=True)
        ]
    rule = operation if len(asked) == len(entering) else "target"
    return t(
        "softmax_loss_graph.sentence.backward",
        unit=title,
        arrived=arrived,
        rule=t(f"softmax_loss_graph.rule.{rule}", local=f"{{local{asked[0]}}}"),
        products="; ".join(products),
    )


def _source_title(scene: Scene, edge: int, names: Sequence[str], t: Text) -> str:
    source = scene.picture.graph.edges[edge].source
    known = scene.picture.graph.nodes[source]
    if known.inputs:
        return _unit_title(scene, known.id, names, t)
    return input_title(scene, source, names)
