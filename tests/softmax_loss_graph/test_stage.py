"""What the graph's stage holds: every place, for every step of every handle."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.graphs.graph import CIRCUITS
from core.losses.cross_entropy import cross_entropy
from pages.softmax_loss_graph import GRAPH_VIEWS, GRAPHS, SoftmaxLossGraphState
from pages.softmax_loss_graph.graph_scene import (
    COMPANIONS,
    handle_sweep,
    places,
    scene_of,
    tiles,
    timeline_sweep,
)
from pages.softmax_loss_graph.panels import (
    RADIUS,
    ROOM,
    WIDEST,
    Layout,
    Words,
    graph_figure,
    marks,
)
from pages.softmax_loss_graph.sentences import sentences, step_names
from pages.softmax_loss_graph.stage import _readouts, moved
from pages.ui.stage.vocabulary import Release, spoken
from pages.ui.state.example import Example
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in

WHOLE = replace(SoftmaxLossGraphState(), node=0)
TWO = SoftmaxLossGraphState(Example(("a", "b"), (5.3, 10.1), 1))
FOUR = SoftmaxLossGraphState(Example(("a", "b", "c", "d"), (1.0, -2.0, 0.5, 3.0), 2))
MANY = SoftmaxLossGraphState(Example(tuple("abcdefg"), (1.0, 2.0, 3.0, 4.0, 2.0, -1.0, 0.0), 5))
SOFT = SoftmaxLossGraphState(Example(("a", "b", "c"), (1.0, -0.5, 2.0), 1, (0.2, 0.5, 0.3)))
HUGE = SoftmaxLossGraphState(Example(("a", "b", "c"), (1000.0, -500.0, 200.0), 1))
STATES = [
    *(replace(state, view=view, node=0) for state in (SoftmaxLossGraphState(), TWO, FOUR, MANY, SOFT, HUGE) for view in GRAPH_VIEWS),
    *(SoftmaxLossGraphState(graph=graph, node=0) for graph in GRAPHS if graph in CIRCUITS),
    SoftmaxLossGraphState(graph="sum_times", inputs=(1.5, -2.25, 40.0), node=0),
]  # fmt: skip


def assert_same(found: dict, expected: dict, *, is_same_axis: bool = True) -> None:
    for place, values in found.items():
        # Where a ring is drawn depends on how far the tracks reach.
        if str(place).startswith("ring") and not is_same_axis:
            continue
        assert_allclose(values, expected[place], rtol=1e-12, atol=1e-13, err_msg=str(place))


@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_step_of_the_timeline_is_the_scene_at_that_step(state: SoftmaxLossGraphState) -> None:
    scene = scene_of(state)
    assert scene.step == scene.last
    rows = timeline_sweep(scene)
    for step in range(scene.last + 1):
        node = 0 if step == scene.last else step + 1
        there = scene_of(replace(state, node=node))
        assert there.step == step
        assert_same({place: table[step] for place, table in rows.items()}, places(there, there.now))


@pytest.mark.parametrize("node", [0, 1, 4])
@pytest.mark.parametrize("state", STATES, ids=str)
def test_a_step_of_a_handle_is_the_scene_there(state: SoftmaxLossGraphState, node: int) -> None:
    state = replace(state, node=node)
    scene = scene_of(state)
    grid = scene.axis.grid
    for number in range(len(scene.inputs)):
        rows = handle_sweep(scene, number)
        for row in (3, 57, 100, 198):
            value = float(grid[row])
            if scene.is_circuit:
                inputs = [*scene.inputs]
                inputs[number] = value
                there = scene_of(replace(state, inputs=tuple(inputs)))
            else:
                scores = [*state.example.scores]
                scores[scene.kept[number]] = value
                there = scene_of(
                    replace(state, example=replace(state.example, scores=tuple(scores)))
                )
            if there.is_shifted == scene.is_shifted:
                assert_same(
                    {place: table[row] for place, table in rows.items()},
                    places(there, there.now),
                    is_same_axis=there.axis.limit == scene.axis.limit,
                )


@pytest.mark.parametrize("state", STATES, ids=str)
def test_loss_and_gradient_are_those_of_the_whole_example(state: SoftmaxLossGraphState) -> None:
    if state.graph in CIRCUITS:
        return
    scene = scene_of(state)
    targets = np.asarray(state.example.targets)
    index = scene.picture.graph.index
    expected = cross_entropy(state.example.scores, targets)
    found = scene.now.gradients[list(scene.picture.asked)][: len(scene.kept)]
    samples = 3 if state.view == "batch" else 1
    assert_allclose(found * samples, expected.gradient[list(scene.kept)], atol=1e-12)
    loss = float(scene.now.values[index["s0.loss" if state.view == "batch" else "loss"]])
    is_clipped = scene.is_shifted and expected.value > 700
    assert loss == pytest.approx(700 if is_clipped else expected.value, rel=1e-12)
    if state.view == "batch":
        others = [
            cross_entropy(np.array(scores[: scene.rows]), min(label, scene.rows - 1)).value
            for scores, label in COMPANIONS
        ]
        assert float(scene.now.values[-1]) == pytest.approx(np.mean([expected.value, *others]))


def test_what_is_not_reached_is_hidden() -> None:
    numbers = {}
    scene = scene_of(WHOLE)
    rows = timeline_sweep(scene)
    known = {name: (~np.isnan(rows[name])).sum(axis=1) for name in ("values", "gradients")}
    # 3 logits; then a value each for exp, exp, exp, S, 1/S, and three times y, log, t log; sum, L.
    assert known["values"].tolist() == [*range(3, 20), *[19] * 18]
    assert known["gradients"].tolist()[:17] == [0] * 17
    # The seed, x -1, + (three inputs), then one for each x t and log, two for each x, 1/S, three for +.
    gained = np.diff(known["gradients"]).tolist()[16:]
    assert gained == [1, 1, 3, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 3, 1, 1, 1, 0]
    asked = {
        name: (~np.isnan(rows[f"{name}_questions"])).sum(axis=1) for name in ("value", "gradient")
    }
    assert (asked["value"] + asked["gradient"])[:-1].tolist() == [*[1] * 16, *gained]
    for name in tiles(scene):
        numbers[name] = np.flatnonzero(~np.isnan(rows[name]))[0]
    assert numbers == {"sum": 4, "true_probability": 6, "loss": 16, "slope": 33}


NUMBER = r"−?\d+(?:\.\d+)?(?:e−?\d+)?"
CLAIM = re.compile(
    rf"((?:exp\(|ln |max\()?{NUMBER}(?: [×+/] {NUMBER}|, {NUMBER})*\)?) ([=≈]) (\*\*)?({NUMBER})"
)


def on_a_calculator(term: str) -> Decimal:
    """The value of a printed term; the numbers are taken as they are printed."""
    plain = term.replace("−", "-")
    for name in ("exp", "ln", "max"):
        if plain.startswith(name):
            given = [
                Decimal(number) for number in plain.removeprefix(name).strip("() ").split(", ")
            ]
            return max(given) if name == "max" else getattr(given[0], name)()
    first, *rest = re.split(r" ([×+/]) ", plain)
    value = Decimal(first)
    for sign, number in zip(rest[::2], map(Decimal, rest[1::2]), strict=True):
        value = {"×": value * number, "+": value + number}.get(sign) or (
            value / number if sign == "/" else Decimal(0)
        )
    return value


def claims(state: SoftmaxLossGraphState, language: str = "en") -> list[tuple[str, str, str, str]]:
    """Every calculation that is told along the timeline: term, sign, bold or not, result."""
    t = text_in(language)
    scene = scene_of(state)
    words = _readouts(scene, t)
    rows = timeline_sweep(scene)
    now = places(scene, scene.now)
    told = sentences(scene, t)
    assert len(step_names(scene, t)) == len(told) == scene.last + 1
    found = []
    for step, sentence in enumerate(told):
        here = {**now, **{place: table[step] for place, table in rows.items()}}
        text = spoken(words, here, sentence)
        assert "{" not in text
        assert "–" not in text, text
        found += CLAIM.findall(text)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_what_is_printed_gives_what_is_printed(state: SoftmaxLossGraphState, language: str) -> None:
    found = claims(state, language)
    assert len(found) > 3 or state.view != "full"
    for term, sign, bold, printed in found:
        result = Decimal(printed.replace("−", "-"))
        value = on_a_calculator(term)
        last = Decimal(10) ** (result.adjusted() - (4 if bold else 6) + 1)
        if sign == "=":
            assert abs(value - result) <= last * Decimal("0.5001"), (term, printed)
        else:
            # Not what is printed, but near to it; a difference of large numbers loses digits.
            size = max(abs(Decimal(n.replace("−", "-"))) for n in re.findall(NUMBER, term))
            slack = last * 2 + size * Decimal("1e-5")
            assert abs(value - result) <= slack, (term, printed)


def test_most_calculations_are_exact_to_the_last_digit() -> None:
    signs = [sign for _, sign, *_ in claims(WHOLE)]
    assert signs.count("=") > 0.8 * len(signs)
    assert {sign for _, sign, *_ in claims(SoftmaxLossGraphState(graph="sum_times"))} == {"="}
    # At this logit six digits do not give the same four.
    many = [claims(replace(WHOLE, example=replace(WHOLE.example, scores=(z / 10, 5.1, -1.7)))) for z in range(30)]  # fmt: skip
    assert any(sign == "≈" for found in many for _, sign, *_ in found)


def test_the_sentences_of_the_student() -> None:
    found = [f"{term} {sign} {printed}" for term, sign, _, printed in claims(WHOLE)]
    assert "exp(3.2) = 24.53" in found
    assert "ln 9.67926e−4 = −6.94" in found
    assert "164.022 × 0.00529837 = 0.869" in found
    assert "−0.0354638 × 24.5325 = −0.87" in found


def test_the_sentence_of_the_brief() -> None:
    t = text_in("en")
    scene = scene_of(replace(SoftmaxLossGraphState(), node=34))
    told = spoken(_readouts(scene, t), places(scene, scene.now), sentences(scene, t)[33])
    assert told == (
        "Backwards, **exp (cat)**: its value was used 2 times, so 2 gradients come back and are added, "
        "0.00529837 + −0.0407622 = −0.0354638. The local derivative is the value itself, e^z = 24.5325. "
        "Upstream × local: −0.0354638 × 24.5325 = **−0.87**"
    )


def boxes(state: SoftmaxLossGraphState) -> tuple[list[tuple[float, float, float, float]], Layout]:
    """Every number of a drawing as a rectangle, in pixels of a laptop: x, y, half width and height."""
    scene = scene_of(state)
    drawn, layout = scene.picture, scene.picture.layout
    now = places(scene, scene.now)
    pixel = 968 / (layout.width[1] - layout.width[0])
    size = ROOM * layout.scale * pixel / 3.4
    found = []
    for mark in marks(drawn):
        if mark.kind != "text" or mark.choices is not None:
            continue
        for x, y, number in zip(mark.x, mark.y, np.ravel(now[mark.numbers]), strict=True):
            if not np.isfinite(number):
                number = 1.5e-12  # written as shortly as can be, but this is longer
            exponent = int(np.floor(np.log10(abs(number) or 1)))
            is_plain = -4 <= exponent < 6
            decimals = min(max(3 - exponent, 0), 4)
            text = mark.prefix + (f"{round(number, decimals):.6g}" if is_plain else "1.5e−12")
            aside = {"above": 11, "below": -11, "level": 0}[mark.side]
            height = y * pixel * layout.row + aside
            found.append((x / drawn.unit * pixel, height, 0.23 * size * len(text), 0.36 * size))
    return found, layout


@pytest.mark.parametrize("state", STATES, ids=str)
def test_no_two_numbers_stand_on_each_other(state: SoftmaxLossGraphState) -> None:
    found, layout = boxes(state)
    assert layout.ratio >= WIDEST - 1e-9
    for i, (x, y, width, height) in enumerate(found):
        for u, v, wide, high in found[:i]:
            assert abs(x - u) > width + wide or abs(y - v) > height + high, (x, y, u, v)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_no_number_reaches_into_a_circle(state: SoftmaxLossGraphState) -> None:
    found, layout = boxes(state)
    drawn = scene_of(state).picture
    pixel = 968 / (layout.width[1] - layout.width[0])
    radius = RADIUS * layout.scale * pixel
    for point in layout.circles.values():
        u, v = drawn.across(point.x) / drawn.unit * pixel, point.y * pixel * layout.row
        for x, y, width, height in found:
            # The nearest point of the rectangle.
            gap = np.hypot(max(abs(x - u) - width, 0), max(abs(y - v) - height, 0))
            assert gap > radius - 1, (point, x, y)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_arrows_end_at_circles_in_every_window(state: SoftmaxLossGraphState) -> None:
    scene = scene_of(state)
    drawn, layout = scene.picture, scene.picture.layout
    words = Words(tuple((n, "a") for n in range(99)), tuple((b, b) for b in layout.boxes), "L")
    figure = graph_figure(drawn, words, ())
    circles = [shape for shape in figure.layout.shapes if shape.type == "circle"]
    assert len(circles) == len(layout.circles)
    rims = 0
    for arrow in (note for note in figure.layout.annotations if note.showarrow):
        assert (arrow.xref, arrow.axref, arrow.standoff) == ("x", "x", None)
        for circle in circles:
            x, y = (circle.x0 + circle.x1) / 2, (circle.y0 + circle.y1) / 2
            a, b = circle.x1 - x, circle.y1 - y
            inside = np.hypot((arrow.x - x) / a, (arrow.y - y) / b)
            assert inside > 1 - 1e-9
            rims += inside < 1 + 1e-9
    assert rims == sum(line.end in layout.circles.values() for line in layout.lines.values())


def test_places_hold_what_the_marks_need() -> None:
    for state in STATES:
        scene = scene_of(state)
        now = places(scene, scene.now)
        for mark in marks(scene.picture):
            if mark.kind == "text":
                assert np.size(now[mark.numbers]) == len(mark.x) == len(mark.y)
            else:
                assert np.size(now[mark.x]) == np.size(now[mark.y]) == 1


# ---- releases and address -------------------------------------------------------------------------


def test_a_release_becomes_the_state() -> None:
    values = {"score0": 1.5, "score1": 5.1, "score2": -1.7, "node": 7}
    state = moved(SoftmaxLossGraphState(), Release(values, None))
    assert state == replace(
        SoftmaxLossGraphState(),
        example=replace(SoftmaxLossGraphState().example, scores=(1.5, 5.1, -1.7)),
        node=8,
    )
    last = scene_of(SoftmaxLossGraphState()).last
    assert moved(state, Release({**values, "node": last}, None)).node == 0


def test_a_release_of_kept_classes_leaves_the_others_alone() -> None:
    values = {"score0": 9.0, "score1": 2.0, "score5": -4.0, "node": 0}
    state = moved(MANY, Release(values, None))
    assert state.example.scores == (9.0, 2.0, 3.0, 4.0, 2.0, -4.0, 0.0)


def test_a_release_of_a_circuit() -> None:
    state = SoftmaxLossGraphState(graph="sum_times")
    values = {"input0": -2, "input1": 5, "input2": 0.5, "node": 6}
    assert moved(state, Release(values, None)).inputs == (-2, 5, 0.5)
    values["input2"] = -4
    assert moved(state, Release(values, None)).inputs is None


@pytest.mark.parametrize(
    "change",
    [
        {"score0": "x"},
        {"score0": None},
        {"score0": 1e9},
        {"node": 99},
        {"node": -1},
        {"node": "nan"},
    ],
    ids=str,
)
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    values = {"score0": 1.5, "score1": 5.1, "score2": -1.7, "node": 7}
    assert (
        moved(SoftmaxLossGraphState(), Release({**values, **change}, None))
        == SoftmaxLossGraphState()
    )
    assert moved(SoftmaxLossGraphState(), Release({"node": 3}, None)) == SoftmaxLossGraphState()
    circuit = SoftmaxLossGraphState(graph="gates")
    assert (
        moved(circuit, Release({f"input{i}": 2000.0 for i in range(4)} | {"node": 0}, None))
        == circuit
    )


@pytest.mark.parametrize(
    "state",
    [
        SoftmaxLossGraphState(graph="sum_times", inputs=(1.5, -2.0, 3.0), node=4),
        SoftmaxLossGraphState(view="batch", node=2),
        SoftmaxLossGraphState(graph="gates", view="collapsed"),
    ],
    ids=str,
)
def test_the_address_keeps_the_graph(state: SoftmaxLossGraphState) -> None:
    assert decode(SoftmaxLossGraphState, encode(state)) == (state, ())


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"graph": "spiral"}, "option"),
        ({"view": "3d"}, "option"),
        ({"node": "-1"}, "whole"),
        ({"graph": "gates", "inputs": "1,2"}, "input_count"),
        ({"graph": "gates", "inputs": "1,2,3,x"}, "number"),
        ({"graph": "gates", "inputs": "1,2,3,1001"}, "range"),
        ({"graph": "gates", "inputs": "1,2,3,nan"}, "size"),
    ],
    ids=str,
)
def test_an_address_that_makes_no_sense_is_told(parameters: dict, reason: str) -> None:
    state, problems = decode(SoftmaxLossGraphState, parameters)
    assert [problem.reason for problem in problems] == [reason]
    assert state.inputs is None
    scene_of(state)


def test_inputs_without_an_expression_are_left_out() -> None:
    assert decode(SoftmaxLossGraphState, {"inputs": "1,2,3"}) == (SoftmaxLossGraphState(), ())


def test_values_stay_in_the_scene_when_sweeping() -> None:
    scene = scene_of(WHOLE)
    before = scene.now.values.copy()
    timeline_sweep(scene)
    handle_sweep(scene, 0)
    assert_array_equal(scene.now.values, before)
