from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest

from core.losses.batch import Batch, evaluate_batch
from core.losses.cross_entropy import cross_entropy
from core.losses.hinge import HINGE_VARIANTS, hinge
from core.tables.faults import TableError
from core.tables.score_tables import REASONS, batch_from_cells, read_table, write_table
from pages.batch_lab import BatchLabState
from pages.batch_lab.code import snippet
from pages.batch_lab.data import BatchView
from pages.batch_lab.results import batch_table, result_rows
from pages.batch_lab.samples import SAMPLES, generated_batch
from pages.batch_lab.sources import edited_cells
from pages.batch_lab.stage import batch_stage, moved, sweeps_of
from pages.batch_lab.why import derivation
from pages.ui.export import Table
from pages.ui.kit.own_tables import fault_sentence
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.release import Release
from pages.ui.state.example import Example, default_name
from pages.ui.state.state import decode, encode
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import run
from tests.stages import assert_present_rows, panels_of

IMAGES = SAMPLES["images"]()


def view_of(batch: Batch, index: int = 0, **settings) -> BatchView:
    example = Example(batch.names, tuple(batch.scores[index].tolist()), int(batch.labels[index]))
    state = replace(BatchLabState(), example=example, sample=index + 1, **settings)
    return BatchView(
        state, index, evaluate_batch(batch, margin=state.margin, variant=state.variant)
    )


def stage_of(view: BatchView):
    return batch_stage(view, sweeps_of(view), text_in("en"))


def test_the_samples_to_start_from() -> None:
    assert IMAGES.names == ("cat", "car", "frog")
    assert IMAGES.scores.tolist() == [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]
    assert IMAGES.labels.tolist() == [0, 1, 2]
    larger = SAMPLES["generated"]()
    assert (larger.size, len(larger.names)) == (500, 10)


def test_every_number_is_where_it_belongs() -> None:
    stage = stage_of(view_of(IMAGES, 2))
    panels = panels_of(stage)

    def shown(panel: str, attribute: str) -> list[float]:
        return np.asarray(panels[panel].show[0, attribute](stage.now)).tolist()

    soft, svm = (mark.numbers(stage.now) for mark in panels["samples"].marks)
    assert soft == pytest.approx([2.0404, 0.0791, 6.1565], abs=5e-5)
    assert svm == pytest.approx([2.9, 0, 12.9], abs=5e-5)
    assert shown("samples", "y") == [*soft, *svm, 0, 0]
    assert shown("samples", "base") == pytest.approx([0] * 6 + [2.7587, 5.2667], abs=5e-5)
    own = cross_entropy([2.2, 2.5, -3.1], 2).gradient, hinge([2.2, 2.5, -3.1], 2).gradient
    gradients = np.concatenate(own)
    (shares,) = panels["shares"].marks
    assert shares.y(stage.now) == pytest.approx(gradients / 3)
    assert shown("shares", "y") == pytest.approx([*gradients, *gradients / 3])
    cells, ring = panels["confusion"].marks
    assert cells.numbers(stage.now).tolist() == [0, 1, 0, 0, 1, 0, 0, 1, 0]
    assert np.sign(cells.shades(stage.now)).tolist() == [0, -1, 0, 0, 1, 0, 0, -1, 0]
    assert (ring.x(stage.now), ring.y(stage.now)) == ([1], [2])
    assert shown("scores", "y")[:3] == [2.2, 2.5, -3.1]


def test_a_handle_changes_the_sample_on_the_stage_only() -> None:
    view = view_of(IMAGES, 2)
    sweeps, stage = sweeps_of(view), stage_of(view)
    panels, swept = panels_of(stage), sweeps.by["score2"]
    # Frog's own score, 2.6: above the others, so the prediction is right and 2 of 3 are.
    row = 126
    assert sweeps.axis.grid[row] == 2.6
    loss = hinge([2.2, 2.5, 2.6], 2).value
    _, svm = panels["samples"].marks
    assert svm.numbers(swept)[row] == pytest.approx([2.9, 0, loss])
    means = panels["samples"].show[0, "base"](swept)[row, -2:]
    assert means[1] == pytest.approx((2.9 + loss) / 3)
    cells, ring = panels["confusion"].marks
    assert cells.numbers(swept)[row].tolist() == [0, 1, 0, 0, 1, 0, 0, 0, 1]
    assert ring.x(swept)[row] == [2]
    accuracy = next(entry.number for entry in stage.readouts if entry.id == "accuracy")
    assert accuracy(swept)[[row - 2, row]] == pytest.approx([100 / 3, 200 / 3])


