"""The hand in the batch lab: the mean follows one sample; tables are chosen, edited, uploaded."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from core.losses.batch import Batch, evaluate_batch
from core.tables.score_tables import write_table
from pages.batch_lab.samples import generated_batch
from tests.browser.hand import (
    RECORD,
    drag,
    handle,
    open_stage,
    readouts,
    settle,
    shown,
    sway,
    until,
    value,
)

LESSON = "/batch-lab"
IMAGES = Batch(
    ("cat", "car", "frog"),
    np.array([[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]]),
    np.array([0, 1, 2]),
)


def check_frame(frame: dict, batch: Batch, index: int) -> None:
    """Compare one painted frame with core, computed afresh from the handles' positions."""
    classes = len(batch.names)
    scores = [frame["values"][f"score{place}"] for place in range(classes)]
    moved = batch.with_sample(index, scores, frame["values"]["label"])
    result = evaluate_batch(moved)
    totals, own = result.totals, result.comparison(index)
    expected = {
        "hinge": result.hinge[index],
        "cross_entropy": result.cross_entropy[index],
        "hinge_mean": totals.hinge_mean,
        "cross_entropy_mean": totals.cross_entropy_mean,
        "accuracy": 100 * totals.accuracy,
        "right": totals.correct,
    }
    for name, number in expected.items():
        assert shown(frame["readouts"][name], float(number)), (name, frame)
    bars = [*result.cross_entropy, *result.hinge]
    for text, loss in zip(frame["marks"]["samples"], bars, strict=True):
        assert shown(text, float(loss)), frame
    shares = np.concatenate([own.cross_entropy_gradient, own.hinge_gradient]) / batch.size
    for text, share in zip(frame["marks"]["shares"], shares, strict=True):
        assert shown(text, float(share)), frame
    cells = frame["marks"]["confusion"][: classes**2]
    assert cells == [str(count) for count in totals.confusion.reshape(-1)], frame


def test_every_painted_number_is_cores(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}")
    page.evaluate(RECORD)
    for name in ("score0", "score2"):
        sway(page, name)
    frames = page.evaluate("window.record")
    assert len({str(frame["values"]) for frame in frames}) >= 15
    for frame in frames:
        check_frame(frame, IMAGES, 0)


def test_the_flag_moves_the_ring_and_back_undoes_it(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}")
    handle(page, "label").focus()
    page.keyboard.press("ArrowRight")
    until(page, lambda: "y=1" in page.url)
    settle(page)
    assert readouts(page)["right"] == "2"
    assert "sample=1" in page.url
    page.go_back()
    until(page, lambda: value(page, "label") == 0)
    settle(page)
    assert readouts(page)["right"] == "1"


