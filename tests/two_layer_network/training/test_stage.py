"""The training view: every number of its panels against the run itself, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.training.numbers import (
    LEVELS,
    RESOLUTION,
    TrainingNumbers,
    drawn_size,
    loss_limits,
)
from pages.two_layer_network.training.panels import TrainingView
from pages.two_layer_network.training.run import TrainingPhase
from pages.two_layer_network.training.stage import moved, training_stage, view_of
from pages.ui.kit.palette_entries import ZERO_LEVEL
from pages.ui.learning.plane import square_box
from pages.ui.learning.runs import Run, trained_run
from pages.ui.learning.setups import setup
from pages.ui.learning.state import MOST_TRAINED
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release
from pages.ui.stage.sweeps import rows_of
from pages.ui.text import LANGUAGES, text_in
from tests.stages import assert_present_rows, panels_of, told


def run_of(steps: int, **settings: Any) -> Run:
    state = TwoLayerNetworkState(**settings)
    made = setup(state, state.loss)
    run = trained_run(made, steps)
    assert run.step == steps
    return run


def view(run: Run, *, is_over: bool = True, **settings: Any) -> TrainingView:
    target = run.step + (not is_over)
    return view_of(TwoLayerNetworkState(**settings), run, target)


def stage_of(run: Run, *, is_over: bool = True, **settings: Any) -> Stage:
    t = text_in("en")
    return training_stage(TwoLayerNetworkState(**settings), view(run, is_over=is_over), t)


def at(stage: Stage, row: int) -> TrainingNumbers:
    """What the timeline shows at one of its steps."""
    numbers: TrainingNumbers = rows_of(stage.handles[0].sweep, slice(row, row + 1), ())
    return numbers


def readout(stage: Stage, id: str, result: TrainingNumbers) -> float:
    (channel,) = (each.number for each in stage.readouts if each.id == f"net_{id}")
    return float(channel(result))


def show(stage: Stage, panel: str, result: Any) -> dict[tuple[int, str], Any]:
    return {spot: channel(result) for spot, channel in panels_of(stage)[panel].show.items()}


MOONS = {"data": "moons", "samples": 20, "batch_size": 8, "hidden": 30}


@pytest.mark.parametrize("loss", ["cross_entropy", "hinge", "squared_error"])
def test_the_numbers_of_every_record(loss: str) -> None:
    run = run_of(25, loss=loss, **MOONS)
    seen, stage = view(run).seen, stage_of(run)
    assert seen.numbers.steps.tolist() == list(range(26))
    held_out = seen.held_out
    assert held_out is not None
    panels = panels_of(stage)
    for row in (0, 7, 25):
        now = at(stage, row)
        model, record = run.model_at(row), run.records[row]
        on_all = model.loss(seen.train.points, seen.train.labels)
        beside = model.loss(held_out.points, held_out.labels)
        right = 100 * model.accuracy(seen.train.points, seen.train.labels)
        right_beside = 100 * model.accuracy(held_out.points, held_out.labels)
        drawn = model.loss(seen.train.points[record.batch], seen.train.labels[record.batch])
        g = np.concatenate([gradient.ravel() for gradient in drawn.gradients.values()])
        full = np.concatenate([gradient.ravel() for gradient in on_all.gradients.values()])
        for id, expected in {
            "step": row,
            "epoch": row / 4,
            "rate": 0.5,
            "data_loss": on_all.data_loss,
            "penalty": on_all.penalty,
            "total": on_all.total,
            "accuracy": right,
            "held_out_accuracy": right_beside,
            "ratio": np.linalg.norm(g) / np.linalg.norm(full),
            "cosine": g @ full / np.linalg.norm(g) / np.linalg.norm(full),
            "size": len(record.batch),
        }.items():
            assert_allclose(readout(stage, id, now), expected, err_msg=id)
        # Both points of each history stand at the same step; all losses are totals.
        for panel, here in (
            ("net_losses", [on_all.total, beside.total]),
            ("net_accuracy", [right, right_beside]),
        ):
            (dots,) = panels[panel].marks
            assert_allclose(dots.x(now), [row, row])
            assert_allclose(dots.y(now), here)
            assert_array_equal(show(stage, panel, now)[0, "x"], [row, row])
        (cells,) = panels["net_confusion"].marks
        counts, shades = cells.numbers(now).reshape(2, 2), cells.shades(now).reshape(2, 2)
        assert_array_equal(counts.sum(axis=1), np.bincount(held_out.labels))
        assert_allclose(100 * np.trace(counts) / held_out.size, right_beside)
        assert (np.diag(shades) >= 0).all()
        assert (shades[[0, 1], [1, 0]] <= 0).all()


def test_the_plane_shows_what_the_model_decides_and_where_its_units_switch() -> None:
    run = run_of(60, **MOONS)
    stage, box = stage_of(run), square_box(run.setup.data.points)
    points, plane = view(run).seen.train.points, panels_of(stage)["net_plane"]
    pixels = box.pixels(RESOLUTION)
    assert plane.figure.data[2].mode == "markers"
    for row in (0, 31, 60):
        now, shown = at(stage, row), show(stage, "net_plane", at(stage, row))
        model, batch = run.model_at(row), run.records[row].batch
        classes = plane.pictures[0].pixels(now) // LEVELS
        scores = model.scores(pixels)
        is_clear = np.abs(scores[:, 0] - scores[:, 1]) > 1e-4  # float32 decides the others
        assert_array_equal(classes[is_clear], model.predictions(pixels)[is_clear])
        assert is_clear.mean() > 0.9
        x, y = (shown[0, axis].reshape(-1, 3) for axis in "xy")
        assert x.shape == (20, 3)  # of 30 units
        assert np.isnan(x[:, 2]).all()
        units = np.stack([x[:, :2], y[:, :2]], axis=-1)
        on_lines = np.einsum("ufx,xu->uf", units, model.W1[:, :20]) + model.b1[:20, None]
        seen = ~np.isnan(on_lines)
        assert seen.sum() > 20
        assert_allclose(on_lines[seen], 0.0, atol=1e-12)
        rings = np.stack([shown[2, axis] for axis in "xy"], axis=1)
        assert_array_equal(rings[: len(batch)], points[batch])
        assert (rings[len(batch) :] > 10 * box.half).all()
        assert len(rings) == 8


def test_arrows_are_as_long_and_as_oblique_as_the_gradients() -> None:
    run = run_of(40, **MOONS)
    stage, noise = stage_of(run), view(run).seen.numbers.looked_at.noise
    every = stage.handles[0].sweep
    arrows = show(stage, "net_gradient", every)
    for trace, column in ((1, 0), (2, 1), (3, 3)):  # all, W1 and W2 of all, W1, b1, W2, b2
        x, y = (arrows[trace, axis] for axis in "xy")
        for corner in (1, 3):
            assert_allclose(np.hypot(x[:, corner], y[:, corner]), noise.ratios[:, column])
            cosines = np.cos(np.arctan2(y[:, corner], x[:, corner]))
            assert_allclose(cosines, noise.cosines[:, column], atol=1e-12)
        assert_array_equal(x[:, 0], 0.0)
        # Both strokes of the head point back from the tip, at the same angle.
        back = [(x[:, 1] - x[:, k]) * x[:, 1] + (y[:, 1] - y[:, k]) * y[:, 1] for k in (2, 4)]
        strokes = [np.hypot(x[:, k] - x[:, 1], y[:, k] - y[:, 1]) for k in (2, 4)]
        for turned, stroke in zip(back, strokes, strict=True):
            assert_allclose(turned, stroke * noise.ratios[:, column] * np.cos(0.45))
    assert_allclose(arrows[0, "x"][:, 1], 1.0)
    (names,) = panels_of(stage)["net_gradient"].marks
    assert_array_equal(names.x(every), noise.along[:, [1, 3]])
    assert_array_equal(names.y(every), noise.across[:, [1, 3]])


def test_a_full_batch_has_no_rings_and_no_second_gradient() -> None:
    run = run_of(10, data="published_spiral")
    seen, panels = view(run).seen, panels_of(stage_of(run))
    assert (seen.held_out, seen.drawn) == (None, 0)
    assert list(panels) == ["net_plane", "net_losses", "net_accuracy", "net_confusion"]
    assert set(panels["net_plane"].show) == {(0, "x"), (0, "y")}
    # The cursor, and the curve of what is learnt from.
    for name in ("net_losses", "net_accuracy"):
        assert set(panels[name].show) == {(0, "x"), (1, "x"), (1, "y")}
    # As many draws as samples are a mini-batch all the same: some come twice.
    drawn = run_of(3, data="moons", batch_size=0, sampling="with_replacement")
    train = view(drawn).seen.train
    assert drawn_size(drawn.history, train) == train.size


def test_digits_are_seen_as_images() -> None:
    run = run_of(30, data="digits", hidden=30)
    stage, train = stage_of(run), view(run).seen.train
    panels, record = panels_of(stage), run.records[-1]
    (picture,), (row,) = panels["net_weights"].pictures, panels["net_drawn"].pictures
    assert (picture.shape, row.shape) == ((44, 35), (8, 287))
    whole = picture.pixels(stage.now).reshape(5 * 9 - 1, 4 * 9 - 1)
    weights = run.model.parameters["W1"][:, 6].reshape(8, 8)  # second row, third column
    tile = whole[9:17, 18:26].astype(int) - ZERO_LEVEL
    limit = np.abs(run.history.parameters["W1"][..., :20]).max()
    assert_allclose(tile / ZERO_LEVEL, weights / limit, atol=0.5 / ZERO_LEVEL)
    strip = row.pixels(stage.now).reshape(8, -1)
    digit = train.points[record.batch[3]].reshape(8, 8)
    assert_array_equal(strip[:, 27:35], np.rint(16 * digit))


def test_while_it_trains_the_last_step_is_shown() -> None:
    run = run_of(40, **MOONS)
    over, training = stage_of(run), stage_of(run, is_over=False, at=3)
    assert training.handles[0].sweep is None
    assert training.handles[0].value == 40
    now = panels_of(over), panels_of(training)
    for id in ("net_plane", "net_losses", "net_accuracy"):  # the arrows have other axes
        shown = [show(stage, id, stage.now) for stage in (over, training)]
        assert shown[0].keys() == shown[1].keys()
        for spot, values in shown[0].items():
            assert_allclose(shown[1][spot], values, atol=1e-12, err_msg=str((id, spot)))
        assert now[0][id].title == now[1][id].title
    for each in over.readouts:
        assert_allclose(each.number(training.now), each.number(over.now), err_msg=each.id)
    assert view(run).seen is view(run).seen
    assert view(run_of(41, **MOONS)).seen.numbers.steps[-1] == 41


@pytest.mark.parametrize(
    "settings", [MOONS, {"data": "digits", "hidden": 5}], ids=["plane", "images"]
)
def test_the_timeline_shows_at_its_step_what_is_shown_now(settings: dict[str, Any]) -> None:
    assert_present_rows(stage_of(run_of(17, **settings), at=8))


def test_a_step_between_two_records_shows_the_one_before() -> None:
    seen = view(run_of(450, **MOONS)).seen
    assert seen.numbers.steps[:3].tolist() == [0, 4, 8]
    rows = [seen.row(step) for step in (None, 0, 3, 4, 449, 450, 20_000)]
    assert seen.numbers.steps[rows].tolist() == [450, 0, 0, 4, 448, 450, 450]


@pytest.mark.parametrize(
    "values", [{"step": v} for v in ("a", None, float("nan"), float("inf"))] + [{}], ids=str
)
def test_a_release_that_makes_no_sense_changes_nothing(values: dict[str, Any]) -> None:
    assert moved(TwoLayerNetworkState(), Release(values, None)) == TwoLayerNetworkState()


@pytest.mark.parametrize(("value", "step"), [(12.0, 12), (-1.0, 0), (1e9, MOST_TRAINED)])
def test_a_release_becomes_the_state(value: float, step: int) -> None:
    state = moved(TwoLayerNetworkState(), Release({"step": value}, "step"))
    assert state == TwoLayerNetworkState(at=step)


def test_the_axis_of_the_losses_has_room_for_what_is_told() -> None:
    run = run_of(300, **MOONS)
    history = run.history
    low, high = loss_limits(history, is_logarithmic=False)
    assert low == 0
    assert history.total.max() <= high <= 2 * history.total.max()
    low, high = loss_limits(history, is_logarithmic=True)
    assert 0 < low <= history.total.min()
    assert float(np.log10(low)).is_integer()
    assert view(run, is_logarithmic=True).seen.limits == (low, high)
    t = text_in("en")
    stage = training_stage(TwoLayerNetworkState(), view(run, is_logarithmic=True), t)
    figure = panels_of(stage)["net_losses"].figure
    assert list(figure.data[0].y) == [low, high]  # the cursor
    assert figure.layout.yaxis.type == "log"


def test_a_gradient_that_is_0_is_told_as_such() -> None:
    # Beyond the margin, and without a penalty, no sample pulls any more.
    run = run_of(1000, data="moons", loss="hinge", strength=0.0)
    stage = stage_of(run)
    assert run.records[-1].total == 0
    assert np.isnan(readout(stage, "cosine", stage.now))
    assert "no direction" in told(stage, "net_verdict")
    (verdict,) = (each for each in stage.readouts if each.id == "net_verdict")
    assert verdict.choices is not None
    assert len(verdict.choices) == 2 * len(TrainingPhase)
    assert readout(stage, "verdict", at(stage, 0)) == TrainingPhase.START
    assert "{net_cosine}" in verdict.choices[TrainingPhase.SOLVED]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phase_has_its_sentence(language: str) -> None:
    t = text_in(language)
    names = [phase.name.lower() for phase in TrainingPhase]
    assert len({t(f"two_layer_network.training.phase.{name}") for name in names}) == len(names)
