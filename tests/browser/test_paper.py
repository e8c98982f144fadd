"""What comes out of the printer: A4, with the address, without what can only be pressed."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page
from pypdf import PageObject, PdfReader

from tests.browser.hand import open_stage, readouts, settle, until

A4_PT = (595.92, 842.88)
WIDTH = "nodes => nodes.map((node) => [node.getBoundingClientRect().left, node.getBoundingClientRect().right])"


def printed(page: Page, kind: str, path: Path) -> PdfReader:
    """Press a button of those that print, and print; nothing of it stays on the page."""
    page.evaluate("() => { window.asked = 0; window.print = () => { window.asked += 1; }; }")
    page.locator(f".paper [data-with={kind}]").click()
    until(page, lambda: page.evaluate("window.asked") == 1)
    page.pdf(path=path, prefer_css_page_size=True)
    until(page, lambda: page.locator("html[data-paper], .stage[data-paper]").count() == 0)
    return PdfReader(path)


def words_of(sheet: PageObject) -> str:
    """Without spaces, which a PDF has none of; it has radicals for some Chinese words."""
    return unquote(unicodedata.normalize("NFKC", re.sub(r"[\s\u200b]", "", sheet.extract_text())))


@pytest.mark.parametrize(
    ("address", "title", "controls"),
    [
        (
            "/softmax?lang=en",
            "Softmax",
            ("Examples and settings", "Language", "with blanks", "PNG"),
        ),
        (
            "/svm-against-softmax?lang=zh",
            "SVM 与 Softmax 对比",
            ("示例与设置", "语言", "留空", "PNG"),
        ),
    ],
)
def test_a_lesson_on_paper(
    page: Page, app: str, tmp_path: Path, address: str, title: str, controls: tuple[str, ...]
) -> None:
    page.emulate_media(color_scheme="dark")
    open_stage(page, f"{app}{address}")
    panels = page.locator(".stage-panel")
    on_screen, dark = panels.evaluate_all(WIDTH), page.locator(".stage[data-theme=dark]").count()
    labels = page.locator(".stage-mark:is([data-kind=label], [data-kind=push])")
    told = {text for text in readouts(page).values() if re.fullmatch(r"−?\d\.\d{4}", text)}
    told |= {text for text in labels.all_text_contents() if re.fullmatch(r"−?\d\.\d+", text)}
    told -= set(page.locator(".stage-mark[data-kind=cell]").all_text_contents())  # a table is given
    assert len(told) >= 5
    path = tmp_path / "page.pdf"
    (sheet,) = printed(page, "answers", path).pages
    assert (sheet.mediabox.width, sheet.mediabox.height) == pytest.approx(A4_PT, abs=2)
    words = words_of(sheet)
    assert title.replace(" ", "") in words
    assert f"{app}{address}" in words
    assert [number for number in told if number not in words] == []
    assert [word for word in controls if word.replace(" ", "") in words] == []
    (blank,) = printed(page, "blanks", path).pages
    words = words_of(blank)
    assert title.replace(" ", "") in words
    assert f"{app}{address}" in words
    assert told & set(blank.extract_text().split()) == set()
    settle(page)
    assert panels.evaluate_all(WIDTH) == on_screen
    assert page.locator(".stage[data-theme=dark]").count() == dark == 1
    # Numbers at bars run into each other in a PDF's text: that they are blanks is looked at here.
    page.emulate_media(media="print")
    page.evaluate("() => { document.documentElement.dataset.paper = 'blanks'; }")
    seen = labels.evaluate_all("nodes => nodes.map((node) => getComputedStyle(node).visibility)")
    assert set(seen) == {"hidden"}


def test_answers_are_those_of_what_is_hidden_too(page: Page, app: str, tmp_path: Path) -> None:
    open_stage(page, f"{app}/hinge?lang=en&hide=hinge,verdict&ask=Who pays?")
    assert readouts(page)["hinge"] == "?"
    path = tmp_path / "page.pdf"
    words = words_of(printed(page, "answers", path).pages[0])
    assert "Whopays?" in words
    assert "2.9000" in words
    assert "Tooclose:car." in words
    until(page, lambda: readouts(page)["hinge"] == "?")  # for the lecture it is as it was
    blank = words_of(printed(page, "blanks", path).pages[0])
    assert "Whopays?" in blank
    assert "2.9000" not in blank


def test_panels_stand_two_a_row_and_their_figures_fill_them(page: Page, app: str) -> None:
    open_stage(page, f"{app}/two-layer-network")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    boxes = page.locator(".stage-panel").evaluate_all(WIDTH)
    assert len({round(left) for left, _ in boxes}) == 2
    assert max(right for _, right in boxes) - min(left for left, _ in boxes) <= 701
    plots = page.locator(".stage-plot").evaluate_all(
        "nodes => nodes.map((node) => [node.clientWidth, node.clientHeight, ...['width', 'height'].map((name) => node._fullLayout[name])])"
    )
    assert [plot[:2] for plot in plots] == [pytest.approx(plot[2:], abs=0.6) for plot in plots]
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
