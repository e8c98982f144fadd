from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.examples import PRESETS
from core.learning.models import LOSSES
from core.learning.optimizers import OPTIMIZERS
from core.learning.training import SAMPLINGS
from core.losses.hinge import HINGE_VARIANTS
from pages.ui.state.example import Example, parse_names, parse_scores, parse_target, resized
from pages.ui.state.state import State, decode, encode

name_text = st.text(
    st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=24
) | st.sampled_from(["a,b", '"quoted"', "{p}", "<b>x</b>", "猫", "a b", "%{x}", "**"])


@st.composite
def states(draw: st.DrawFn) -> State:
    names = tuple(draw(st.lists(name_text, min_size=2, max_size=10, unique=True)))
    score = st.floats(-1e6, 1e6, allow_nan=False)
    scores = tuple(draw(st.tuples(*[score] * len(names))))
    index = st.integers(0, len(names) - 1)
    weights = draw(st.none() | st.tuples(*[st.floats(0.001, 1)] * len(names)))
    target = None if weights is None else tuple(weight / sum(weights) for weight in weights)
    return State(
        example=Example(names, scores, draw(index), target),
        margin=draw(st.floats(0, 1000)),
        variant=draw(st.sampled_from(HINGE_VARIANTS)),
        power=draw(st.sampled_from([1, 2])),
        along=draw(index),
        is_logarithmic=draw(st.booleans()),
        temperature=draw(st.floats(0.05, 20)),
        constant=draw(st.floats(-1000, 1000)),
        scale=draw(st.floats(0.01, 1000)),
        shift=draw(st.floats(-1000, 1000)),
        rate=draw(st.floats(0.001, 100)),
        step=draw(st.integers(0, 500)),
        steps=draw(st.integers(0, 500)),
        weights=draw(st.none() | st.tuples(*[st.floats(-30, 30)] * 4)),
        penalty=draw(st.sampled_from(["l1", "l2", "elastic"])),
        strength=draw(st.floats(0, 100)),
        mixing=draw(st.floats(0, 1)),
        half=draw(st.integers(0, 1)),
        **draw(learning_settings()),
    )


@st.composite
def learning_settings(draw: st.DrawFn) -> dict[str, Any]:
    pixel, entry = st.floats(-255, 255), st.floats(-100, 100)
    point = st.tuples(pixel, pixel, st.integers(0, 9))
    whole = st.integers(0, 9999)
    settings = {
        "pixels": st.tuples(*[pixel] * 4),
        "matrix": st.tuples(*[entry] * 12),
        "bias": st.tuples(*[st.floats(-1000, 1000)] * 3),
        "data": st.sampled_from(DATA_SETS),
        "points": st.lists(point, min_size=1, max_size=60).map(tuple),
        "groups": st.lists(name_text, min_size=2, max_size=10, unique=True).map(tuple),
        "samples": st.integers(2, 300),
        "noise": st.floats(0, 2),
        "decay": st.floats(0, 100),
        "optimizer": st.sampled_from(OPTIMIZERS),
        "learning_rate": st.floats(1e-4, 1e3),
        "batch_size": whole,
        "hidden": st.integers(1, 200),
        "trained": whole,
        "at": whole,
    }
    optional = {name: draw(st.none() | values) for name, values in settings.items()}
    return optional | {
        "digit": draw(st.integers(0, 1796)),
        "draw": draw(whole),
        "seed": draw(whole),
        "start": draw(st.sampled_from(["seed", "demo"])),
        "loss": draw(st.sampled_from(LOSSES)),
        "momentum": draw(st.floats(0, 0.999)),
        "sampling": draw(st.sampled_from(SAMPLINGS)),
        "rate_decay": draw(st.floats(0.1, 1)),
        "look": draw(st.sampled_from(["train", "inspect", "digits"])),
    }


