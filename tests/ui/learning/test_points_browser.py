"""The table of points in a browser: typed, refused, mended, added, deleted; and a file."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page

from tests.browser.hand import open_stage, settle, until

ROW = 35
"""Pixels of a line of the table."""


def points(page: Page) -> list[str]:
    """The points in the address."""
    return parse_qs(urlparse(page.url).query).get("points", [""])[0].split(";")


def spot(page: Page, row: int, across: float) -> tuple[float, float]:
    """Where a cell of a row of the table is, counted from 1."""
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    return box["x"] + across, box["y"] + ROW * row + ROW / 2


def write(page: Page, row: int, across: float, text: str) -> None:
    """Open the editor of a cell, and type; the grid takes a value a little after its field."""
    field = page.locator("#portal").locator("input, textarea")

    def opened() -> bool:
        page.mouse.dblclick(*spot(page, row, across))
        page.wait_for_timeout(300)
        return field.count() > 0

    until(page, opened)
    page.keyboard.press("Control+a")
    page.keyboard.type(text, delay=50)
    until(page, lambda: field.first.input_value() == text)
    page.wait_for_timeout(200)
    page.keyboard.press("Enter")


def test_points_are_edited_as_a_table_and_come_from_a_file(page: Page, app: str) -> None:
    open_stage(page, f"{app}/linear-classifier")
    page.locator(".st-key-settings summary").click()
    page.get_by_role("tab", name="Table of the points").click()
    page.get_by_test_id("stDataFrame").first.locator("canvas").first.wait_for()
    x1 = 120.0

    write(page, 2, x1, "-0,55")
    until(page, lambda: points(page)[1:2] == ["-0.55,0.3,0"])
    settle(page)

    write(page, 2, x1, "5000")
    alert = page.get_by_test_id("stAlert").filter(has_text="“5000” in row 2, column 1")
    alert.wait_for()
    assert points(page)[1] == "-0.55,0.3,0"
    settle(page)
    write(page, 2, x1, "0,25")
    until(page, lambda: points(page)[1] == "0.25,0.3,0")
    alert.wait_for(state="detached")
    settle(page)

    page.mouse.click(*spot(page, 1, 15.0))
    page.wait_for_timeout(150)
    page.keyboard.press("Delete")
    until(page, lambda: len(points(page)) == 8)
    assert points(page)[0] == "0.25,0.3,0"
    settle(page)

    page.get_by_role("button", name="Add a point").click()
    until(page, lambda: points(page)[8:] == ["0,0,0"])
    settle(page)

    page.get_by_role("tab", name="File").click()
    file = {"name": "own.csv", "mimeType": "text/csv", "buffer": b"1;2,5;cat\n-1;0;dog\n0;0;cat"}
    page.locator("input[type=file]").set_input_files([file])
    until(page, lambda: points(page) == ["1,2.5,0", "-1,0,1", "0,0,0"])
    settle(page)
    page.go_back()
    until(page, lambda: len(points(page)) == 9)
