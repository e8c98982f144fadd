"""The training view: every number of its film against the run itself, step by step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.learning.plane import square_box
from pages.two_layer_network import MOST_TRAINED, TwoLayerNetworkState
from pages.two_layer_network.training import panels as figures
from pages.two_layer_network.training.run import Phase
from pages.two_layer_network.training.stage import Film, _readouts, at_step, film_of
from pages.ui.kit.palette_entries import ZERO_LEVEL
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import setup
from pages.ui.stage.vocabulary import Release, Spot
from pages.ui.text import LANGUAGES, text_in


def run_of(steps: int, **settings: Any) -> Run:
    state = TwoLayerNetworkState(**settings)
    made = setup(state, state.loss)
    run = Run(made, made.training())
    run.advance(steps, 100.0)
    assert run.training.step == steps
    return run


def film(run: Run, *, is_over: bool = True, is_logarithmic: bool = False) -> Film:
    return film_of(run, is_over=is_over, is_logarithmic=is_logarithmic)


MOONS = {"data": "moons", "samples": 20, "batch_size": 8, "hidden": 30}


@pytest.mark.parametrize("loss", ["cross_entropy", "hinge", "squared_error"])
def test_the_numbers_of_every_record(loss: str) -> None:
    run = run_of(25, loss=loss, **MOONS)
    shown = film(run)
    assert shown.steps == tuple(range(26))
    held_out = shown.held_out
    assert held_out is not None
    for number in (0, 7, 25):
        at = {place: values[number] for place, values in shown.by_step.items()}
        model, record = run.training.model_at(number), run.training.records[number]
        on_all = model.loss(shown.train.points, shown.train.labels)
        beside = model.loss(held_out.points, held_out.labels)
        assert at["net_step"] == number
        assert_allclose(at["net_epoch"], number / 4)
        assert_allclose(at["net_rate"], 0.5)
        assert_allclose(at["net_data_loss"], on_all.data_loss)
        assert_allclose(at["net_penalty"], on_all.penalty)
        assert_allclose(at["net_total"], on_all.total)
        right = 100 * model.accuracy(shown.train.points, shown.train.labels)
        right_beside = 100 * model.accuracy(held_out.points, held_out.labels)
        assert_allclose(at["net_accuracy"], right)
        assert_allclose(at["net_held_out_accuracy"], right_beside)
        # Both points of each history stand at the same step; all losses are totals.
        assert_allclose(at[figures.HERE], [number, number])
        assert_allclose(at[figures.HERE_LOSSES], [on_all.total, beside.total])
        assert_allclose(at[figures.HERE_ACCURACIES], [right, right_beside])
        assert_allclose(at[Spot("net_losses", 0, "x")], number)
        assert_allclose(at[Spot("net_accuracy", 0, "x")], number)
        counts = at[figures.COUNTS].reshape(2, 2)
        assert_array_equal(counts.sum(axis=1), np.bincount(held_out.labels))
        assert_allclose(100 * np.trace(counts) / held_out.size, right_beside)
        shades = at[figures.SHADES].reshape(2, 2)
        assert (np.diag(shades) >= 0).all()
        assert shades[0, 1] <= 0
        assert shades[1, 0] <= 0
        drawn = model.loss(shown.train.points[record.batch], shown.train.labels[record.batch])
        g = np.concatenate([gradient.ravel() for gradient in drawn.gradients.values()])
        full = np.concatenate([gradient.ravel() for gradient in on_all.gradients.values()])
        assert_allclose(at["net_ratio"], np.linalg.norm(g) / np.linalg.norm(full))
        cosine = g @ full / np.linalg.norm(g) / np.linalg.norm(full)
        assert_allclose(at["net_cosine"], cosine)
        assert at["net_size"] == len(record.batch)


def test_the_plane_shows_what_the_model_decides_and_where_its_units_switch() -> None:
    run = run_of(60, **MOONS)
    shown, box = film(run), square_box(run.setup.data.points)
    pixels = box.pixels(figures.RESOLUTION)
    for number in (0, 31, 60):
        at = {place: values[number] for place, values in shown.by_step.items()}
        model, batch = run.training.model_at(number), run.training.records[number].batch
        classes = at[figures.REGIONS] // figures.LEVELS
        scores = model.scores(pixels)
        is_clear = np.abs(scores[:, 0] - scores[:, 1]) > 1e-4  # float32 decides the others
        assert_array_equal(classes[is_clear], model.predictions(pixels)[is_clear])
        assert is_clear.mean() > 0.9
        x, y = (at[Spot("net_plane", 0, axis)].reshape(-1, 3) for axis in "xy")
        assert x.shape == (20, 3)  # of 30 units
        assert np.isnan(x[:, 2]).all()
        units = np.stack([x[:, :2], y[:, :2]], axis=-1)
        on_lines = np.einsum("ufx,xu->uf", units, model.W1[:, :20]) + model.b1[:20, None]
        seen = ~np.isnan(on_lines)
        assert seen.sum() > 20
        assert_allclose(on_lines[seen], 0.0, atol=1e-12)
        rings = np.stack([at[Spot("net_plane", 2, axis)] for axis in "xy"], axis=1)
        assert_array_equal(rings[: len(batch)], shown.train.points[batch])
        assert (rings[len(batch) :] > 10 * box.half).all()
        assert len(rings) == 8
    assert figures.plane_figure(shown.train, shown.held_out, box, 8).data[2].mode == "markers"


def test_arrows_are_as_long_and_as_oblique_as_the_gradients() -> None:
    run = run_of(40, **MOONS)
    shown, noise = film(run), film(run).run.noise
    by_step = shown.by_step
    for trace, column in ((1, 0), (2, 1), (3, 3)):  # all, W1 and W2 of all, W1, b1, W2, b2
        x, y = (by_step[Spot("net_gradient", trace, axis)] for axis in "xy")
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
    assert_allclose(by_step[Spot("net_gradient", 0, "x")][:, 1], 1.0)
    assert_array_equal(by_step[figures.TIPS_X], noise.along[:, [1, 3]])


def test_a_full_batch_has_no_rings_and_no_second_gradient() -> None:
    run = run_of(10, data="published_spiral")
    shown = film(run)
    assert shown.held_out is None
    assert figures.drawn_size(shown.history, shown.train) == 0
    panels = {place.panel for place in shown.by_step if isinstance(place, Spot)}
    assert panels == {"net_plane", "net_losses", "net_accuracy"}
    assert Spot("net_plane", 2, "x") not in shown.by_step
    assert set(shown.still) == {
        Spot(panel, 1, axis) for panel in ("net_losses", "net_accuracy") for axis in "xy"
    }
    # As many draws as samples are a mini-batch all the same: some come twice.
    drawn = run_of(3, data="moons", batch_size=0, sampling="with_replacement")
    assert figures.drawn_size(drawn.training.history, film(drawn).train) == film(drawn).train.size


def test_digits_are_seen_as_images() -> None:
    run = run_of(30, data="digits", hidden=30)
    shown = film(run)
    at = {place: values[-1] for place, values in shown.by_step.items()}
    model, record = run.training.model, run.training.records[-1]
    whole = at[figures.IMAGES].reshape(5 * 9 - 1, 4 * 9 - 1)
    weights = model.parameters["W1"][:, 6].reshape(8, 8)  # second row, third column
    tile = whole[9:17, 18:26].astype(int) - ZERO_LEVEL
    limit = np.abs(shown.history.parameters["W1"][..., :20]).max()
    assert_allclose(tile / ZERO_LEVEL, weights / limit, atol=0.5 / ZERO_LEVEL)
    strip = at[figures.STRIP].reshape(8, -1)
    assert strip.shape[1] == 32 * 9 - 1
    digit = shown.train.points[record.batch[3]].reshape(8, 8)
    assert_array_equal(strip[:, 27:35], np.rint(16 * digit))
    (picture, row) = figures.image_pictures(30, 32)
    assert (picture.shape, row.shape) == ((44, 35), (8, 287))


def test_while_it_trains_a_film_is_its_last_picture() -> None:
    run = run_of(40, **MOONS)
    whole, last = film(run), film(run, is_over=False)
    assert last.steps == (40,)
    assert set(last.by_step) == set(whole.by_step)
    for place, values in last.by_step.items():
        assert len(values) == 1, place
        if not (isinstance(place, Spot) and place.panel == "net_gradient"):  # other axes
            assert_allclose(values[0], whole.by_step[place][-1], atol=1e-12, err_msg=str(place))
    for place, values in last.still.items():
        assert_array_equal(values, whole.still[place])
    assert film(run) is film(run)
    run.advance(41, 100.0)
    assert film(run).steps[-1] == 41


def test_a_step_between_two_records_shows_the_one_before() -> None:
    run = run_of(450, **MOONS)
    shown = film(run)
    assert shown.steps[:3] == (0, 4, 8)
    places = [shown.place_of(step) for step in (None, 0, 3, 4, 449, 450, 20_000)]
    assert [shown.steps[place] for place in places] == [450, 0, 0, 4, 448, 450, 450]


@pytest.mark.parametrize("value", ["a", None, float("nan"), float("inf")])
def test_a_release_that_makes_no_sense_changes_nothing(value: Any) -> None:
    assert at_step(TwoLayerNetworkState(), Release({"step": value}, None)) is TwoLayerNetworkState()
    assert at_step(TwoLayerNetworkState(), Release({}, None)) is TwoLayerNetworkState()


def test_a_release_becomes_the_state() -> None:
    assert at_step(TwoLayerNetworkState(), Release({"step": 12.0}, "step")) == TwoLayerNetworkState(
        at=12
    )
    assert at_step(TwoLayerNetworkState(), Release({"step": -1.0}, "step")) == TwoLayerNetworkState(
        at=0
    )
    assert at_step(TwoLayerNetworkState(), Release({"step": 1e9}, "step")) == TwoLayerNetworkState(
        at=MOST_TRAINED
    )


def test_the_axis_of_the_losses_has_room_for_what_is_told() -> None:
    run = run_of(300, **MOONS)
    history = run.training.history
    low, high = figures.loss_limits(history, is_logarithmic=False)
    assert low == 0
    assert history.total.max() <= high <= 2 * history.total.max()
    low, high = figures.loss_limits(history, is_logarithmic=True)
    assert 0 < low <= history.total.min()
    assert float(np.log10(low)).is_integer()
    shown = film(run, is_logarithmic=True)
    assert_array_equal(shown.by_step[Spot("net_losses", 0, "y")][0], [low, high])


def test_a_gradient_that_is_0_is_told_as_such() -> None:
    # Beyond the margin, and without a penalty, no sample pulls any more.
    run = run_of(1000, data="moons", loss="hinge", decay=0.0)
    shown = film(run)
    verdict, cosine = shown.by_step["net_verdict"], shown.by_step["net_cosine"]
    assert run.training.records[-1].total == 0
    assert np.isnan(cosine[-1])
    assert verdict[-1] == len(Phase) + shown.run.phases[-1]
    assert verdict[0] == Phase.START
    readouts = {readout.id: readout for readout in _readouts(shown, 32, text_in("en"))}
    sentences = readouts["net_verdict"].choices
    assert sentences is not None
    assert len(sentences) == 2 * len(Phase)
    assert "no direction" in sentences[int(verdict[-1])]
    assert "{net_cosine}" in sentences[Phase.SOLVED]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phase_has_its_sentence(language: str) -> None:
    t = text_in(language)
    sentences = {t(f"two_layer_network.training.phase.{phase.name.lower()}") for phase in Phase}
    assert len(sentences) == len(Phase)
