"""A reader answers what a scene asks: with the mouse, with a finger, with the keys."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Locator, Page

from pages.ui.guide.answers import right_choice
from pages.ui.state.scenes import UNKNOWN
from tests.browser.hand import centre, drag, settle, touch_drag, until
from tests.scenes import asked, guesses, guided

__all__ = ["KINDS", "Means", "give"]

Means = Literal["mouse", "finger", "keys"]
KINDS = ("right", "wrong", "unknown")

GHOST = '[data-mark="ghost"][data-handle]'
PIXELS = """(node, change) => {
  const axis = node.closest('.stage-panel').querySelector('.stage-plot')._fullLayout.yaxis;
  return axis.d2p(change) - axis.d2p(0);
}"""


def _press(page: Page, button: Locator, means: Means) -> None:
    if means == "mouse":
        button.click()
    elif means == "finger":
        button.tap()
    else:
        button.focus()
        page.keyboard.press("Enter")


def _type(page: Page, guess: str, means: Means) -> None:
    page.locator(".st-key-guide input").fill(guess)
    if means == "keys":
        page.keyboard.press("Enter")
    else:
        _press(page, page.get_by_test_id("stFormSubmitButton").locator("button"), means)


def _move_ghost(page: Page, guess: float, means: Means) -> None:
    ghost = page.locator(GHOST)
    name = ghost.get_attribute("data-handle") or ""
    here = float(ghost.get_attribute("data-value") or "nan")
    if means == "keys":
        ghost.focus()
        page.keyboard.type(f"{guess:.6g}")
        page.keyboard.press("Enter")
    else:
        way = ghost.evaluate(PIXELS, guess - here)
        if means == "mouse":
            drag(page, name, 0, way)
        else:
            touch_drag(page, centre(page, name), 0, way)
    until(page, lambda: page.locator(".st-key-guess_check button").is_enabled())
    settle(page)
    _press(page, page.locator(".st-key-guess_check button"), means)


def give(page: Page, lesson: str, number: int, kind: str, means: Means) -> None:
    """Give a right, a wrong or no answer, and see that it is taken as such."""
    _, ask = asked(lesson, number)
    _, guide, _ = guided(lesson, number, UNKNOWN)
    right = right_choice(ask, guide.after, guide.before) if ask.choices else "right"
    found = [
        guess
        for part, guess in guesses(lesson, number).items()
        if guess and {right: "right", UNKNOWN: "unknown"}.get(part, "wrong") == kind
    ]
    guess = found[0]
    if ask.by == "ghost" and kind == "wrong":
        # One that is not where the ghost stands anyway, nor out of the reach of a finger.
        here = float(page.locator(GHOST).get_attribute("data-value") or "nan")
        far = [one for one in found if abs(float(one) - here) > 4 * ask.step]
        guess = min(far, key=lambda one: abs(float(one) - here), default=found[-1])
    if kind == "unknown":
        _press(page, page.locator(".st-key-guess_unknown button"), means)
    elif ask.by == "choose":
        _press(page, page.locator(f".st-key-choice_{guess} button"), means)
    elif ask.by == "number":
        _type(page, guess, means)
    else:
        _move_ghost(page, float(guess), means)
    until(page, lambda: re.search(r"[?&]guess=", page.url))
    settle(page)
    if ask.by == "ghost" and kind != "unknown":
        # A hand meets the number as well as the pixels and the grid of the ghost let it.
        (told,) = parse_qs(urlparse(page.url).query)["guess"]
        truth = guide.after.number(ask.of)
        kind = "right" if abs(float(told) - truth) <= ask.within + 1e-9 else "wrong"
        low, high = guide.before.spots[ask.of].limits
        aim = min(max(float(guess), low), high)
        assert abs(float(told) - aim) <= ask.step + (high - low) / 50, (told, guess, low, high)
    # A run may have to be trained for the answer.
    until(page, lambda: page.locator(f".st-key-guide_{kind}").count() == 1)