@pytest.mark.parametrize("index", [0, 1, 2])
def test_each_handle_shows_at_its_value_what_is_shown_now(index: int) -> None:
    assert_present_rows(stage_of(view_of(IMAGES, index, variant="crammer_singer")))


@pytest.mark.parametrize(
    ("index", "first", "last"), [(0, 1, 12), (11, 1, 12), (12, 13, 24), (499, 493, 500)]
)
def test_twelve_samples_are_drawn_about_the_one_on_the_stage(index, first, last) -> None:
    batch = SAMPLES["generated"]()
    samples = panels_of(stage_of(view_of(batch, index)))["samples"]
    axis = samples.figure.layout.xaxis
    assert list(axis.ticktext) == [str(number) for number in range(first, last + 1)]
    opacity = samples.figure.data[0].marker.opacity[: last - first + 1]
    assert [number for number, value in enumerate(opacity, first) if value == 1] == [index + 1]


@pytest.mark.parametrize("largest", [0.0, 2.0, 30.0, 5000.0])
def test_the_numbers_stand_below_the_bars_within_the_panel(largest: float) -> None:
    batch = Batch(("a", "b"), [[largest, 0.0], [0.0, 1.0]], [1, 1])
    samples = panels_of(stage_of(view_of(batch)))["samples"]
    axis = samples.figure.layout.yaxis
    assert all(axis.range[0] < height < 0 for mark in samples.marks for height in mark.y)
    assert axis.tickvals[0] == 0
    assert axis.tickvals[-1] <= axis.range[1]
    assert 4 <= len(axis.tickvals) <= 6


VALUES = {"score0": 1.5, "score1": -2.5, "score2": 9.0, "label": 2}


def test_a_release_becomes_the_sample_in_its_row() -> None:
    state = view_of(IMAGES, 1, margin=2.0).state
    after = moved(state, Release(VALUES, "score1"))
    example = Example(IMAGES.names, (1.5, -2.5, 9.0), 2)
    assert after == replace(state, example=example)
    assert (after.sample, after.along) == (2, None)


def test_an_example_from_elsewhere_becomes_the_first_sample_when_it_is_moved() -> None:
    elsewhere = BatchLabState(Example(("a", "b"), (1.0, 2.0), 0))
    after = moved(elsewhere, Release(VALUES, "score1"))
    assert (after.example.names, after.example.scores) == (IMAGES.names, (1.5, -2.5, 9.0))
    assert after.sample == 1


