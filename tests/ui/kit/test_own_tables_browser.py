"""Numbers and tables as people bring them, in a browser: typed, pasted, uploaded."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from pages.ui.text import LANGUAGES, text_in
from tests.browser.hand import open_stage, readouts, settle, until


def fill(page: Page, key: str, text: str) -> None:
    field = page.locator(f".st-key-{key}").locator("input, textarea").first
    field.fill(text)
    field.press("Control+Enter" if key.endswith("text") else "Enter")


def show(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab, exact=True).click()
    settle(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_decimal_commas_are_typed_into_fields(page: Page, app: str, language: str) -> None:
    open_stage(page, f"{app}/hinge?lang={language}")
    page.locator(".st-key-settings summary").click()
    fill(page, "margin", "0,5")
    until(page, lambda: "margin=0.5" in page.url)
    settle(page)
    fill(page, "scores", "3,3; 5,1; -1,7")
    until(page, lambda: "z=3.3%2C5.1%2C-1.7" in page.url or "z=3.3,5.1,-1.7" in page.url)
    settle(page)
    fill(page, "margin", "1,234")
    alert = page.get_by_test_id("stAlertContentError")
    alert.wait_for()
    assert "1234" in alert.inner_text()
    assert "1.234" in alert.inner_text()
    assert "margin=0.5" in page.url


@pytest.mark.parametrize("language", LANGUAGES)
def test_decimal_commas_are_pasted_into_the_editor(page: Page, app: str, language: str) -> None:
    t = text_in(language)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_stage(page, f"{app}/batch-lab?lang={language}")
    page.locator(".st-key-settings summary").click()
    show(page, t("batch_lab.way.edit"))
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    until(page, lambda: table.locator("canvas").count() > 0)
    box = table.bounding_box()
    assert box is not None
    page.evaluate("navigator.clipboard.writeText('0,85\\t−0,5')")
    page.mouse.click(box["x"] + box["width"] / 8 + 20, box["y"] + 36 + 17)
    page.wait_for_timeout(300)
    page.keyboard.press("Control+v")
    until(page, lambda: "z=0.85" in page.url)
    settle(page)
    assert readouts(page)["hinge"] == "0.0000"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_table_is_pasted_and_other_files_are_refused(page: Page, app: str, language: str) -> None:
    t = text_in(language)
    open_stage(page, f"{app}/batch-lab?lang={language}")
    page.locator(".st-key-settings summary").click()
    show(page, t("batch_lab.way.paste"))
    page.locator(".st-key-batch_lab_text textarea").fill("hot;cold;label\n0,5;1,5;hot")
    page.get_by_role("button", name=t("batch_lab.use_text")).click()
    told = page.get_by_test_id("stMain").get_by_text(t("table.note.decimal_comma"))
    told.wait_for()
    assert readouts(page)["hinge"] == "2.0000"
    show(page, t("batch_lab.way.file"))
    book = {"name": "book.xlsx", "mimeType": "", "buffer": b"PK\x03\x04" + bytes(60)}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([book])
    alert = page.get_by_test_id("stAlertContentError")
    alert.wait_for()
    assert "ZIP / XLSX" in alert.inner_text()
    assert readouts(page)["hinge"] == "2.0000"
