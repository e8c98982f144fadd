"""A lecture in the browser: kept, saved, opened, and shown key by key."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page

from pages.lecture.component import decks
from pages.ui.present.deck import Deck, View, read_deck
from pages.ui.text import LANGUAGES
from tests.browser.hand import open_stage, settle, until

TWO = 'title = "Two"\n[[view]]\naddress = "/hinge?panels=scores&hide=hinge,push.verdict"\nquestion = "Who pays?"\nnotes = "Wait."\n[[view]]\naddress = "/softmax?panels=logits"\nquestion = "And now?"\n'


def open_lecture(page: Page, app: str, language: str = "en", **more: str) -> None:
    query = "&".join(f"{name}={text}" for name, text in more.items())
    page.goto(f"{app}/lecture?lang={language}&{query}")
    until(page, lambda: page.locator(".lecture .lecture-button").count() > 5, 60)


def open_file(page: Page, text: str) -> None:
    page.locator(".lecture input[type=file]").set_input_files(
        {"name": "lecture.toml", "mimeType": "application/toml", "buffer": text.encode()}
    )


def shown(page: Page) -> Frame:
    frame = page.locator(".show-frame[data-shown]").element_handle().content_frame()
    assert frame is not None
    return frame


def go_to(page: Page, number: int) -> Frame:
    """Wait until a view is shown, and until the next is loaded behind it."""
    until(page, lambda: f"show={number}" in page.url, 60)
    until(page, lambda: shown(page).locator(".stage[data-ready]").count() == 1, 60)
    return shown(page)


def told(page: Page) -> dict[str, str]:
    found = (
        shown(page)
        .locator("[data-readout]")
        .evaluate_all("nodes => nodes.map((node) => [node.dataset.readout, node.textContent])")
    )
    return dict(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_of_a_show(page: Page, app: str, language: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    open_lecture(page, app, language)
    open_file(page, TWO)
    until(page, lambda: page.locator(".lecture-view").count() == 2)
    page.locator(".lecture-main").click()
    frame = go_to(page, 1)
    assert frame.locator(".st-key-opening p").first.text_content() == "Who pays?"
    assert told(page)["hinge"] == "?"
    # After a drag a handle has the focus: the keys are the show's all the same, but for up and down.
    pill = frame.locator("[data-handle=score0] .stage-pill").bounding_box()
    assert pill is not None
    x, y = pill["x"] + pill["width"] / 2, pill["y"] + pill["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=5)
    page.mouse.up()
    grip = frame.locator("[data-handle=score0]")
    moved = float(grip.get_attribute("data-value") or "nan")
    assert moved > 3.2
    page.keyboard.press("PageDown")
    until(page, lambda: told(page)["hinge"] != "?")
    assert told(page)["push"] == "?"
    page.keyboard.press("ArrowUp")
    until(page, lambda: float(grip.get_attribute("data-value") or "nan") > moved)
    for key in (" ", "PageUp", "ArrowLeft"):
        page.keyboard.press(key)
        hidden = {" ": 0, "PageUp": 1, "ArrowLeft": 2}[key]
        until(page, lambda hidden=hidden: list(told(page).values()).count("?") == hidden)
    # Black, any key only brings the picture back: nothing is revealed unseen.
    for key in ("b", ".", "PageDown", "Home"):
        page.keyboard.press("b")
        assert page.locator(".show-cover").is_visible()
        page.keyboard.press(key)
        assert not page.locator(".show-cover").is_visible()
    assert list(told(page).values()).count("?") == 2
    page.keyboard.press("End")
    second = go_to(page, 2)
    assert second.locator(".st-key-opening p").first.text_content() == "And now?"
    page.keyboard.press("ArrowRight")  # there is no other
    page.keyboard.press("Home")
    go_to(page, 1)
    fresh = shown(page).locator("[data-handle=score0]").get_attribute("data-value")
    assert fresh == "3.2"
    assert told(page)["hinge"] == "?"
    for key in ("ArrowRight", "Enter", "PageDown"):
        until(
            page,
            lambda: page.evaluate("() => document.querySelectorAll('.show-frame').length") == 2,
        )
        page.keyboard.press(key)
        page.wait_for_timeout(400)
    go_to(page, 2)
    page.keyboard.press("d")
    until(page, lambda: shown(page).locator(".stage[data-theme=dark]").count() == 1)
    page.keyboard.press("PageUp")
    go_to(page, 1)
    assert shown(page).locator(".stage").get_attribute("data-theme") == "dark"
    page.reload()  # goes on where it was
    go_to(page, 1)
    page.keyboard.press("Escape")
    until(page, lambda: page.locator(".show").count() == 0)
    assert "show" not in page.url
    assert page.locator(".lecture-view").count() == 2


def test_the_next_view_is_there_at_once(page: Page, app: str) -> None:
    open_lecture(page, app)
    open_file(page, TWO.replace("&hide=hinge,push.verdict", ""))
    until(page, lambda: page.locator(".lecture-view").count() == 2)
    page.locator(".lecture-main").click()
    go_to(page, 1)
    behind = page.locator(".show-frame:not([data-shown])")
    until(page, lambda: behind.count() == 1)
    waiting = behind.element_handle().content_frame()
    assert waiting is not None
    until(page, lambda: waiting.locator(".stage[data-ready]").count() == 1, 60)
    settle(page)
    page.evaluate(
        "() => { window.kept = document.querySelector('.show-frame:not([data-shown])'); }"
    )
    page.keyboard.press("ArrowRight")
    # In the very next frame, and it is the frame that was loaded.
    assert page.evaluate(
        "async () => { await new Promise(requestAnimationFrame); return window.kept.hasAttribute('data-shown'); }"
    )


def test_the_speakers_window(page: Page, app: str) -> None:
    open_lecture(page, app)
    open_file(page, TWO)
    until(page, lambda: page.locator(".lecture-view").count() == 2)
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Speaker’s window").click()
    speaker = opened.value
    until(speaker, lambda: speaker.locator(".speaker").count() == 1, 60)
    page.locator(".lecture-main").click()
    go_to(page, 1)
    until(speaker, lambda: speaker.locator(".speaker-question").text_content() == "Who pays?")
    assert speaker.locator(".speaker-notes").text_content() == "Wait."
    assert speaker.locator(".speaker-next").text_content() == "And now?"
    assert (speaker.locator(".speaker-place").text_content() or "").startswith("1 of 2")
    reveals = speaker.locator(".speaker-reveals")
    until(speaker, lambda: reveals.text_content() == "Revealed: 0 of 2")
    speaker.keyboard.press("PageDown")
    until(speaker, lambda: reveals.text_content() == "Revealed: 1 of 2")
    speaker.keyboard.press("b")
    until(speaker, lambda: reveals.text_content() == "Revealed: 1 of 2 · The screen is black")
    speaker.keyboard.press("b")
    until(speaker, lambda: reveals.text_content() == "Revealed: 1 of 2")
    speaker.keyboard.press("End")
    go_to(page, 2)
    until(speaker, lambda: speaker.locator(".speaker-question").text_content() == "And now?")
    assert speaker.locator(".speaker-next").text_content() == "This is the last view."
    speaker.close()


def test_it_is_kept_edited_saved_and_opened(page: Page, app: str, tmp_path: Path) -> None:
    open_stage(page, f"{app}/hinge?lang=en&z=10,9,9&panels=scores&hide=hinge")
    page.keyboard.press("a")
    page.locator(".keep input").fill('Who "pays"?')
    page.locator(".keep textarea").fill("Wait \\ until\nthey answer")
    page.locator(".keep button").click()
    until(page, lambda: "1 in my lecture" in (page.locator(".present-told").text_content() or ""))
    open_stage(page, f"{app}/softmax?lang=en&present=1&T=2")
    page.keyboard.press("a")
    page.keyboard.type("Is p 7?")  # no key of the lecture, while it is typed
    page.keyboard.press("Enter")
    until(page, lambda: page.locator("dialog").count() == 0)
    assert "panels" not in page.url
    open_lecture(page, app)
    assert page.locator(".lecture-view").count() == 2
    page.get_by_role("button", name="↑ Earlier").nth(1).click()
    page.locator(".lecture-title").fill("Mine")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as a file").click()
    saved.value.save_as(tmp_path / "mine.toml")
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    hinge = View(
        "/hinge?z=10%2C9%2C9&panels=scores&hide=hinge",
        'Who "pays"?',
        "Wait \\ until\nthey answer",
    )
    assert read_deck(text) == Deck("Mine", (View("/softmax?T=2", "Is p 7?"), hinge))
    open_file(page, text.replace("/hinge", "/nowhere"))
    problem = page.locator(".lecture-problem")
    until(page, lambda: problem.count() == 1)
    assert (problem.text_content() or "").startswith("Line 9: “/nowhere")
    assert page.locator(".lecture-view").count() == 2
    assert saved.value.suggested_filename == "Mine.toml"
    # To look at lectures that are ready takes nothing of one's own away.
    for number, deck in enumerate(decks("en")):
        page.locator(".lecture-row").nth(2).locator("button").nth(number).click()
        until(page, lambda deck=deck: page.locator(".lecture-title").input_value() == deck.title)
        assert page.locator(".lecture-view").count() == len(deck.views)
    page.get_by_role("button", name="Back to what was here before").click()
    until(page, lambda: page.locator(".lecture-view").count() == 2)
    assert page.locator(".lecture-title").input_value() == "Mine"


def test_a_remote_chooses_from_no_list(page: Page, app: str) -> None:
    run = 'address = "/svm-against-softmax?follow=run&hide=run_hinge"'
    open_lecture(page, app)
    open_file(page, f'title = "Run"\n[[view]]\n{run}\nquestion = "?"\n')
    until(page, lambda: page.locator(".lecture-view").count() == 1)
    page.locator(".lecture-main").click()
    frame = go_to(page, 1)
    speed = frame.locator("select.stage-speed")
    speed.select_option("2")
    until(page, lambda: "speed=2" in frame.url)
    speed.focus()
    assert told(page)["run_hinge"] == "?"
    page.keyboard.press("PageDown")
    until(page, lambda: told(page)["run_hinge"] == "2.9000")
    assert speed.input_value() == "2"


def test_the_focus_goes_with_a_view_that_is_moved(page: Page, app: str) -> None:
    open_lecture(page, app)
    page.locator(".lecture-row").nth(2).locator("button").first.click()
    until(page, lambda: page.locator(".lecture-view").count() == len(decks("en")[0].views))
    questions = [view.question for view in decks("en")[0].views]
    page.get_by_role("button", name="↓ Later").first.focus()
    for _ in range(2):
        page.keyboard.press("Enter")
    fields = page.locator(".lecture-question")
    moved = [fields.nth(number).input_value() for number in range(3)]
    assert moved == [questions[1], questions[2], questions[0]]