@pytest.mark.parametrize("change", [{"score0": "x"}, {"label": 7}, {"score1": None}])
def test_a_release_that_makes_no_sense_changes_nothing(change: dict) -> None:
    state = view_of(IMAGES, 1).state
    assert moved(state, Release({**VALUES, **change}, "score0")) is state


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
@pytest.mark.parametrize("size", [3, 500])
def test_the_code_prints_the_numbers_on_screen(variant, size, tmp_path, monkeypatch) -> None:
    batch = IMAGES if size == 3 else SAMPLES["generated"]()
    view = view_of(batch, 1, variant=variant, margin=2.5)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "batch.csv").write_text(write_table(batch), encoding="utf-8")
    printed = run(snippet(view))
    totals = view.result.totals
    expected = [
        ("its hinge loss", view.result.hinge[1]),
        ("its cross-entropy loss", view.result.cross_entropy[1]),
        ("mean hinge loss", totals.hinge_mean),
        ("mean cross-entropy loss", totals.cross_entropy_mean),
        ("sum of the hinge losses", totals.hinge_sum),
        ("sum of the cross-entropies", totals.cross_entropy_sum),
        ("accuracy in percent", 100 * totals.accuracy),
    ]
    for line, (name, value) in zip(printed, expected, strict=False):
        assert line.split("  ")[0] == name
        assert line.split()[-1] == format_fixed(float(value), 4).replace("−", "-")
    gradients = (
        cross_entropy(batch.scores, batch.labels).gradient[1],
        hinge(batch.scores, batch.labels, margin=2.5, variant=variant).gradient[1],
    )
    joined = " ".join(printed[len(expected) :])
    for gradient in gradients:
        assert str(gradient).split()[1] in joined
    matrix = " ".join(joined[joined.index("[[") :].replace("[", " ").replace("]", " ").split())
    assert matrix == " ".join(map(str, totals.confusion.reshape(-1)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_derivation_has_the_present_numbers(language) -> None:
    written = derivation(view_of(IMAGES, 2), text_in(language))
    assert "[[" not in written
    assert r"\frac{2.9000 + 0.0000 + 12.9000}{3} = \frac{15.8000}{3} = 5.2667" in written
    assert r"\frac{2.0404 + 0.0791 + 6.1565}{3} = \frac{8.2760}{3} = 2.7587" in written
    assert r"\frac{1}{3} (1,\; 1,\; -2) = (0.3333,\; 0.3333,\; -0.6667)" in written
    assert r"\frac{0 + 1 + 0}{3} = \frac{1}{3} = 33.3" in written


ASKED = {"decimal", "encoding", "headings", "index", "label_base", "probabilities"}
"""Reasons that are questions: see tests/ui/kit/test_own_tables.py."""


def test_a_long_sum_is_shortened() -> None:
    written = derivation(view_of(generated_batch(50, 3, np.random.default_rng(0))), text_in("en"))
    assert written.count(r" + \dots + ") == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", sorted({*REASONS} - ASKED))
def test_each_fault_is_one_sentence_in_each_language(reason, language) -> None:
    limits = {"least": 2, "most": 10, "last": 4, "largest": 9, "longest": 24, "cells": 4}
    limits |= {"first": 1234, "second": 1}
    fault = TableError(reason, row=7, column=3, value="*x*", names="cat, car", **limits)
    sentence = fault_sentence(fault, text_in(language), "batch_lab")
    assert "{" not in sentence
    assert sentence[-1] in ".。"
    assert "*x*" not in sentence  # no Markdown from a file
    whole = ("empty", "encoding_unknown", "file_kind", "file_size", "no_labels", "row_count")
    assert ("7" in sentence) == (reason not in whole)
    # No other full stop but in the example 3.2; how to save a file takes a second sentence.
    stops = sentence.replace("3.2", "").count("." if language == "en" else "。")
    assert stops == 1 + (reason == "encoding_unknown")


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("1,2,0\n3,x,1", "“x” in row 2, column 2 is not a number; a score is written like 3.2."),
        (
            "1,2,0\n3,4,5",
            "“5” in row 2, column 3 is not a label: it must be a number from 0 to 1, or one of A, B.",
        ),
        (
            b"\x89PNG\r\n\x1a\n....",
            "its format is PNG, which is no table in text; open it where it was made and save it "
            "as CSV UTF-8.",
        ),
        (
            "cat,label\n1,cat",
            "columns of scores in row 1: 1; there must be 2 to 10, and one more for the label.",
        ),
        (
            'a,"b,label\n1,2,0',
            "the quotation marks from row 1 on do not match: one that opens a cell has to close it.",
        ),
    ],
)
def test_sentences_as_they_are_read(table, sentence) -> None:
    with pytest.raises(TableError) as caught:
        read_table(table)
    assert fault_sentence(caught.value, text_in("en"), "batch_lab").replace("\\", "") == sentence


@pytest.mark.parametrize("with_gradients", [True, False])
def test_files_hold_every_number_at_full_precision(with_gradients) -> None:
    batch = generated_batch(4, 3, np.random.default_rng(3))
    result = evaluate_batch(batch, margin=0.5)
    table = batch_table(result, np.arange(4), text_in("en"), with_gradients=with_gradients)
    rows = list(csv.DictReader(io.StringIO(table.as_csv().removeprefix("\ufeff"))))
    assert [row["sample"] for row in rows] == ["1", "2", "3", "4"]
    soft = cross_entropy(batch.scores, batch.labels)
    svm = hinge(batch.scores, batch.labels, margin=0.5)
    for index, row in enumerate(rows):
        assert float(row["cross_entropy"]) == soft.per_sample[index]
        assert float(row["hinge"]) == svm.per_sample[index]
        assert row["label"] == batch.names[batch.labels[index]]
        assert row["right"] == str(batch.scores[index].argmax() == batch.labels[index])
        assert ("cross_entropy_gradient 0" in row) == with_gradients
        for name, place in zip(batch.names, range(3), strict=True):
            assert float(row[f"score {name}"]) == batch.scores[index, place]
            if with_gradients:
                for group, loss in (("cross_entropy", soft), ("hinge", svm)):
                    assert float(row[f"{group}_gradient {name}"]) == pytest.approx(
                        loss.gradient[index, place], rel=1e-14
                    )
    written = json.loads(table.as_json())
    assert written["hinge_mean"] == pytest.approx(svm.value)
    assert written["cross_entropy_mean"] == pytest.approx(soft.value)
    assert written["hinge_sum"] == pytest.approx(svm.per_sample.sum())
    assert (written["samples"], len(written["rows"]), written["margin"]) == (4, 4, 0.5)
    assert np.sum(written["confusion"]) == 4


