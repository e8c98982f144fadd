"""One function, evaluated now and for every step of every handle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pages.ui.stage.sweeps import one_at_a_time, rows_of, tabulate


@dataclass(frozen=True)
class Product:
    name: str
    factors: dict[str, np.ndarray]
    value: np.ndarray


def test_each_handle_has_the_result_of_its_own_steps() -> None:
    calls = []

    def evaluate(a: np.ndarray, b: np.ndarray) -> Product:
        calls.append(len(a))
        return Product("ab", {"a": a, "b": b}, a * b.sum(axis=-1))

    sweeps = tabulate(
        evaluate,
        {"a": 2.0, "b": [1.0, 3.0]},
        {"a": {"a": [0.0, 1.0, 5.0]}, "both": {"a": [1.0, 2.0], "b": [[1.0, 1.0], [0.0, 4.0]]}},
    )
    assert calls == [6]  # the present, and all steps, in one batch
    assert (sweeps.now.name, float(sweeps.now.value)) == ("ab", 8.0)
    assert sweeps.now.factors["b"].tolist() == [1, 3]
    assert sweeps.by["a"].value.tolist() == [0, 4, 20]
    assert sweeps.by["a"].factors["b"].tolist() == [[1, 3]] * 3
    assert sweeps.by["both"].value.tolist() == [2, 8]
    assert sweeps.all == (sweeps.now, *sweeps.by.values())


def test_one_at_a_time_leaves_its_input_alone() -> None:
    values = np.array([1.0, 2.0, 3.0])
    swept = one_at_a_time(values, [7.0, 8.0])
    assert swept.shape == (3, 2, 3)
    assert swept[1].tolist() == [[1, 7, 3], [1, 8, 3]]
    assert values.tolist() == [1, 2, 3]


@dataclass(frozen=True)
class Inner:
    values: np.ndarray


@dataclass(frozen=True)
class Outer:
    name: str
    labels: np.ndarray
    inner: Inner
    by_name: dict[str, np.ndarray]


def test_every_array_of_a_record_is_cut_alike() -> None:
    table = np.arange(12.0).reshape(6, 2)
    record = Outer("kept", np.arange(6), Inner(table), {"a": 10 * table})
    part = rows_of(record, slice(1, 5), (2, 2))
    assert part.name == "kept"
    assert part.labels.tolist() == [[1, 2], [3, 4]]
    assert part.inner.values.tolist() == [[[2, 3], [4, 5]], [[6, 7], [8, 9]]]
    assert part.by_name["a"].tolist() == [[[20, 30], [40, 50]], [[60, 70], [80, 90]]]
    assert record.labels.shape == (6,)


def test_a_single_row_has_no_leading_axis() -> None:
    record = Inner(np.arange(6.0).reshape(3, 2))
    assert rows_of(record, slice(2, 3), ()).values.tolist() == [4, 5]