def test_a_released_sample_stays_in_the_table_when_another_is_chosen(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?names=cat,car,frog&z=2.2,2.5,-3.1&y=2&sample=3")
    drag(page, "score2", 0, -60)
    settle(page)
    frog = value(page, "score2")
    assert frog > 2.5
    mean = readouts(page)["hinge_mean"]
    page.get_by_role("button", name="Hardest by hinge").click()
    until(page, lambda: "sample=1" in page.url)
    settle(page)
    assert value(page, "score0") == 3.2
    assert readouts(page)["hinge_mean"] == mean
    assert readouts(page)["right"] == "2"


def test_a_click_on_a_row_puts_its_sample_on_the_stage(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?look=every", stages=0)
    table = page.get_by_test_id("stDataFrame").first
    table.wait_for()
    table.scroll_into_view_if_needed()
    until(page, lambda: table.locator("canvas").count() > 0)
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 36 + 35 * 2 + 17)  # the third line
    until(page, lambda: "sample=3" in page.url)
    until(page, lambda: readouts(page).get("hinge") == "12.9000")
    settle(page)
    assert "look" not in page.url
    # The example goes along to another lesson.
    link = page.get_by_test_id("stMain").get_by_role("link", name="SVM against softmax")
    link.click()
    until(page, lambda: "svm-against-softmax" in page.url)
    until(page, lambda: readouts(page).get("violation_count") == "2")
    assert readouts(page)["hinge"] == "12.9000"


def test_a_file_is_uploaded_and_a_huge_one_is_refused_in_a_sentence(
    page: Page, app: str, tmp_path
) -> None:
    open_stage(page, f"{app}{LESSON}?lang=zh")
    page.locator(".st-key-settings summary").click()
    page.get_by_role("tab", name="文件").click()
    settle(page)
    batch = generated_batch(40, 4, np.random.default_rng(1))
    good, huge = tmp_path / "own.csv", tmp_path / "huge.csv"
    good.write_text(write_table(batch), encoding="utf-8")
    huge.write_bytes(b"1,2,0\n" * 17_000_000)  # 102 MB
    chooser = page.get_by_test_id("stFileUploaderDropzoneInput")
    chooser.set_input_files(good)
    accuracy = f"{100 * float(evaluate_batch(batch).totals.accuracy):.1f}"
    until(page, lambda: readouts(page)["accuracy"] == accuracy)
    settle(page)
    chooser.set_input_files(huge)
    error = page.get_by_test_id("stAlertContentError")
    until(page, lambda: error.count() == 1, 60)
    assert "102.0 MB" in error.inner_text()
    assert "50 MB" in error.inner_text()
    assert readouts(page)["accuracy"] == accuracy


def test_a_table_that_is_gone_is_missed_and_loaded_again(page: Page, app: str, tmp_path) -> None:
    open_stage(page, app + LESSON)
    batch = generated_batch(40, 4, np.random.default_rng(1))
    accuracy = f"{100 * float(evaluate_batch(batch).totals.accuracy):.1f}"
    own = tmp_path / "own.csv"
    own.write_text(write_table(batch), encoding="utf-8")
    told = page.get_by_text("Your own table is no longer here")

    def load() -> None:
        page.locator(".st-key-settings summary").click()
        page.get_by_role("tab", name="File").click()
        settle(page)
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(own)
        until(page, lambda: readouts(page).get("accuracy") == accuracy)
        settle(page)
        assert "table=own" in page.url
        assert told.count() == 0

    load()
    page.reload()  # another session, as after the server was started again: it has no table
    until(page, lambda: told.count() == 1)
    until(page, lambda: readouts(page).get("hinge_mean") == "5.2667")
    settle(page)
    load()


@pytest.mark.parametrize("start", ["?names=cat,car,frog&z=1.3,4.9,2&y=1&sample=2", ""])
def test_an_edited_cell_changes_the_mean(page: Page, app: str, start: str) -> None:
    open_stage(page, f"{app}{LESSON}{start}")
    page.locator(".st-key-settings summary").click()
    page.get_by_role("tab", name="Edit").click()
    settle(page)
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    until(page, lambda: table.locator("canvas").count() > 0)
    box = table.bounding_box()
    assert box is not None
    headings = table.locator("canvas [role=columnheader]")
    until(page, lambda: headings.count() == 4)
    names = headings.all_inner_texts()
    place = names.index("car")
    width = box["width"] / len(names)

    field = page.locator("#portal").locator("input, textarea")

    def opened() -> bool:
        page.mouse.dblclick(box["x"] + (place + 0.5) * width, box["y"] + 36 + 35 + 17)
        page.wait_for_timeout(300)
        return field.count() > 0

    until(page, opened)
    page.keyboard.press("Control+a")
    page.keyboard.type("1,5", delay=50)
    until(page, lambda: field.first.input_value() == "1,5")
    page.wait_for_timeout(200)  # the grid takes a value a little after its field shows it
    page.keyboard.press("Enter")
    settle(page)
    changed = IMAGES.with_sample(1, [1.3, 1.5, 2.0], 1)
    mean = float(evaluate_batch(changed).totals.hinge_mean)
    until(page, lambda: readouts(page)["hinge_mean"] == f"{mean:.4f}")
    assert readouts(page)["right"] == "0"
