"""A scene of a lesson, opened through Streamlit itself, and what its guide knows."""

from __future__ import annotations

from functools import cache
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from pages.ui.guide.guide import Guide
from pages.ui.guide.readings import evaluate
from pages.ui.lessons import lessons
from pages.ui.state.scenes import UNKNOWN, Ask, Scene, scenes_of
from tests.apptest import opened

__all__ = ["LESSONS", "SCENES", "asked", "guesses", "guided", "scene_at", "sentences"]

LESSONS = [lesson.name for lesson in lessons().values() if scenes_of(lesson.state)]
SCENES = [
    (name, number)
    for name in LESSONS
    for number in range(1, len(scenes_of(lessons()[name].state)) + 1)
]


def scene_at(lesson: str, number: int) -> Scene:
    return scenes_of(lessons()[lesson].state)[number - 1]


@cache
def guided(
    lesson: str, number: int, guess: str | None = None, language: str = "en"
) -> tuple[AppTest, Guide, list[Any]]:
    """The page of a scene, its guide, and the states that the page laid out stages for."""
    guides: list[Guide] = []
    laid_out: list[Any] = []

    def recorded(name: str, state: Any, stages: Any, t: Any) -> Guide:
        def watched(shown: Any) -> Any:
            laid_out.append(shown)
            return stages(shown)

        guides.append(Guide(name, state, watched, t))
        return guides[-1]

    answered = {} if guess is None else {"guess": guess}
    with patch("pages.ui.lesson.Guide", recorded), patch("pages.ui.guide.guide._KNOWN", {}):
        app = opened(lesson, lang=language, scene=str(number), **answered)
    return app, guides[-1], list(laid_out)


def asked(lesson: str, number: int) -> tuple[Scene, Ask]:
    scene = scene_at(lesson, number)
    assert scene.ask is not None
    return scene, scene.ask


def sentences(ask: Ask) -> set[str]:
    """The keys of what may be said to a guess."""
    if ask.by == "choose":
        return {*ask.choices, UNKNOWN}
    return {"right", *ask.guesses, "other", UNKNOWN}


def guesses(lesson: str, number: int) -> dict[str, str]:
    """A guess that is answered by each of the sentences."""
    _, ask = asked(lesson, number)
    _, guide, _ = guided(lesson, number, UNKNOWN)
    if ask.by == "choose":
        return {part: part for part in sentences(ask)}
    truth = guide.after.number(ask.of)
    found = {"right": truth}
    for key, expected in ask.guesses.items():
        found[key] = (
            float(evaluate(expected, guide.after, guide.before))
            if isinstance(expected, str)
            else sum(expected) / 2
        )
    written = {key: repr(value) for key, value in found.items()}
    return {**written, "other": free_guess(ask, guide, truth), UNKNOWN: UNKNOWN}


def free_guess(ask: Ask, guide: Guide, truth: float) -> str:
    """A wrong guess that no misconception leads to."""
    for distance in range(2, 4000):
        for sign in (1, -1):
            guess = truth + sign * distance * 1.01 * ask.within
            wanted = [
                (e - ask.within, e + ask.within) if isinstance(e, float) else e
                for e in (
                    float(evaluate(e, guide.after, guide.before)) if isinstance(e, str) else e
                    for e in ask.guesses.values()
                )
            ]
            if not any(low <= guess <= high for low, high in wanted):
                return repr(guess)
    return ""
