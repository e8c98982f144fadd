"""The stage of the linear classifier: every number in its place, and what a hand makes of it."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.learning.models import LinearClassifier
from core.learning.published_runs import published_classifier
from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier import panels as figures
from pages.linear_classifier.pair import LOSSES, Pair, held_record_every, seen, with_entry
from pages.linear_classifier.panels import PairView
from pages.linear_classifier.run import Standing
from pages.linear_classifier.stage import linear_stage, read_release, view_of
from pages.ui.learning.runs import trained_run
from pages.ui.learning.setups import setup
from pages.ui.stage.mount import Stage
from pages.ui.stage.panels import Panel
from pages.ui.stage.release import Release
from pages.ui.text import text_in
from tests.stages import at, now


def pair_of(
    state: LinearClassifierState, steps: int, start: LinearClassifier | None = None
) -> Pair:
    setups = [setup(state, loss, start=start) for loss in LOSSES]
    soft, svm = (trained_run(made, steps) for made in setups)
    return Pair(soft.setup.data, (soft, svm), steps)


def view(steps: int = 20, start: LinearClassifier | None = None, **settings) -> PairView:
    state = LinearClassifierState(**settings)
    return view_of(state, pair_of(state, steps, start))


def stage_of(shown: PairView) -> Stage:
    return linear_stage(shown, shown, text_in("en"))


def panel(shown: PairView, id: str) -> Panel:
    return next(panel for panel in stage_of(shown).panels if panel.id == id)


@pytest.fixture(scope="module")
def nine() -> PairView:
    return view()


def test_each_step_is_that_of_the_model(nine: PairView) -> None:
    data, stage = nine.pair.data, stage_of(nine)
    for step in (0, 7, 20):
        shown = at(stage, "step", step)
        result = nine.at(slice(step, step + 1))
        for name, run in zip(figures.RUNS, nine.pair.runs, strict=True):
            model = run.model_at(step)
            loss = model.loss(data.points, data.labels)
            assert shown[None, 0, f"{name}_data"] == pytest.approx(loss.data_loss)
            assert shown[None, 0, f"{name}_penalty"] == pytest.approx(loss.penalty)
            assert shown[None, 0, f"{name}_total"] == pytest.approx(loss.total)
            accuracy = model.accuracy(data.points, data.labels)
            assert shown[None, 0, f"{name}_accuracy"] == pytest.approx(100 * accuracy)
            parameters, slopes = (
                mark.numbers(result)[0] for mark in panel(nine, f"{name}_weights").marks
            )
            for index in range(3):
                entries = parameters[3 * index : 3 * index + 3]
                assert entries == pytest.approx([*model.W1[:, index], model.b1[index]])
                gradient = [*loss.gradients["W1"][:, index], loss.gradients["b1"][index]]
                assert slopes[3 * index : 3 * index + 3] == pytest.approx(gradient)
                path = [shown[f"{name}_plane", 1 + index, axis] for axis in "xy"]
                ends = np.stack(path, axis=1)
                score = ends @ model.W1[:, index] + model.b1[index]
                assert score[[0, 1, 3]] == pytest.approx([0, 0, 0], abs=1e-12)
                # The tip, and the barbs between it and the line.
                assert score[4] == score[6] > score[5] > 0
                assert score[5] == pytest.approx(score[7])
                assert np.isnan(score[2])


def test_runs_are_put_in_numbers_anew_only_if_they_went_on() -> None:
    pair = pair_of(LinearClassifierState(), 4)
    before = seen(pair)
    assert seen(Pair(pair.data, pair.runs, 4)) is before
    softmax, svm = pair.runs
    after = seen(Pair(pair.data, (softmax, trained_run(svm.setup, 5)), 5))
    assert after.steps.tolist() == [*before.steps, 5]
    assert after.lengths == (5, 6)
    # Another run with as many steps is another run.
    other = seen(pair_of(replace(LinearClassifierState(), seed=1), 4))
    assert (other.softmax.weights[0] != before.softmax.weights[0]).any()


def test_runs_begin_at_the_same_weights_and_are_told_of(nine: PairView) -> None:
    both, stage = nine.seen, stage_of(nine)
    np.testing.assert_array_equal(both.softmax.weights[0], both.svm.weights[0])
    first, last = at(stage, "step", 0), at(stage, "step", 20)
    assert first[None, 0, "standing"] == Standing.SAME
    assert last[None, 0, "standing"] != Standing.SAME
    assert [at(stage, "step", step)[None, 0, "shown_step"] for step in range(21)] == [*range(21)]
    bars = last["samples", 0, "y"]
    assert bars.tolist() == [*both.softmax.cross_entropy[20], *both.svm.hinge[20]]
    (dots,) = panel(nine, "losses").marks
    assert dots.y(nine.now).tolist() == [[both.softmax.total[20], both.svm.total[20]]]


def test_regions_are_what_the_model_predicts(nine: PairView) -> None:
    pixels = nine.box.pixels(figures.RESOLUTION)
    for name, run in zip(figures.RUNS, nine.pair.runs, strict=True):
        (regions,) = panel(nine, f"{name}_plane").pictures
        shown = regions.pixels(nine.at(slice(0, 21)))
        assert shown.shape == (21, 3600)
        predictions = run.model_at(20).predictions(pixels)
        # float32 may see a tie otherwise.
        assert (shown[20] // figures.LEVELS == predictions).mean() > 0.999


def test_a_line_outside_the_box_is_parked_and_not_missing() -> None:
    start = LinearClassifier([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], [50.0, 1.0, 0.0])
    shown = now(stage_of(view(0, start)))
    for index in (0, 1):  # far away, and without weights
        x = shown["svm_plane", 1 + index, "x"]
        assert np.isnan(x).tolist() == [False, False, True, *[False] * 5]
        assert (x[[0, 1, 3, 4, 5, 6, 7]] < -5).all()
    assert np.nanmax(np.abs(shown["svm_plane", 3, "x"])) <= 1.1


def test_many_points_are_lines_and_a_long_run_is_thinned() -> None:
    long = view(301, data="published_spiral", at=123)
    assert long.pair.data.size > figures.MOST_BARS
    assert len(long.seen.steps) <= 203
    assert long.seen.steps[long.row] == 122
    assert long.seen.steps[-1] == 301
    run = long.pair.runs[1]
    place = [record.step for record in run.records].index(122)
    np.testing.assert_array_equal(long.seen.svm.weights[long.row], run.model_at(place).W1)
    assert now(stage_of(long))["samples", 1, "y"].shape == (300,)
    assert panel(long, "svm_plane").marks == ()
    assert {trace.type for trace in panel(long, "samples").figure.data} == {"scatter"}


def test_a_run_that_diverges_stays_finite_and_in_its_panel() -> None:
    wild = view(300, learning_rate=1000.0)
    assert all(run.problem is not None for run in wild.pair.runs)
    for numbers in wild.seen.runs:
        for array in (numbers.total, numbers.weights, numbers.weight_gradient, numbers.hinge):
            assert np.isfinite(array).all()
    shown = now(stage_of(wild))
    for trace in range(1, 5):
        assert shown["losses", trace, "y"].max() <= 2 * wild.limits[1]


def test_a_logarithmic_axis_holds_a_run_that_diverges() -> None:
    assert view(60, learning_rate=500.0).is_cut
    wild = view(60, learning_rate=500.0, is_logarithmic=True)
    assert not wild.is_cut
    low, high = wild.limits
    totals = np.concatenate([run.total for run in wild.seen.runs])
    assert 0 < low <= totals.min()
    assert high == totals.max() > 1e100
    assert math.log10(low) % 1 == 0
    axis = panel(wild, "losses").figure.layout.yaxis
    assert axis.type == "log"
    assert axis.range[0] == math.log10(low)
    assert math.log10(high) < axis.range[1]
    assert (axis.range[1] - axis.range[0]) / axis.dtick <= figures.MOST_DECADES


def test_a_loss_of_0_is_parked_below_a_logarithmic_axis() -> None:
    easy = {"points": ((-1.0, 0.0, 0), (1.0, 0.0, 1)), "strength": 0.0, "learning_rate": 1.0}
    shown = view(20, is_logarithmic=True, **easy)
    assert shown.seen.svm.total[-1] == 0
    (total,) = {now(stage_of(shown))["losses", 3, "y"][-1]}
    assert total == pytest.approx(0.1 * shown.limits[0])


def test_the_shorter_run_waits_at_its_end() -> None:
    state = LinearClassifierState(learning_rate=40.0, strength=0.02)
    pair = pair_of(state, 40)
    short = trained_run(pair.runs[0].setup, 5)
    both = seen(replace(pair, runs=(short, pair.runs[1])))
    assert both.lengths == (6, 41)
    np.testing.assert_array_equal(both.softmax.weights[40], both.softmax.weights[5])
    assert not np.array_equal(both.svm.weights[40], both.svm.weights[5])


@pytest.mark.parametrize(("step", "row"), [(None, 20), (0, 0), (7, 7), (99, 20)])
def test_the_step_shown(step: int | None, row: int) -> None:
    assert view(at=step).row == row


@pytest.mark.parametrize(
    ("target", "step"), [(200, None), (200, 100), (200, 97), (3, 2), (0, None)]
)
def test_a_run_in_the_hand_is_the_same_at_fewer_steps(target: int, step: int | None) -> None:
    state, full = LinearClassifierState(at=step, trained=target), []
    every = held_record_every(target, step)
    for record_every in (1, every):
        setups = [setup(state, loss, record_every=record_every) for loss in LOSSES]
        soft, svm = (trained_run(made, target) for made in setups)
        full.append(view_of(state, Pair(soft.setup.data, (soft, svm), target)))
    usual, held = full
    assert held.seen.steps[held.row] == usual.seen.steps[usual.row]
    assert len(held.seen.steps) <= max(81, 1 + target // every)
    for first, second in zip(usual.seen.runs, held.seen.runs, strict=True):
        np.testing.assert_array_equal(first.weights[usual.row], second.weights[held.row])
        assert first.total[usual.row] == second.total[held.row]


def release(moved: str, value: object, **options) -> Release:
    return Release({moved: value}, None, moved=(moved,), **options)  # type: ignore[dict-item]


def test_a_hand_moves_points_entries_and_the_step(nine: PairView) -> None:
    data = nine.pair.data
    for run in figures.RUNS:
        changed = read_release(nine, release(f"{run}_point4", [0.25, -0.5]))
        expected = data.points.copy()
        expected[4] = 0.25, -0.5
        assert changed.points is not None
        assert changed.points.points.tolist() == expected.tolist()
        assert changed.start is None
    changed = read_release(nine, release("svm_entry4", 1.5))
    assert changed.start is not None
    model = nine.pair.runs[1].model
    assert changed.start.W1.tolist() == [[*model.W1[0]], [model.W1[1, 0], 1.5, model.W1[1, 2]]]
    assert changed.start.b1.tolist() == model.b1.tolist()
    bias = read_release(nine, release("softmax_entry8", -2)).start
    assert bias is not None
    assert bias.b1.tolist() == [*nine.pair.runs[0].model.b1[:2], -2]
    assert read_release(nine, release("step", 12)).at == 12


def test_what_a_hand_put_back_or_a_message_without_sense_changes_nothing(nine: PairView) -> None:
    point = nine.pair.data.points[2].tolist()
    entry = float(nine.seen.svm.weights[-1, 0, 0])
    for moved, value in (
        *[("svm_point2", point), ("svm_entry0", entry)],
        *[("svm_point9", [0, 0]), ("svm_point1", 3), ("svm_point1", [1, "x"])],
        *[("svm_point1", [5000, 0]), ("svm_point1", [float("nan"), 0])],
        *[("svm_entry9", 1), ("svm_entry1", None), ("svm_entry1", float("nan"))],
        *[("step", "x"), ("step", float("inf")), ("other", 1), ("svm_point", [0, 0])],
    ):
        changed = read_release(nine, release(moved, value))
        assert (changed.points, changed.start, changed.at) == (None, None, None), (moved, value)
    assert read_release(nine, Release({}, None, moved=("svm_point0",))).points is None


def test_an_entry_of_a_model() -> None:
    model = published_classifier()
    changed = with_entry(model, 7, 9.0)
    assert changed.W1.T.tolist() == [[2.06, 1.48], [0.44, -1.82], [2.27, 9.0]]
    assert changed.b1.tolist() == model.b1.tolist()
    assert with_entry(model, 2, 9.0).b1.tolist() == [9.0, 0.52, -0.10]
    assert model.W1[1, 2] == -2.04


def test_ranges_hold_everything(nine: PairView) -> None:
    both = nine.seen
    assert all(run.total.max() <= nine.limits[1] for run in both.runs)
    assert max(both.softmax.cross_entropy.max(), both.svm.hinge.max()) <= nine.highest_sample
    for name, numbers in zip(figures.RUNS, both.runs, strict=True):
        entries = figures.entries(numbers.weights, numbers.bias)
        assert nine.shades[name][0] == np.abs(entries).max()
    assert nine.box.reach == 1.0