def test_minus_infinity_is_text_in_json() -> None:
    table = Table({"score": [-np.inf, 1.5]}, {"score": "s"})
    assert json.loads(table.as_json(), parse_constant=pytest.fail)["rows"] == [
        {"score": "-inf"},
        {"score": 1.5},
    ]


def test_orders() -> None:
    result = evaluate_batch(IMAGES)
    assert result_rows(result, "table").tolist() == [0, 1, 2]
    assert result_rows(result, "cross_entropy").tolist() == [2, 0, 1]
    assert result_rows(result, "wrong").tolist() == [2, 0]
    # The worst margin: 2.9, 0 and 6.6 with Crammer-Singer; order by its own loss.
    assert result_rows(result, "hinge").tolist() == [2, 0, 1]


def test_equal_losses_keep_their_order() -> None:
    batch = Batch(("a", "b"), [[0, 1], [0, 2], [0, 1], [0, 2], [5, 0]], [0, 0, 0, 0, 0])
    assert result_rows(evaluate_batch(batch), "hinge").tolist() == [1, 3, 0, 2, 4]


def test_a_generated_batch_is_the_same_each_time_and_fairly_good() -> None:
    one, two = (generated_batch(500, 10, np.random.default_rng(7)) for _ in range(2))
    np.testing.assert_array_equal(one.scores, two.scores)
    totals = evaluate_batch(one).totals
    assert 0.6 < totals.accuracy < 0.9
    mistakes = totals.confusion - np.diag(np.diag(totals.confusion))
    assert (mistakes.argmax(axis=1) == (np.arange(10) + 1) % 10).mean() > 0.7


def test_edits_of_the_editor_become_the_cells() -> None:
    edits = {
        "edited_rows": {0: {"score1": 4.0, "label": "frog"}, 2: {"score0": None}},
        "deleted_rows": [1],
        "added_rows": [{"score0": 1, "score1": 2, "score2": 3, "label": "car"}, {}],
    }
    cells = edited_cells(IMAGES, edits)
    assert cells == [
        [3.2, 4.0, -1.7, "frog"],
        [None, 2.5, -3.1, "frog"],
        [1, 2, 3, "car"],
        [None] * 4,
    ]
    with pytest.raises(TableError) as caught:
        batch_from_cells(IMAGES.names, cells)
    assert (caught.value.reason, caught.value.row, caught.value.column) == ("empty_cell", 2, 1)
    cells[1][0] = 9
    assert batch_from_cells(IMAGES.names, cells).labels.tolist() == [2, 2, 1]
    assert IMAGES.scores[0, 1] == 5.1


def test_whatever_a_table_may_hold_can_be_the_current_example() -> None:
    names = tuple(str(number) * 24 for number in range(10))
    header, scores = ",".join(names), ",".join(["1e6", "-1e6"] * 5)
    batch = read_table(f"{header},label\n{scores},9", {"label_base": "0"}).batch
    example = Example(batch.names, tuple(batch.scores[0].tolist()), int(batch.labels[0]))
    assert (example.names, example.scores, example.label) == (names, (1e6, -1e6) * 5, 9)
    # Without a header the classes are called as an example calls them.
    assert read_table(f"{scores},0").batch.names == tuple(map(default_name, range(10)))


def test_the_sample_travels_in_the_address() -> None:
    state = replace(BatchLabState(), sample=363)
    assert encode(state)["sample"] == "363"
    assert decode(BatchLabState, encode(state)) == (state, ())
    assert "sample" not in encode(BatchLabState())
    assert decode(BatchLabState, {"sample": "200001"})[1][0].reason == "whole"