@given(states())
def test_what_is_written_is_read_back(state: State) -> None:
    read, problems = decode(encode(state))
    assert problems == ()
    assert read.focus == state.focus
    assert dataclasses.replace(read, along=state.along) == state


def test_default_has_a_short_address() -> None:
    assert encode(DEFAULT) == {"names": "cat,car,frog", "z": "3.2,5.1,-1.7", "y": "0"}
    assert decode({}) == (DEFAULT, ())


@pytest.mark.parametrize(
    ("parameters", "scores", "names", "label", "problems"),
    [
        ({"z": "1,x,3"}, (1, 0, 3), ("cat", "car", "frog"), 0, [("z", "x", "number", "0")]),
        ({"z": "1;2 4"}, (1, 2, 4), ("cat", "car", "frog"), 0, []),
        ({"z": "1,nan"}, (1, 0), ("A", "B"), 0, [("z", "nan", "size", "0")]),
        ({"z": "1,1e999"}, (1, 0), ("A", "B"), 0, [("z", "1e999", "size", "0")]),
        (
            {"z": "5"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [("z", "5", "count", "3.2,5.1,-1.7")],
        ),
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
            (3.2, 5.1, -1.7),
            ("a", "B", "C"),
            0,
            [("names", "", "name_empty", "B"), ("names", "a", "name_twice", "C")],
        ),
        ({"y": "3"}, (3.2, 5.1, -1.7), ("cat", "car", "frog"), 0, [("y", "3", "index", "0")]),
        ({"y": "-1"}, (3.2, 5.1, -1.7), ("cat", "car", "frog"), 0, [("y", "-1", "index", "0")]),
        (
            {"y": "9" * 5000},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [("y", "9" * 39 + "…", "index", "0")],
        ),
        ({"z": "1,2", "y": "1"}, (1, 2), ("A", "B"), 1, []),
        ({"z": "1,2", "y": "1\x1f"}, (1, 2), ("A", "B"), 1, []),
        (
            {"margin": "-2"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [("margin", "-2", "range", "1")],
        ),
        (
            {"variant": "linear"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [("variant", "linear", "option", "weston_watkins")],
        ),
        (
            {"T": "0", "c": "1001", "power": "3", "step": "-1", "rate": "1e-9"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [
                ("power", "3", "whole", "1"),
                ("T", "0", "range", "1"),
                ("c", "1001", "range", "0"),
                ("rate", "1e-9", "range", "1"),
                ("step", "-1", "whole", "0"),
            ],
        ),
        (
            {"t": "0.5,0.5", "y": "2"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            2,
            [("t", "0.5,0.5", "target_count", "2")],
        ),
        (
            {"t": "0.5,0.6,-0.1"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [("t", "0.5,0.6,-0.1", "target_sum", "0")],
        ),
        (
            {"t": "0.5,half,0.5"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [("t", "half", "number", "0")],
        ),
        (
            {"w": "1,2,3", "penalty": "l3", "lambda": "-1", "mix": "2", "half": "yes"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [
                ("w", "1,2,3", "weight_count", "1,0,0,0"),
                ("penalty", "l3", "option", "l2"),
                ("lambda", "-1", "range", "1"),
                ("mix", "2", "range", "0.5"),
                ("half", "yes", "whole", "0"),
            ],
        ),
        (
            {"w": "1,two,3,4"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [("w", "two", "number", "1,0,0,0")],
        ),
        (
            {"w": "1,2,3,400"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [("w", "1,2,3,400", "range", "1,0,0,0")],
        ),
        (
            {"along": "x"},
            (3.2, 5.1, -1.7),
            ("cat", "car", "frog"),
            0,
            [("along", "x", "index", "0")],
        ),
    ],
)
def test_malformed_addresses(parameters, scores, names, label, problems) -> None:
    state, found = decode(parameters)
    assert state.example == Example(names, tuple(map(float, scores)), label)
    assert [(p.parameter, p.value, p.reason, p.used) for p in found] == problems


@given(
    st.dictionaries(
        st.sampled_from([parameter.name for parameter in PARAMETERS]),
        st.text(max_size=60),
    )
)
def test_any_address_gives_a_state(parameters: dict[str, str]) -> None:
    state, problems = decode(parameters)
    again, none = decode(encode(state))
    assert none == ()
    assert again.example == state.example
    assert {problem.parameter for problem in problems} <= set(parameters)


def test_a_stand_in_never_takes_the_name_of_another_class() -> None:
    assert decode({"names": "B", "z": "1,2,3"})[0].example.names == ("B", "C", "D")
    assert decode({"names": ",A,x", "z": "1,2,3"})[0].example.names == ("B", "A", "x")
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
        DEFAULT.example.label = 1


def test_resized() -> None:
    more = resized(DEFAULT.example, 5)
    assert more.names == ("cat", "car", "frog", "D", "E")
    assert more.scores == (3.2, 5.1, -1.7, 0, 0)
    fewer = resized(dataclasses.replace(more, label=4), 2)
    assert fewer == Example(("cat", "car"), (3.2, 5.1), 1)


def test_targets_are_a_distribution() -> None:
    assert DEFAULT.example.targets == (1, 0, 0)
    assert decode({"t": ".25, .25, .5"})[0].example.targets == (0.25, 0.25, 0.5)
    assert resized(Example(target=(0.5, 0.5, 0.0)), 4).targets == (1, 0, 0, 0)


def test_typed_texts() -> None:
    assert parse_target("0.2；0.3 0.5", 3) == ((0.2, 0.3, 0.5), ())
    assert parse_scores("3.2, 5.1, −1.7") == ((3.2, 5.1, -1.7), ())
    assert parse_names('x, "y, z"', 2) == (("x", "y, z"), ())


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_presets_fit_the_address(preset) -> None:
    state = State(Example(preset.names, preset.scores, preset.label), preset.margin, preset.variant)
    assert decode(encode(state)) == (state, ())


@pytest.mark.parametrize(
    ("parameters", "reason", "value"),
    [
        ({"points": "0,0"}, "point", "0,0"),
        ({"points": "0.5,0.4,0;1,nan,1"}, "point", "1,nan,1"),
        ({"points": "0,0,10"}, "point", "0,0,10"),
        ({"points": "0,2000,1"}, "point", "0,2000,1"),
        ({"points": ";".join(["0,0,0"] * 61)}, "point_count", "61"),
        ({"points": ""}, "point_count", "0"),
        ({"groups": "red"}, "groups", "red"),
        ({"groups": "red,red"}, "groups", "red,red"),
        ({"groups": "red,,blue"}, "groups", "red,,blue"),
        ({"x": "1,2,3"}, "number_count", "1,2,3"),
        ({"W": ",".join(["1"] * 11 + ["x"])}, "number", "x"),
        ({"b": "1,2,2000"}, "range", "1,2,2000"),
        ({"eta": "0"}, "range", "0"),
        ({"hidden": "0"}, "whole", "0"),
        ({"trained": "20001"}, "whole", "20001"),
        ({"opt": "lbfgs"}, "option", "lbfgs"),
        ({"data": "mnist"}, "option", "mnist"),
    ],
)
def test_what_a_model_cannot_use_is_told(parameters, reason, value) -> None:
    state, problems = decode(parameters)
    assert [(problem.reason, problem.value) for problem in problems] == [(reason, value)]
    assert state == DEFAULT


def test_points_and_their_classes_in_an_address() -> None:
    state, problems = decode({"points": "0.5,0.4,0;-1,2,1;", "groups": "red,blue"})
    assert problems == ()
    assert state.points == ((0.5, 0.4, 0), (-1.0, 2.0, 1))
    assert state.groups == ("red", "blue")
    assert encode(state)["points"] == "0.5,0.4,0;-1,2,1"
