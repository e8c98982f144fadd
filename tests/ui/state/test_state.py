"""The address of every lesson: what is written is read back, what cannot be used is told."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from core.graphs.circuits import CIRCUITS
from core.presets import PRESETS
from pages.hinge import HingeState
from pages.regularization import RegularizationState
from pages.score_function import ScoreFunctionState
from pages.softmax import SoftmaxState
from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.two_layer_network import TwoLayerNetworkState
from pages.ui.lessons import lessons
from pages.ui.state.example import Example, parse_names, parse_scores, parse_target, resized
from pages.ui.state.losses import LossesState
from pages.ui.state.parameters import Parameter, parameter_of, parameters
from pages.ui.state.state import FocusedState, State, decode, encode
from pages.ui.state.written import write_number

EXAMPLE = ("z", "names", "y", "t")
"""What travels between lessons, with the language."""

KINDS = {name: lesson.state for name, lesson in lessons().items()}
OF_THE_GUIDE = ("scene", "guess", "published")
"""What they may be is not for the lesson to say: tests/ui/state/test_scenes.py, published_examples."""
EVERY = [
    (kind, field.name)
    for kind in set(KINDS.values())
    for field, _ in parameters(kind)
    if field.name not in OF_THE_GUIDE
]
EVERY.sort(key=lambda entry: (entry[0].__name__, entry[1]))


def some(kind: str, *, is_limited: bool) -> list[tuple[type[State], Parameter, str]]:
    """The parameters of this type, with their lessons' states and their attributes."""
    found = [(state, parameter_of(state, name), name) for state, name in EVERY]
    return [
        (state, parameter, name)
        for state, parameter, name in found
        if kind in hints(state, name) and any(parameter.limits) == is_limited
    ]


def hints(kind: type[State], attribute: str) -> set[str]:
    """Names of the types that an attribute may have."""
    hint = get_type_hints(kind)[attribute]
    if get_origin(hint) is Literal:
        return {"str"}
    members = get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    return {getattr(get_origin(member) or member, "__name__", "str") for member in members}


def name_of(entry: Any) -> str:
    return entry.__name__ if isinstance(entry, type) else getattr(entry, "name", str(entry))


