"""The code of the two-layer network, run as a student would: the losses are those on screen."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.learning.datasets import Dataset, blobs
from core.learning.history import SAMPLINGS
from core.learning.optimizers import OPTIMIZERS
from core.losses.hinge import HINGE_VARIANTS
from core.losses.penalties import PENALTIES
from core.tables.point_tables import write_points
from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.code import snippet
from pages.ui.learning.runs import Run, trained_run
from pages.ui.learning.setups import setup
from pages.ui.stage.number_format import format_fixed


def run_of(state: TwoLayerNetworkState, steps: int) -> Run:
    made = setup(state, state.loss)
    return trained_run(made, steps)


def executed(source: str) -> tuple[list[str], dict[str, Any]]:
    """Return the lines that a snippet prints, and what it has made."""
    printed, made = io.StringIO(), dict[str, Any]()
    with contextlib.redirect_stdout(printed), np.errstate(all="raise", under="ignore"):
        exec(source, made)
    return printed.getvalue().splitlines(), made


def assert_same(state: TwoLayerNetworkState, steps: int) -> None:
    """Compare what the code makes with the run on screen, and what it prints with the readouts."""
    run = run_of(state, steps)
    record = run.records[run.record_at(state.at)]
    printed, made = executed(snippet(state, run))
    expected = {
        "data loss": record.data_loss,
        "penalty": record.penalty,
        "total loss": record.total,
        "accuracy in percent": 100 * record.accuracy,
    }
    assert_allclose(made["data_loss"], record.data_loss, rtol=1e-12)
    assert_allclose(made["penalty"](), record.penalty, rtol=1e-12)
    for name, values in record.parameters.items():
        assert_allclose(made[name], values, rtol=0, atol=1e-12 * np.abs(values).max())
    if record.held_out_loss is not None:
        expected["held-out loss"] = record.held_out_loss
        expected["held-out accuracy in percent"] = 100 * record.held_out_accuracy
        assert made["X_held"].shape == run.setup.split().held_out.points.shape
    last = printed[-len(expected) :]
    for line, (name, value) in zip(last, expected.items(), strict=True):
        assert line.split("  ")[0].startswith(name)
        written = line.split()[-1].replace("e-0", "e-")
        assert written == format_fixed(value, 4).replace("−", "-")
    steps_printed = [line for line in printed if line.startswith("step ")]
    for line in steps_printed:
        step, total = line.removeprefix("step ").split(": loss ")
        on_screen = run.records[run.record_at(int(step))]
        if on_screen.step == int(step):  # not every step of a run is kept
            assert total == f"{on_screen.total:.6f}"
    assert steps_printed[-1].startswith(f"step {record.step}:")


@pytest.mark.parametrize("name", TwoLayerNetworkState.offered())
def test_every_data_set(name: str) -> None:
    assert_same(replace(TwoLayerNetworkState(), data=name, draw=3, seed=5), 60)


@pytest.mark.parametrize("name", ["spiral", "moons", "circles", "xor", "blobs"])
def test_other_samples_and_noise(name: str) -> None:
    state = replace(TwoLayerNetworkState(), data=name, samples=17, noise=0.3, hidden=5, at=20)
    assert_same(state, 40)


LOSSES = [
    {"loss": "cross_entropy"},
    {"loss": "squared_error"},
    *(
        {"loss": "hinge", "variant": variant, "power": power, "margin": 0.5}
        for variant, power in product(HINGE_VARIANTS, (1, 2))
    ),
]


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: "-".join(map(str, loss.values())))
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("penalty", PENALTIES)
def test_every_loss_penalty_and_optimiser(
    loss: dict[str, Any], optimizer: str, penalty: str
) -> None:
    settings = {**loss, "optimizer": optimizer, "penalty": penalty, "strength": 0.01}
    state = replace(
        TwoLayerNetworkState(), data="blobs", learning_rate=0.02, mixing=0.3, **settings
    )
    assert_same(replace(state, half=int(optimizer == "momentum"), momentum=0.7), 30)


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("batch_size", [0, 1, 7, 1000])
def test_every_kind_of_batch(sampling: str, batch_size: int) -> None:
    settings = {"sampling": sampling, "batch_size": batch_size, "rate_decay": 0.9}
    assert_same(replace(TwoLayerNetworkState(), data="moons", samples=10, **settings), 50)


def test_without_a_penalty_and_at_the_start() -> None:
    assert_same(replace(TwoLayerNetworkState(), data="xor", strength=0.0, trained=0), 0)


def test_points_by_hand() -> None:
    points = tuple((x / 7, -x / 3, x % 3) for x in range(16))
    assert_same(replace(TwoLayerNetworkState(), points=points, groups=("a", "b", "none", "c")), 20)


def test_many_own_points_are_read_from_a_file(tmp_path, monkeypatch) -> None:
    data = blobs(40, rng=np.random.default_rng(0))
    names = ("it's", 'a "b"', "=c,d")
    own = Dataset(names, data.points, data.labels)
    monkeypatch.setattr("streamlit.session_state", {"own_points": own})
    (tmp_path / "points.csv").write_text(write_points(own), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert_same(replace(TwoLayerNetworkState(), data="own"), 20)


def test_a_long_run_prints_the_same_digits() -> None:
    state = replace(TwoLayerNetworkState(), data="published_spiral", half=1)
    run = run_of(state, 1000)
    printed, _ = executed(snippet(state, run))
    assert printed[-2].split()[-1] == f"{run.records[-1].total:.4f}"
