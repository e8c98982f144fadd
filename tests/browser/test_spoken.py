"""With a keyboard and without eyes: where the tabulator stops, what is said, what axe finds."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from pages.ui.lessons import lessons
from pages.ui.state.scenes import scenes_of
from tests.browser.hand import centre, handle, open_stage, settle, until, value

LESSON = "/svm-against-softmax"
ON_PLANE = "/linear-classifier"
VIEWS = ("score-function?look=digits", "regularization?look=path")
STAGES = {"published-examples": 0, "lecture": 0}
SPOKEN = ("label", "orientation", "valuemin", "valuemax", "valuenow", "valuetext", "description")


def spoken(page: Page, name: str) -> dict[str, str]:
    """What a screen reader has to say of a handle."""
    given = {word: handle(page, name).get_attribute(f"aria-{word}") for word in SPOKEN}
    return {word: text for word, text in given.items() if text is not None}


def focused(page: Page) -> str | None:
    return page.evaluate("() => document.activeElement.dataset.handle ?? null")


def stops(page: Page) -> list[str]:
    found: list[str] = page.locator("[data-handle][tabindex='0']").evaluate_all(
        "nodes => nodes.map((node) => node.dataset.handle)"
    )
    return found


def test_a_score_speaks(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    assert handle(page, "score0").get_attribute("role") == "slider"
    assert spoken(page, "score0") == {
        "label": "Score of cat",
        "orientation": "vertical",
        "valuemin": "-10",
        "valuemax": "10",
        "valuenow": "3.2",
        "valuetext": "3.2",
    }


def test_a_class_is_said_by_its_name(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    assert spoken(page, "label") == {
        "label": "True class",
        "orientation": "horizontal",
        "valuemin": "0",
        "valuemax": "2",
        "valuenow": "0",
        "valuetext": "cat",
    }


def test_a_point_says_both_coordinates_and_their_limits(page: Page, app: str) -> None:
    open_stage(page, app + ON_PLANE)
    point = spoken(page, "softmax_point0")
    assert point["valuetext"] == "x 0.50, y 0.40"
    assert point["description"] == "x from −1 to 1, y from −1 to 1. Shift + arrow: the next one"
    assert "orientation" not in point


def test_a_tiny_step_is_counted(page: Page, app: str) -> None:
    """No range from 1e-15: the step is one of so many, and says how large it is."""
    open_stage(page, app + "/gradient-check")
    step = spoken(page, "h")
    assert (step["valuemin"], step["valuemax"], step["valuenow"]) == ("0", "56", "40")
    assert step["valuetext"] == "1e−5"


def test_the_tabulator_stops_once_at_a_group(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    assert stops(page) == ["score0", "label"]
    handle(page, "score0").focus()
    page.keyboard.press("ArrowRight")
    assert focused(page) == "score1"
    page.keyboard.press("ArrowUp")
    assert value(page, "score1") == 5.2
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "score2"  # round and round
    page.keyboard.press("Tab")
    assert focused(page) == "label"
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "score2"  # where one was
    assert value(page, "score2") == -1.7
    settle(page)


def test_points_of_a_plane_are_one_stop(page: Page, app: str) -> None:
    open_stage(page, app + ON_PLANE)
    assert len(stops(page)) == 5  # two planes, two tables of weights, the timeline
    handle(page, "softmax_point0").focus()
    page.keyboard.press("Shift+ArrowRight")
    assert focused(page) == "softmax_point1"
    assert value(page, "softmax_point1") == [0.8, 0.3]
    page.keyboard.press("ArrowRight")
    assert value(page, "softmax_point1") == [0.81, 0.3]
    assert handle(page, "softmax_point1").get_attribute("aria-valuetext") == "x 0.81, y 0.30"
    settle(page)
    assert focused(page) == "softmax_point1"


def test_the_hint_tells_of_the_keys(page: Page, app: str) -> None:
    open_stage(page, app + ON_PLANE)
    hint = handle(page, "softmax_point0").get_attribute("title") or ""
    assert "double click or Delete removes the point" in hint
    assert "Shift + arrow" in hint
    open_stage(page, app + LESSON + "?lang=zh")
    assert "Shift + 方向键" in (handle(page, "score0").get_attribute("title") or "")


def test_a_verdict_is_said_when_the_hand_lets_go(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    status = page.locator(".stage [role=status]")
    assert status.text_content() == ""
    x, y = centre(page, "score0")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 80, steps=12)
    verdict = page.locator("[data-readout=verdict]")
    until(page, lambda: "SVM" in (verdict.text_content() or ""))
    page.wait_for_timeout(100)
    assert status.text_content() == ""
    page.mouse.up()
    settle(page)
    until(page, lambda: status.text_content() == verdict.text_content())


WCAG_22_AA = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# Streamlit's own, by rule and a part of the selector, each with its reason. There is none today.
STREAMLITS: dict[tuple[str, str], str] = {}


def violations(page: Page) -> list[tuple[str, str, str]]:
    # Streamlit fades what Python is computing anew.
    settled = {"exclude": ["[data-stale=true]"]}
    options = {"runOnly": list(WCAG_22_AA)}
    found = Axe().run(page, context=settled, options=options).response["violations"]
    nodes = [(rule["id"], str(node["target"]), node) for rule in found for node in rule["nodes"]]
    return [
        (rule, selector, node.get("failureSummary", ""))
        for rule, selector, node in nodes
        if not any(rule == known and part in selector for known, part in STREAMLITS)
    ]


# What moved while the page was loading, as the share of the window: Cumulative Layout Shift.
SHIFTS = """() => new Promise((done) => {
  const found = [];
  const place = ({ x, y, width, height }) => [x, y, width, height].map(Math.round);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      const moved = entry.sources.map(({ node, previousRect, currentRect }) => [
        node?.outerHTML?.slice(0, 60) ?? node?.textContent, place(previousRect), place(currentRect)]);
      found.push([entry.value, entry.startTime, moved]);
    }
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(found), 50);
})"""
PATHS = [*(lesson.path for lesson in lessons().values()), *VIEWS]
IN_SCENES = [f"{one.path}?scene=1" for one in lessons().values() if scenes_of(one.state)]


@pytest.mark.parametrize("path", PATHS + IN_SCENES)
def test_axe_finds_nothing_and_nothing_moves(page: Page, app: str, path: str) -> None:
    page.emulate_media(color_scheme="light")
    open_stage(page, f"{app}/{path}", stages=STAGES.get(path, 1))
    shifts = page.evaluate(SHIFTS)
    assert sum(value for value, *_ in shifts) < 0.1, max(shifts)
    assert violations(page) == []
    if path in IN_SCENES:
        return
    page.emulate_media(color_scheme="dark")
    until(page, lambda: page.locator(".stage[data-theme=light]").count() == 0)
    settle(page)
    assert violations(page) == []


def test_the_list_of_lessons_is_a_landmark(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    links = page.get_by_role("navigation", name="Lessons").get_by_role("link")
    assert links.count() == len(lessons())
    current = page.locator("[aria-current=page]")
    assert current.all_text_contents() == ["5 SVM against softmax"]
    links.first.click()
    until(page, lambda: page.locator("h1").text_content() == "Logit Lab")
    until(page, lambda: current.all_text_contents() == ["Home"])
    settle(page)
