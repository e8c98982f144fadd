from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pages.ui.stage.sweep_rows import rows_of


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
