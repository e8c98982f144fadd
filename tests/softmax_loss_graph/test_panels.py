"""The drawing of a graph: what is known stands in it, and nothing stands on anything else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.numbers import TIMELINE
from pages.softmax_loss_graph.stage import graph_stage, sweeps_of
from pages.ui.stage.marks import Note, Ring
from pages.ui.stage.mount import Stage
from pages.ui.state.state import decode
from pages.ui.text import text_in
from tests.softmax_loss_graph.states import STATES, WHOLE

WIDTH = 968
"""Of the drawing on a laptop, in pixels."""


def stage_of(state: SoftmaxLossGraphState) -> Stage:
    return graph_stage(state, sweeps_of(state), text_in("en"))


def to_pixels(stage: Stage) -> tuple[float, float]:
    """How many pixels a unit of each axis takes."""
    (panel,) = stage.panels
    axes = panel.figure.layout.xaxis.range, panel.figure.layout.yaxis.range
    width, height = (high - low for low, high in axes)
    return WIDTH / width, WIDTH / panel.ratio / height


def numbers_in(stage: Stage) -> list[tuple[float, float, float, float]]:
    """Every number as a rectangle in pixels: x, y, half width and half height."""
    across, up = to_pixels(stage)
    found = []
    for mark in stage.panels[0].marks:
        if not isinstance(mark, Note) or mark.choices is not None:
            continue
        size = mark.room * across / 3.4
        for x, y, number in zip(mark.x, mark.y, np.ravel(mark.numbers(stage.now)), strict=True):
            if not np.isfinite(number):
                number = 1.5e-12  # written as shortly as can be, but this is longer
            exponent = int(np.floor(np.log10(abs(number) or 1)))
            is_plain = -4 <= exponent < 6
            decimals = min(max(3 - exponent, 0), 4)
            text = mark.prefix + (f"{round(number, decimals):.6g}" if is_plain else "1.5e−12")
            aside = {"above": 11, "below": -11, "level": 0}[mark.side]
            found.append((x * across, y * up + aside, 0.23 * size * len(text), 0.36 * size))
    return found


def circles_in(stage: Stage) -> list[tuple[float, float, float, float]]:
    """Centre and both radii of every circle, on the axes."""
    shapes = stage.panels[0].figure.layout.shapes
    return [
        ((s.x0 + s.x1) / 2, (s.y0 + s.y1) / 2, (s.x1 - s.x0) / 2, (s.y1 - s.y0) / 2)
        for s in shapes
        if s.type == "circle"
    ]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_no_two_numbers_stand_on_each_other(state: SoftmaxLossGraphState) -> None:
    stage = stage_of(state)
    found = numbers_in(stage)
    assert stage.panels[0].ratio >= 2.35 - 1e-9
    for i, (x, y, width, height) in enumerate(found):
        for u, v, wide, high in found[:i]:
            assert abs(x - u) > width + wide or abs(y - v) > height + high, (x, y, u, v)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_no_number_reaches_into_a_circle(state: SoftmaxLossGraphState) -> None:
    stage = stage_of(state)
    across, up = to_pixels(stage)
    for u, v, wide, high in circles_in(stage):
        assert wide * across == pytest.approx(high * up)
        for x, y, width, height in numbers_in(stage):
            # The nearest point of the rectangle.
            aside = max(abs(x - u * across) - width, 0), max(abs(y - v * up) - height, 0)
            assert np.hypot(*aside) > wide * across - 1, (u, v, x, y)


@pytest.mark.parametrize("number", range(1, 10))
def test_beside_the_guide_the_drawing_is_taller_and_its_circles_are_round(number: int) -> None:
    state, _ = decode(SoftmaxLossGraphState, {"scene": str(number)})
    stage = stage_of(state)
    assert (
        1.7 - 1e-9 <= stage.panels[0].ratio < stage_of(replace(state, scene=None)).panels[0].ratio
    )
    across, up = to_pixels(stage)
    for *_, wide, high in circles_in(stage):
        assert wide * across == pytest.approx(high * up)


@pytest.mark.parametrize("state", STATES, ids=str)
def test_arrows_end_at_circles_in_every_window(state: SoftmaxLossGraphState) -> None:
    stage = stage_of(state)
    order = sweeps_of(state).order
    operations = {unit.nodes[0] for unit in order.units if len(unit.nodes) == 1}
    assert len(circles_in(stage)) == len(operations)
    rims = 0
    for arrow in (note for note in stage.panels[0].figure.layout.annotations if note.showarrow):
        assert (arrow.xref, arrow.axref, arrow.standoff) == ("x", "x", None)
        for x, y, a, b in circles_in(stage):
            inside = np.hypot((arrow.x - x) / a, (arrow.y - y) / b)
            assert inside > 1 - 1e-9
            rims += inside < 1 + 1e-9
    assert rims == sum(order.graph.edges[edge].target in operations for edge in order.gradient_step)


def test_what_is_not_reached_is_hidden() -> None:
    sweeps = sweeps_of(WHOLE)
    stage, timeline = graph_stage(WHOLE, sweeps, text_in("en")), sweeps.by[TIMELINE]
    *_, values, value_questions, gradients, gradient_questions = stage.panels[0].marks
    known, asked, known_back, asked_back = (
        (~np.isnan(mark.numbers(timeline))).sum(axis=1)
        for mark in (values, value_questions, gradients, gradient_questions)
    )
    # 3 logits; then a value each for exp, exp, exp, S, 1/S, and three times y, log, t log; sum, L.
    assert known.tolist() == [*range(3, 20), *[19] * 18]
    assert known_back.tolist()[:17] == [0] * 17
    # The seed, x -1, + (three inputs), then one for each x t and log, two for each x, 1/S, three for +.
    gained = np.diff(known_back).tolist()[16:]
    assert gained == [1, 1, 3, 1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 3, 1, 1, 1, 0]
    assert (asked + asked_back)[:-1].tolist() == [*[1] * 16, *gained]
    assert (asked + asked_back)[-1] == 0
    tiles = {
        readout.id: int(np.flatnonzero(~np.isnan(np.ravel(readout.number(timeline))))[0])
        for readout in stage.readouts
        if readout.label
    }
    assert tiles == {"sum": 4, "true_probability": 6, "loss": 16, "slope": 33}


@pytest.mark.parametrize("state", STATES, ids=str)
def test_one_ring_stands_at_every_visit_and_none_at_either_end(
    state: SoftmaxLossGraphState,
) -> None:
    sweeps = sweeps_of(state)
    stage, timeline = graph_stage(state, sweeps, text_in("en")), sweeps.by[TIMELINE]
    rings = [mark for mark in stage.panels[0].marks if isinstance(mark, Ring)]
    shown = sum(np.isfinite(ring.x(timeline)).astype(int) for ring in rings)
    assert np.ravel(shown).tolist() == [0, *[1] * (sweeps.last - 1), 0]
    outlines = np.array([(s.x0, s.x1, s.y0, s.y1) for s in stage.panels[0].figure.layout.shapes])
    for ring in rings:
        x, y = np.ravel(ring.x(timeline)), np.ravel(ring.y(timeline))
        wide, high = ring.size[0] / 2, ring.size[1] / 2
        edges = np.stack([x - wide, x + wide, y - high, y + high], axis=-1)[np.isfinite(x)]
        # A little around the outline of one circle or box.
        gaps = (outlines - edges[:, None]) * [1, -1, 1, -1] / [wide, wide, high, high]
        assert ((gaps > 0) & (gaps < 0.13)).all(axis=-1).any(axis=-1).all()
