"""The frame around the lessons: links, language, theme, phone, accessibility, what leaves."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from pages.ui.lessons import lessons
from tests.browser.hand import drag, handle, open_stage, readouts, settle, until, value, values
from tests.conftest import watched

LESSON = "/svm-against-softmax"


def test_links_take_the_example_along(page: Page, app: str) -> None:
    open_stage(page, app)
    drag(page, "score2", 0, -30)
    settle(page)
    state, numbers = values(page), readouts(page)
    page.get_by_test_id("stSidebar").get_by_role("link", name="SVM against softmax").click()
    until(page, lambda: page.locator("[data-panel=losses]").count() == 1)
    settle(page)
    assert values(page) == state
    assert readouts(page).items() >= numbers.items()
    home = page.get_by_test_id("stSidebar").get_by_role("link", name="Home").get_attribute("href")
    assert home is not None
    assert home.startswith(f"{app}/?")
    page.go_back()
    until(page, lambda: page.locator("[data-panel=losses]").count() == 0)
    settle(page)
    assert values(page) == state


def test_language_switch(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    drag(page, "score0", 0, -20)
    settle(page)
    state = values(page)
    page.get_by_role("radio", name="简体中文").click()
    until(page, lambda: page.locator("h1").text_content() == "SVM 与 Softmax 对比")
    settle(page)
    assert values(page) == state
    assert "lang=zh" in page.url
    assert handle(page, "score0").get_attribute("aria-label") == "猫的得分"
    assert readouts(page)["verdict"].startswith("SVM 的要求已全部满足：领先每个错误类别都不少于 1")
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    drag(page, "score0", 0, 10)
    settle(page)
    assert "lang=zh" in page.url
    page.get_by_role("radio", name="English").click()
    until(page, lambda: page.locator("h1").text_content() == "SVM against softmax")
    until(page, lambda: page.evaluate("document.documentElement.lang") == "en")


def test_first_language_is_the_browsers(browser: Browser, app: str) -> None:
    context = browser.new_context(locale="zh-CN")
    page, complaints = watched(context)
    open_stage(page, app + LESSON)
    assert page.locator("h1").text_content() == "SVM 与 Softmax 对比"
    assert complaints == []
    context.close()


def bar_colours(page: Page) -> list[str]:
    return page.evaluate(
        """() => { const plot = document.querySelector('[data-panel=gradients] .stage-plot');
        const text = plot.querySelector('.xtick text');
        return [...[...plot.querySelectorAll('.point > path')].map((bar) => bar.style.fill),
          text.style.fill, getComputedStyle(document.querySelector('.stage-pill')).backgroundColor]; }"""
    )


def test_theme_switches_at_once(page: Page, app: str) -> None:
    page.emulate_media(color_scheme="light")
    open_stage(page, app + LESSON)
    light = bar_colours(page)
    numbers = readouts(page)
    assert light[0] == "rgb(0, 114, 178)"
    page.evaluate("() => { window.node = document.querySelector('[data-panel=gradients] svg'); }")
    page.get_by_test_id("stMainMenu").get_by_role("button").click()
    page.get_by_test_id("stMainMenuItem-theme-Dark").click()
    until(page, lambda: bar_colours(page)[0] == "rgb(45, 135, 240)")
    dark = bar_colours(page)
    same = {before for before, after in zip(light, dark, strict=True) if before == after}
    assert same == {"rgb(213, 94, 0)"}  # vermilion: of the hinge loss in both themes
    assert page.locator(".stage").get_attribute("data-theme") == "dark"
    assert readouts(page) == numbers
    assert page.evaluate(
        "() => window.node === document.querySelector('[data-panel=gradients] svg')"
    )
    page.keyboard.press("Escape")
    drag(page, "score1", 0, 20)
    settle(page)
    assert bar_colours(page) == dark


@pytest.mark.parametrize("path", ["/", LESSON])
def test_phone(phone: Page, app: str, path: str) -> None:
    open_stage(phone, app + path)
    widths = phone.evaluate(
        """() => [...document.querySelectorAll('.stage, .stage-panel, .stage-readouts, h1')]
          .map((node) => node.getBoundingClientRect()).map((box) => [box.left, box.right])"""
    )
    for left, right in widths:
        assert left >= 0
        assert right <= 390
    main = phone.get_by_test_id("stMain")
    assert main.evaluate("(node) => node.scrollWidth") <= 390
    lefts = phone.locator(".stage-panel").evaluate_all(
        "nodes => nodes.map((node) => node.getBoundingClientRect().left)"
    )
    assert len(set(lefts)) == 1  # one column
    sizes = phone.locator("[data-mark=bar]").evaluate_all(
        "nodes => nodes.map((node) => getComputedStyle(node, '::before').height)"
    )
    assert all(float(size.removesuffix("px")) >= 44 for size in sizes)


def test_on_a_phone_the_title_stands_beside_the_button_of_the_list(phone: Page, app: str) -> None:
    open_stage(phone, app + LESSON)
    button = phone.get_by_test_id("stExpandSidebarButton").bounding_box()
    assert button is not None
    left = phone.locator("h1").evaluate(
        """(node) => {
          const words = document.createRange();
          words.selectNodeContents(node);
          return words.getBoundingClientRect().left;
        }"""
    )
    assert left >= button["x"] + button["width"]


def test_panels_speak(page: Page, app: str) -> None:
    open_stage(page, app + LESSON)
    alt = page.locator("[data-panel=scores] .stage-plot").get_attribute("aria-label")
    assert alt == (
        "Bar chart of the scores: cat 3.2, car 5.1, frog −1.7. "
        "The true class is cat. Violations: 1."
    )
    drag(page, "score1", 0, 60)
    settle(page)
    alt = page.locator("[data-panel=scores] .stage-plot").get_attribute("aria-label")
    assert f"car {value(page, 'score1'):g}" in alt.replace("−", "-")


def test_names_are_text(page: Page, app: str) -> None:
    names = "<b>x</b>,**y**,{p}%25{x}"
    open_stage(page, f"{app}{LESSON}?names={names}&z=1,2,3&y=0")
    ticks = page.locator("[data-panel=scores] .xtick text").all_text_contents()
    assert ticks == ["<b>x</b>", "**y**", "{p}%{x}"]
    assert readouts(page)["verdict"].startswith("{p}%{x} beats the true class <b>x</b>.")
    assert page.locator(".stage b").count() == 0


def test_reduced_motion(page: Page, app: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_stage(page, app)
    names = page.locator(".stage-pill").evaluate_all(
        "nodes => nodes.map((node) => getComputedStyle(node).animationName)"
    )
    assert set(names) == {"none"}


def test_any_page_may_be_the_first_and_a_strange_address_is_told(page: Page, app: str) -> None:
    open_stage(page, f"{app}{LESSON}?z=1,apple,3&y=7")
    assert page.locator("h1").text_content() == "SVM against softmax"
    assert page.get_by_test_id("stSidebar").get_by_role("link").count() == len(lessons())
    alerts = page.get_by_test_id("stAlert").all_text_contents()
    assert len(alerts) == 2
    assert "“apple” cannot be used: this has to be a number such as 3.2." in alerts[0]
    assert "a whole number from 0 to 2. Used instead: 0." in alerts[1]


@pytest.mark.parametrize(("language", "told"), [("en", "whole number"), ("zh", "整数")])
def test_a_comma_in_a_whole_number_is_refused_with_a_sentence(
    page: Page, app: str, language: str, told: str
) -> None:
    open_stage(page, f"{app}{LESSON}?lang={language}")
    page.locator(".st-key-settings summary").click()
    field = page.locator(".st-key-classes input")
    until(page, lambda: field.count() == 1 and field.input_value() == "3")
    settle(page)
    before = field.input_value()
    for insert in (page.keyboard.type, page.keyboard.insert_text):
        field.fill("")
        insert("0,5")
        assert told in field.evaluate("node => node.validationMessage")
        assert field.input_value() in ("0", "")
        field.fill("")
        field.fill(before)
        assert field.evaluate("node => node.validationMessage") == ""
    page.keyboard.press("Enter")
    settle(page)
    assert sum(name.startswith("score") for name in values(page)) == int(before) == 3


def test_streamlits_own_menus_and_buttons_are_chinese_on_a_chinese_page(
    page: Page, app: str
) -> None:
    open_stage(page, f"{app}/batch-lab?lang=zh&tab=data")
    page.get_by_test_id("stMainMenuButton").click()
    until(page, lambda: page.get_by_test_id("stMainMenuPopover").count() == 1)
    table = page.get_by_test_id("stDataFrame").first
    until(page, lambda: table.count() == 1)
    said = page.evaluate(
        """() => [...document.querySelectorAll('[data-testid=stMainMenuPopover] button, [aria-label], [title], [data-testid=stSkipToContent]')]
          .filter((node) => !node.closest('.stage')).flatMap((node) => [node.ariaLabel, node.title,
            node.matches('button, a') ? node.lastChild?.textContent : ''])"""
    )
    english = [words for words in said if words and re.search("[A-Za-z]{3}", words)]
    assert [words for words in english if not re.search("CSV|Esc|PNG|SVG|_", words)] == []
    assert {"主菜单", "浅色", "录制屏幕", "增加", "搜索", "跳到正文"} <= set(said)
    page.keyboard.press("Escape")
    page.get_by_role("radio", name="English").click()
    until(page, lambda: page.locator("h1").text_content() == "Batch lab")


def test_a_page_asks_for_no_script_of_streamlits_late(page: Page, app: str) -> None:
    """Nor for what writes formulas: the question of a lesson has none."""
    for lesson in ("svm-against-softmax", "cross-entropy"):
        told = page.request.get(f"{app}/{lesson}", headers={"Accept": "text/html"}).text()
        open_stage(page, f"{app}/{lesson}")
        asked = page.evaluate(
            "() => performance.getEntriesByType('resource').map(({name}) => name)"
            ".filter((name) => name.includes('/static/js/')).map((name) => name.split('/').pop())"
        )
        assert len(asked) > 50
        assert [name for name in asked if name not in told] == []