def numbers(most: float, count: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.tuples(*[st.floats(-most, most)] * count)


name_text = st.text(
    st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=24
) | st.sampled_from(["a,b", '"quoted"', "{p}", "<b>x</b>", "猫", "a b", "%{x}", "**"])
name_lists = st.lists(name_text, min_size=2, max_size=10, unique=True).map(tuple)

PARSED: Mapping[str, Callable[[Mapping[str, Any]], st.SearchStrategy[Any]]] = {
    "pixels": lambda _: numbers(255, 4),
    "matrix": lambda _: numbers(100, 12),
    "bias": lambda _: numbers(1000, 3),
    "weights": lambda _: numbers(30, 4),
    "own_start": lambda _: numbers(1000, 9),
    "points": lambda _: st.lists(
        st.tuples(st.floats(-255, 255), st.floats(-255, 255), st.integers(0, 9)),
        min_size=1,
        max_size=60,
    ).map(tuple),
    "groups": lambda _: name_lists,
    "uncertain": lambda _: st.tuples(*[st.floats(0.001, 1)] * 3).map(
        lambda weights: tuple(weight / sum(weights) for weight in weights)
    ),
    "drawing": lambda _: st.tuples(*[st.integers(0, 16)] * 64),
    "inputs": lambda given: (
        numbers(1000, len(CIRCUITS[given["graph"]].inputs))
        if given["graph"] in CIRCUITS
        else st.none()
    ),
}
"""What parameters with a reader of their own may be, given the attributes before them."""


@st.composite
def examples(draw: st.DrawFn) -> Example:
    names = draw(name_lists)
    scores = draw(numbers(1e6, len(names)))
    weights = draw(st.none() | st.tuples(*[st.floats(0.001, 1)] * len(names)))
    target = None if weights is None else tuple(weight / sum(weights) for weight in weights)
    return Example(names, scores, draw(st.integers(0, len(names) - 1)), target)


@st.composite
def states(draw: st.DrawFn, kind: type[State]) -> State:
    example = draw(examples())
    values: dict[str, Any] = {}
    for field, parameter in parameters(kind):
        if field.name in OF_THE_GUIDE:
            continue
        hint = hints(kind, field.name)
        if field.name == "along":
            strategy = st.integers(0, len(example.names) - 1)
        elif field.name in PARSED:
            strategy = PARSED[field.name](values)
        elif parameter.options:
            strategy = st.sampled_from(parameter.options)
        elif "bool" in hint:
            strategy = st.booleans()
        elif "int" in hint:
            strategy = st.integers(*map(int, parameter.limits))
        else:
            strategy = st.floats(*parameter.limits)
        is_optional = field.default is None
        values[field.name] = draw(st.none() | strategy if is_optional else strategy)
    return kind(example=example, **values)


def told(problems: Any) -> list[tuple[str, str, str, str]]:
    return [(p.parameter, p.value, p.reason, p.used) for p in problems]


@pytest.mark.parametrize("kind", sorted(set(KINDS.values()), key=name_of), ids=name_of)
@given(st.data())
def test_what_is_written_is_read_back(kind: type[State], data: st.DataObject) -> None:
    state = data.draw(states(kind))
    read, problems = decode(kind, encode(state))
    assert problems == ()
    if isinstance(state, FocusedState):
        assert read.focus == state.focus
        read = dataclasses.replace(read, along=state.along)
    assert read == state


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_default_has_a_short_address(kind: type[State]) -> None:
    assert encode(kind()) == {"names": "cat,car,frog", "z": "3.2,5.1,-1.7", "y": "0"}
    assert decode(kind, {}) == (kind(), ())


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_parameter_has_a_name_of_its_own(kind: type[State]) -> None:
    names = [*EXAMPLE, "lang", *(parameter.name for _, parameter in parameters(kind))]
    assert len(names) == len(set(names))


def linking() -> None:
    import streamlit as st

    from pages.ui.state.address import link_parameters

    st.json(link_parameters())


def test_only_the_example_travels() -> None:
    every = {parameter_of(*entry).name: "1" for entry in EVERY}
    example = {"z": "1,2", "names": "a,b", "y": "1", "t": "0.5,0.5"}
    app = AppTest.from_function(linking)
    for name, text in (every | example | {"lang": "zh"}).items():
        app.query_params[name] = text
    app.run()
    assert dict(json.loads(app.json[0].value)) == example | {"lang": "zh"}


NONSENSE = ("", " ", "nan", "x", "1e400", "-", "1,,2", "٣x", "9" * 400)


@pytest.mark.parametrize(("kind", "attribute"), EVERY, ids=name_of)
def test_what_cannot_be_read_is_told_and_left_out(kind: type[State], attribute: str) -> None:
    name = parameter_of(kind, attribute).name
    usual = kind(graph="sum_times") if attribute == "inputs" else kind()
    for text in NONSENSE:
        state, problems = decode(kind, encode(usual) | {name: text})
        assert state == usual
        assert [problem.parameter for problem in problems] == [name]


@pytest.mark.parametrize(
    ("kind", "parameter", "attribute"), some("float", is_limited=True), ids=name_of
)
def test_numbers_reach_their_limits_and_no_further(
    kind: type[State], parameter: Parameter, attribute: str
) -> None:
    default = getattr(kind(), attribute)
    for limit, beyond in zip(parameter.limits, (-1, 1), strict=True):
        at_limit, problems = decode(kind, {parameter.name: write_number(limit)})
        assert (getattr(at_limit, attribute), problems) == (limit, ())
        text = write_number(limit + beyond)
        state, problems = decode(kind, {parameter.name: text})
        assert state == kind()
        used = "" if default is None else write_number(default)
        assert told(problems) == [(parameter.name, text, "range", used)]
    least, most = (f"{limit:,g}".replace("-", "−") for limit in parameter.limits)
    assert problems[0].limits == {"least": least, "most": most}


@pytest.mark.parametrize(
    ("kind", "parameter", "attribute"), some("int", is_limited=True), ids=name_of
)
def test_whole_numbers_reach_their_limits_and_no_further(
    kind: type[State], parameter: Parameter, attribute: str
) -> None:
    default = getattr(kind(), attribute)
    least, most = parameter.limits
    for limit in (least, most):
        at_limit, problems = decode(kind, {parameter.name: str(limit)})
        assert (getattr(at_limit, attribute), problems) == (limit, ())
    for text in (str(least - 1), str(most + 1), f"{most}.5", "½", "٣"):
        state, problems = decode(kind, {parameter.name: text})
        assert state == kind()
        used = "" if default is None else str(default)
        assert told(problems) == [(parameter.name, text, "whole", used)]
        assert problems[0].limits == {"least": str(least), "most": str(most)}


@pytest.mark.parametrize(
    ("kind", "parameter", "attribute"), some("str", is_limited=False), ids=name_of
)
def test_a_word_is_one_of_the_options(
    kind: type[State], parameter: Parameter, attribute: str
) -> None:
    for option in parameter.options:
        state, problems = decode(kind, {parameter.name: option})
        assert (getattr(state, attribute), problems) == (option, ())
    state, problems = decode(kind, {parameter.name: "other"})
    assert state == kind()
    used = getattr(kind(), attribute) or ""
    assert told(problems) == [(parameter.name, "other", "option", used)]
    assert problems[0].limits == {"options": ", ".join(parameter.options)}


@pytest.mark.parametrize(
    ("kind", "parameter", "attribute"), some("bool", is_limited=False), ids=name_of
)
def test_a_switch_is_on_or_off(kind: type[State], parameter: Parameter, attribute: str) -> None:
    for text, value in (("0", False), ("1", True)):
        state, problems = decode(kind, {parameter.name: text})
        assert (getattr(state, attribute), problems) == (value, ())
    state, problems = decode(kind, {parameter.name: "2"})
    assert state == kind()
    assert told(problems) == [(parameter.name, "2", "switch", "0")]


def test_every_kind_of_parameter_is_met_above() -> None:
    met = {
        (kind, name)
        for word, is_limited in (("float", True), ("int", True), ("str", False), ("bool", False))
        for kind, _, name in some(word, is_limited=is_limited)
    }
    assert {*PARSED, "along"} <= {name for _, name in set(EVERY) - met}


@pytest.mark.parametrize(
    ("text", "target"),
    [("0,7;0,2;0,1", (0.7, 0.2, 0.1)), ("0.7,0.2,0.1", (0.7, 0.2, 0.1)), ("0,0,1", (0, 0, 1))],
)
def test_a_target_of_its_own_says_which_class_is_true(text, target) -> None:
    example = decode(State, {"t": text})[0].example
    assert (example.target, example.label) == (target, target.index(max(target)))
    assert decode(State, {"t": text, "y": "1"})[0].example.label == 1


@pytest.mark.parametrize(
    ("text", "margin"),
    [("0,5", 0.5), ("0.5", 0.5), ("1.234", 1.234), ("１，５", 1.5), ("5e-1", 0.5)],
)
def test_a_number_may_have_a_decimal_comma(text, margin) -> None:
    state, problems = decode(HingeState, {"margin": text})
    assert (state.margin, problems) == (margin, ())


CAT = ("cat", "car", "frog")
SCORES = (3.2, 5.1, -1.7)


@pytest.mark.parametrize(
    ("parameters", "scores", "names", "label", "problems"),
    [
        ({"z": "1,x,3"}, (1, 0, 3), CAT, 0, [("z", "x", "number", "0")]),
        ({"z": "1;2 4"}, (1, 2, 4), CAT, 0, []),
        ({"z": "3,2;5,1;-1,7"}, (3.2, 5.1, -1.7), CAT, 0, []),
        ({"z": "3,2; 5,1; −1,7"}, (3.2, 5.1, -1.7), CAT, 0, []),
        ({"z": "3.2；5.1；-1.7"}, (3.2, 5.1, -1.7), CAT, 0, []),
        ({"z": "1.000;0,5;2"}, (1000, 0.5, 2), CAT, 0, []),
        ({"z": "3,2,5"}, (3, 2, 5), CAT, 0, []),
        (
            {"z": "3,2 5,1 -1,7"},
            SCORES,
            CAT,
            0,
            [("z", "3,2 5,1 -1,7", "two_lists", "3.2,5.1,-1.7")],
        ),
        ({"z": "3,2, 5,1"}, SCORES, CAT, 0, [("z", "3,2, 5,1", "two_lists", "3.2,5.1,-1.7")]),
        ({"z": "1,5; 2.5"}, SCORES, CAT, 0, [("z", "1,5; 2.5", "two_lists", "3.2,5.1,-1.7")]),
        ({"z": "1_0,2"}, (0, 2), ("A", "B"), 0, [("z", "1_0", "number", "0")]),
        ({"z": "1,nan"}, (1, 0), ("A", "B"), 0, [("z", "nan", "size", "0")]),
        ({"z": "1,1e999"}, (1, 0), ("A", "B"), 0, [("z", "1e999", "size", "0")]),
        ({"z": "5"}, SCORES, CAT, 0, [("z", "5", "count", "3.2,5.1,-1.7")]),
        (
            {"z": ",".join("1" * 12)},
            (1,) * 10,
            tuple("ABCDEFGHIJ"),
            0,
            [("z", "12", "count", "10")],
        ),
        ({"names": "a,b"}, (0, 0), ("a", "b"), 0, []),
        (
            {"names": "a,b", "z": "1,2,3"},
            (1, 2, 3),
            ("a", "b", "C"),
            0,
            [("names", "a,b", "name_count", "a,b,C")],
        ),
        (
            {"names": "a,,a"},
            SCORES,
            ("a", "B", "C"),
            0,
            [("names", "", "name_empty", "B"), ("names", "a", "name_twice", "C")],
        ),
        ({"y": "3"}, SCORES, CAT, 0, [("y", "3", "index", "0")]),
        ({"y": "-1"}, SCORES, CAT, 0, [("y", "-1", "index", "0")]),
        ({"y": "9" * 5000}, SCORES, CAT, 0, [("y", "9" * 39 + "…", "index", "0")]),
        ({"z": "1,2", "y": "1"}, (1, 2), ("A", "B"), 1, []),
        ({"z": "1,2", "y": "1\x1f"}, (1, 2), ("A", "B"), 1, []),
        ({"t": "0.5,0.5", "y": "2"}, SCORES, CAT, 2, [("t", "0.5,0.5", "target_count", "2")]),
        ({"t": "0.5,0.6,-0.1"}, SCORES, CAT, 0, [("t", "0.5,0.6,-0.1", "target_sum", "0")]),
        ({"t": "0.5,half,0.5"}, SCORES, CAT, 0, [("t", "half", "number", "0")]),
    ],
)
def test_malformed_examples(parameters, scores, names, label, problems) -> None:
    state, found = decode(State, parameters)
    assert state.example == Example(names, tuple(map(float, scores)), label)
    assert told(found) == problems


@pytest.mark.parametrize(
    ("kind", "parameters", "problems"),
    [
        (HingeState, {"margin": "1,234"}, [("margin", "1,234", "two_numbers", "1")]),
        (HingeState, {"margin": "-2"}, [("margin", "-2", "range", "1")]),
        (HingeState, {"variant": "linear"}, [("variant", "linear", "option", "weston_watkins")]),
        (HingeState, {"along": "x"}, [("along", "x", "index", "0")]),
        (HingeState, {"power": "3"}, [("power", "3", "whole", "1")]),
        (
            SoftmaxState,
            {"c": "1001", "T": "0"},
            [("T", "0", "range", "1"), ("c", "1001", "range", "0")],
        ),
        (
            SvmAgainstSoftmaxState,
            {"step": "-1", "rate": "1e-9"},
            [("rate", "1e-9", "range", "1"), ("step", "-1", "whole", "0")],
        ),
        (
            RegularizationState,
            {"w": "1,2,3", "penalty": "l3", "lambda": "-1", "mix": "2", "half": "yes"},
            [
                ("w", "1,2,3", "weight_count", "1,0,0,0"),
                ("penalty", "l3", "option", "l2"),
                ("lambda", "-1", "range", "1"),
                ("mix", "2", "range", "0.5"),
                ("half", "yes", "switch", "0"),
            ],
        ),
        (RegularizationState, {"w": "1,two,3,4"}, [("w", "two", "number", "1,0,0,0")]),
        (RegularizationState, {"w": "1,2,3,400"}, [("w", "1,2,3,400", "range", "1,0,0,0")]),
        (ScoreFunctionState, {"x": "1,2,3"}, [("x", "1,2,3", "number_count", "")]),
        (ScoreFunctionState, {"W": ",".join(["1"] * 11 + ["x"])}, [("W", "x", "number", "")]),
        (ScoreFunctionState, {"b": "1,2,2000"}, [("b", "1,2,2000", "range", "")]),
        (TwoLayerNetworkState, {"points": "0,0"}, [("points", "0,0", "point", "")]),
        (
            TwoLayerNetworkState,
            {"points": "0.5,0.4,0;1,nan,1"},
            [("points", "1,nan,1", "point", "")],
        ),
        (TwoLayerNetworkState, {"points": "0,0,10"}, [("points", "0,0,10", "point", "")]),
        (TwoLayerNetworkState, {"points": "0,2000,1"}, [("points", "0,2000,1", "point", "")]),
        (
            TwoLayerNetworkState,
            {"points": ";".join(["0,0,0"] * 61)},
            [("points", "61", "point_count", "")],
        ),
        (TwoLayerNetworkState, {"points": ""}, [("points", "0", "point_count", "")]),
        (TwoLayerNetworkState, {"groups": "red"}, [("groups", "red", "groups", "")]),
        (TwoLayerNetworkState, {"groups": "red,red"}, [("groups", "red,red", "groups", "")]),
        (TwoLayerNetworkState, {"groups": "red,,blue"}, [("groups", "red,,blue", "groups", "")]),
        (TwoLayerNetworkState, {"drawing": "0" * 63}, [("drawing", "0" * 39 + "…", "drawing", "")]),
        (
            SoftmaxLossGraphState,
            {"graph": "sum_times", "inputs": "1,2"},
            [("inputs", "1,2", "input_count", "-2,5,-4")],
        ),
    ],
)
def test_malformed_parameters(kind: type[State], parameters, problems) -> None:
    state, found = decode(kind, parameters)
    assert told(found) == problems
    assert dataclasses.replace(state, **unset(kind, {name for name, *_ in problems})) == state


def unset(kind: type[State], names: set[str]) -> dict[str, Any]:
    """The defaults of what the address calls so."""
    default = kind()
    return {
        field.name: getattr(default, field.name)
        for field, parameter in parameters(kind)
        if parameter.name in names
    }


@pytest.mark.parametrize("kind", sorted(set(KINDS.values()), key=name_of), ids=name_of)
@given(st.data())
def test_any_address_gives_a_state(kind: type[State], data: st.DataObject) -> None:
    names = [*EXAMPLE, *(parameter.name for _, parameter in parameters(kind))]
    address = data.draw(st.dictionaries(st.sampled_from(names), st.text(max_size=60)))
    state, problems = decode(kind, address)
    again, none = decode(kind, encode(state))
    assert none == ()
    assert again.example == state.example
    assert {problem.parameter for problem in problems} <= set(address)


def test_parameters_of_other_lessons_say_nothing() -> None:
    assert decode(SoftmaxState, {"margin": "x", "rate": "-1", "T": "2"}) == (
        SoftmaxState(temperature=2.0),
        (),
    )


def test_a_stand_in_never_takes_the_name_of_another_class() -> None:
    assert decode(State, {"names": "B", "z": "1,2,3"})[0].example.names == ("B", "C", "D")
    assert decode(State, {"names": ",A,x", "z": "1,2,3"})[0].example.names == ("B", "A", "x")
    assert resized(Example(("C", "x"), (1.0, 2.0)), 4).names == ("C", "x", "D", "E")


def test_an_example_refuses_what_no_lesson_can_show() -> None:
    with pytest.raises(ValueError, match="scores has 1 classes; expected 2 to 10"):
        Example(("a",), (1.0,), 0)
    with pytest.raises(ValueError, match="names has 2 entries; scores has 3"):
        Example(("a", "b"), (1.0, 2.0, 3.0), 0)
    with pytest.raises(ValueError, match="label is 2; expected 0 to 1"):
        Example(("a", "b"), (1.0, 2.0), 2)
    with pytest.raises(ValueError, match="beyond 1e\\+06"):
        Example(("a", "b"), (1.0, float("nan")), 0)
    with pytest.raises(ValueError, match=r"target is .*; expected 2 probabilities"):
        Example(("a", "b"), (1.0, 2.0), 0, (0.5, 0.6))
    with pytest.raises(dataclasses.FrozenInstanceError):
        Example().label = 1


def test_resized() -> None:
    more = resized(Example(), 5)
    assert more.names == ("cat", "car", "frog", "D", "E")
    assert more.scores == (3.2, 5.1, -1.7, 0, 0)
    fewer = resized(dataclasses.replace(more, label=4), 2)
    assert fewer == Example(("cat", "car"), (3.2, 5.1), 1)


def test_targets_are_a_distribution() -> None:
    assert Example().targets == (1, 0, 0)
    assert decode(State, {"t": ".25, .25, .5"})[0].example.targets == (0.25, 0.25, 0.5)
    assert resized(Example(target=(0.5, 0.5, 0.0)), 4).targets == (1, 0, 0, 0)


def test_typed_texts() -> None:
    assert parse_target("0.2；0.3 0.5", 3) == ((0.2, 0.3, 0.5), ())
    assert parse_scores("3.2, 5.1, −1.7") == ((3.2, 5.1, -1.7), ())
    assert parse_names('x, "y, z"', 2) == (("x", "y, z"), ())


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_presets_fit_the_address(preset) -> None:
    example = Example(preset.names, preset.scores, preset.label)
    state = LossesState(example, margin=preset.margin, variant=preset.variant)
    assert decode(LossesState, encode(state)) == (state, ())


def test_points_and_their_classes_in_an_address() -> None:
    state, problems = decode(
        TwoLayerNetworkState, {"points": "0.5,0.4,0;-1,2,1;", "groups": "red,blue"}
    )
    assert problems == ()
    assert state.points == ((0.5, 0.4, 0), (-1.0, 2.0, 1))
    assert state.groups == ("red", "blue")
    assert encode(state)["points"] == "0.5,0.4,0;-1,2,1"


def test_an_address_is_written_in_this_order() -> None:
    state = LossesState(Example(("x", "y"), (1.0, 2.5), 1), margin=2.0)
    assert list(encode(state).items()) == [
        ("z", "1,2.5"),
        ("names", "x,y"),
        ("y", "1"),
        ("margin", "2"),
    ]
