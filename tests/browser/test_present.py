"""A lecture: the stage fills the window, whatever it shows, and is read from the back of the hall."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from pages.ui.lessons import lessons
from pages.ui.state.parameters import parameters
from pages.ui.text import LANGUAGES, text_in
from tests.browser.hand import UNFILLED, drag, open_stage, readouts, settle, until, value

SIZES = (
    {"width": 1280, "height": 720},
    {"width": 1366, "height": 768},
    {"width": 1920, "height": 1080},
)
LESSONS = [lesson.name for lesson in lessons().values() if lesson.part is not None]
SVM = "/svm-against-softmax"

# What does not fit into the window, or cannot be read: nothing, if all is well.
MISFITS = """() => {
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((node) => node.checkVisibility({visibilityProperty: true}));
  const stage = document.querySelector('.stage');
  const scale = stage.getBoundingClientRect().width / stage.offsetWidth;
  const size = (node) => parseFloat(getComputedStyle(node).fontSize) * scale / innerHeight;
  const box = (node) => node.getBoundingClientRect();
  const named = (nodes) => nodes.map((node) => (node.className.baseVal ?? node.className) + ': ' + node.textContent.slice(0, 30));
  const isWithin = (inner, outer) => inner.left > outer.left - 1.5 && inner.top > outer.top - 1.5
    && inner.right < outer.right + 1.5 && inner.bottom < outer.bottom + 1.5;
  const screen = {left: 0, top: 0, right: innerWidth, bottom: innerHeight};
  const found = {
    outside: named(seen('.stage-panel, .stage-readout, .stage-sentence, .stage-timeline, .st-key-opening, .main-svg').filter((node) => !isWithin(box(node), screen))),
    cut: named(seen('.main-svg').filter((node) => !isWithin(box(node), box(node.closest('.stage-panel'))))),
    low: named(seen('.stage-plot').filter((node) => box(node).height < 0.15 * innerHeight)),
    axes: named(seen('.xtick text, .ytick text, .xtitle, .ytitle').filter((node) => size(node) < 0.0249)),
    readouts: named(seen('.stage-readout dd').filter((node) => size(node) < 0.0399)),
    words: named(seen('.stage-readout dt, .stage-sentence p, .stage-title, .stage-legend').filter((node) => size(node) < 0.0249)),
    squeezed: named(seen('.stage-readout dt, .stage-readout dd, .stage-title').filter((node) => node.scrollWidth > node.clientWidth + 1)),
    scrolled: named(seen('*').filter((node) => /auto|scroll/.test(getComputedStyle(node).overflowY)
      && (node.scrollHeight > node.clientHeight + 2 || node.scrollWidth > node.clientWidth + 2))),
    controls: named(seen('[data-testid=stSidebar], [data-testid=stHeader], [data-testid=stTabs], [data-testid=stExpander], h1, .stage-tools')),
    unfilled: named([stage, ...seen('.main-svg')].filter((node) => Math.abs(node === stage ? box(node).bottom - innerHeight
      : box(node).bottom - box(node.closest('.stage-plot')).bottom) > 2)),
  };
  return Object.fromEntries(Object.entries(found).filter(([, nodes]) => nodes.length));
}"""


def assert_fills(page: Page, size: dict[str, int], what: str) -> None:
    """Plotly takes its time to follow the window."""
    page.set_viewport_size(size)  # type: ignore[arg-type]
    found: dict[str, Any] = {}
    for _ in range(60):
        page.wait_for_timeout(100)
        found = page.evaluate(MISFITS) | {"half_drawn": page.evaluate(UNFILLED)}
        if not any(found.values()):
            return
    assert not any(found.values()), (what, size, found)


def views(lesson: str) -> list[str]:
    """The address of every view of a lesson that has a stage."""
    looks = [
        f"&{parameter.name}={option}"
        for entry, parameter in parameters(lessons()[lesson].state)
        for option in parameter.options
        if parameter.name in ("look", "view", "follow", "graph") and option != entry.default
    ]
    return ["", *(f"{look}&data=digits" if look == "&look=digits" else look for look in looks)]


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_view_fills_the_window_and_is_read_from_afar(
    page: Page, app: str, lesson: str
) -> None:
    path = lessons()[lesson].path
    for language, view in [("en", view) for view in views(lesson)] + [("zh", "")]:
        page.set_viewport_size(SIZES[0])  # type: ignore[arg-type]
        open_stage(page, f"{app}/{path}?present=1&lang={language}{view}")
        for size in SIZES:
            assert_fills(page, size, f"{language}{view}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_key_of_a_lecture(page: Page, app: str, language: str) -> None:
    t = text_in(language)
    open_stage(page, f"{app}{SVM}?lang={language}")
    bar = page.locator(".present-button").first
    assert bar.text_content() == t("present.present")
    page.keyboard.press("p")
    until(page, lambda: "present=1" in page.url)
    settle(page)
    assert_fills(page, SIZES[0], "by its key")
    panels = page.locator(".stage-panel")
    page.keyboard.press("4")
    until(page, lambda: panels.count() == 1)
    assert "panels=losses" in page.url
    settle(page)
    assert_fills(page, SIZES[0], "one panel")
    page.keyboard.press("0")
    until(page, lambda: panels.count() == 4)
    settle(page)
    # After a drag the handle has the focus: the keys are the lecture's all the same.
    drag(page, "score0", 0, -30)
    settle(page)
    moved = value(page, "score0")
    assert moved > 3.2
    page.keyboard.press("1")
    until(page, lambda: "panels=scores" in page.url)
    settle(page)
    assert value(page, "score0") == moved
    page.keyboard.press("d")
    until(page, lambda: page.locator(".stage").get_attribute("data-theme") == "dark")
    assert "dark=1" in page.url
    page.keyboard.press("Escape")
    until(page, lambda: "present" not in page.url)
    settle(page)
    assert page.locator("h1").text_content() == t("svm_against_softmax.title")
    assert panels.count() == 4
    assert value(page, "score0") == moved
    bar.click()
    until(page, lambda: "present=1" in page.url)


def test_what_was_chosen_and_hidden_is_there_after_a_rehearsal(page: Page, app: str) -> None:
    open_stage(page, f"{app}{SVM}?panels=scores,losses&hide=hinge")
    panels = page.locator(".stage-panel")
    page.keyboard.press("p")
    until(page, lambda: "present=1" in page.url)
    settle(page)
    for keys, count in (("1", 1), ("0", 2), ("2", 1)):
        page.keyboard.press(keys)
        until(page, lambda count=count: panels.count() == count)
        settle(page)
    page.keyboard.press(" ")
    until(page, lambda: readouts(page)["hinge"] != "?")
    settle(page)
    page.keyboard.press("Escape")
    until(page, lambda: "present" not in page.url)
    settle(page)
    assert "panels=scores%2Closses" in page.url
    assert "revealed" not in page.url
    assert panels.count() == 2
    assert readouts(page)["hinge"] == "?"


def test_a_magnified_handle_follows_the_hand(page: Page, app: str) -> None:
    page.set_viewport_size(SIZES[2])  # type: ignore[arg-type]
    open_stage(page, f"{app}/two-classes?present=1&z=0,0")
    assert_fills(page, SIZES[2], "two classes")
    pixels = page.locator("[data-panel=scores] .stage-plot").evaluate(
        """node => { const {yaxis} = node._fullLayout;
          return (yaxis.d2p(3) - yaxis.d2p(0)) * node.getBoundingClientRect().height / node.clientHeight; }"""
    )
    drag(page, "score0", 0, pixels)
    settle(page)
    assert value(page, "score0") == pytest.approx(3, abs=0.11)


def test_it_is_dark_or_light_as_the_address_says(page: Page, app: str) -> None:
    for browser, told, expected in (("light", "1", "dark"), ("dark", "0", "light")):
        page.emulate_media(color_scheme=browser)  # type: ignore[arg-type]
        open_stage(page, f"{app}/hinge?present=1&dark={told}")
        assert page.locator(".stage").get_attribute("data-theme") == expected
        shades = page.evaluate(
            """() => [['.stApp', 'backgroundColor'], ['.st-key-opening p', 'color'], ['.xtick text', 'fill']]
              .map(([selector, style]) => getComputedStyle(document.querySelector(selector))[style].match(/\\d+/g).slice(0, 3)
                .reduce((sum, part) => sum + Number(part), 0) > 384)"""
        )
        assert shades == [expected == "light", expected == "dark", expected == "dark"]


def test_space_reveals_in_the_listed_order_and_hides_again(page: Page, app: str) -> None:
    open_stage(page, f"{app}{SVM}?present=1&hide=cross_entropy,losses,hinge")
    drag(page, "score0", 0, -20)  # what is hidden stays hidden, and the focus is on a handle
    settle(page)
    shown = readouts(page)
    assert (shown["cross_entropy"], shown["hinge"]) == ("?", "?")
    panel = page.locator("[data-panel=losses]")
    assert panel.locator(".js-line").count() == 0
    assert panel.get_attribute("data-covered") == ""
    page.keyboard.press(" ")
    until(page, lambda: readouts(page)["cross_entropy"] != "?")
    settle(page)
    assert panel.get_attribute("data-covered") == ""
    page.keyboard.press("Enter")
    until(page, lambda: panel.locator(".js-line").count() == 2)
    settle(page)
    assert "revealed=2" in page.url
    assert readouts(page)["hinge"] == "?"
    page.keyboard.press("Shift+ ")
    until(page, lambda: panel.get_attribute("data-covered") == "")
    settle(page)
    for _ in range(3):
        page.keyboard.press(" ")
        settle(page)
    assert readouts(page)["hinge"] != "?"
    assert "revealed=3" in page.url


def test_a_run_is_drawn_up_to_the_present_step(page: Page, app: str) -> None:
    for address, panel, trace in (
        (f"{SVM}?follow=run&step=3", "run_losses", 0),
        ("/linear-classifier?at=20", "losses", 1),
        ("/two-layer-network?at=100&trained=300", "net_losses", 1),
    ):
        open_stage(page, f"{app}{address}&present=1&hide=future")
        ends = f"""() => {{
          const {{x, y}} = document.querySelector('[data-panel={panel}] .stage-plot').data[{trace}];
          const drawn = y.map((value, i) => value === null ? -1 : (x?.[i] ?? i));
          return [Math.max(...drawn), JSON.parse(document.querySelector('[data-mark=timeline]').dataset.value), y.length, drawn.filter((at) => at >= 0).length];
        }}"""
        until(page, lambda ends=ends: 0 < page.evaluate(ends)[3] < page.evaluate(ends)[2], 60)
        before = page.evaluate(ends)
        assert before[0] <= before[1], address
        page.locator("[data-mark=timeline]").focus()
        page.keyboard.press("ArrowUp")
        settle(page)
        after = page.evaluate(ends)
        assert before[1] < after[0] <= after[1], address
        page.keyboard.press("Tab")
        page.locator("body").press(" ")
        until(page, lambda ends=ends: page.evaluate(ends)[3] == page.evaluate(ends)[2])


def test_the_full_screen_comes_and_goes(page: Page, app: str) -> None:
    open_stage(page, f"{app}{SVM}?present=1")
    for is_full in (True, False):
        page.keyboard.press("f")
        until(
            page,
            lambda is_full=is_full: page.evaluate("() => !!document.fullscreenElement") == is_full,
        )
    assert "present=1" in page.url


def test_the_line_for_slides_holds_the_picture_that_is_seen(page: Page, app: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=app)
    open_stage(page, f"{app}{SVM}?lang=en&names=a%26b,c,d&hide=hinge&panels=scores,losses")
    drag(page, "score0", 0, -20)
    settle(page)
    moved, seen = value(page, "score0"), readouts(page)
    page.get_by_role("button", name="Copy for slides").click()
    until(page, lambda: page.locator(".present-told").count() == 1)
    line = page.evaluate("() => navigator.clipboard.readText()")
    frame = page.evaluate(
        """line => { const frame = new DOMParser().parseFromString(line, "text/html").body.firstChild;
          return Object.fromEntries([...frame.attributes].map(({name, value}) => [name, value])); }""",
        line,
    )
    assert (frame["width"], frame["height"], frame["allow"]) == ("1280", "720", "fullscreen")
    open_stage(page, frame["src"])
    assert page.locator("[data-testid=stSidebar], h1, .present-button").count() == 0
    assert page.locator(".stage-panel").count() == 2
    assert (value(page, "score0"), readouts(page)) == (moved, seen)
    assert "a&b" in (page.locator("[data-panel=scores]").text_content() or "")
