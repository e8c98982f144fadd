"""The guide beside the stage: a scene's text, its question, the answer to a guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import streamlit as st

from pages.ui.guide.answers import Answer, answer_to
from pages.ui.guide.readings import Readings, readings_of
from pages.ui.guide.staging import ghost_id, staged, with_ghost, with_ghost_mark
from pages.ui.stage.mount import Stage
from pages.ui.stage.release import Release, read_message
from pages.ui.state.class_names import in_language
from pages.ui.state.scenes import UNKNOWN, Ask, Scene, is_asking, scene_of, scenes_of
from pages.ui.state.state import State, decode
from pages.ui.text import Text

__all__ = ["Guide", "Shown"]


@dataclass(frozen=True)
class Shown:
    """A stage of a lesson, under a key of its own; ``moved`` gives the state after a release.

    One that ``is_complete`` shows everything that its state leads to: no training is under way.
    Where a release is more than another state, or a drag that goes on is told, ``released`` takes
    it instead.
    """

    key: str
    stage: Stage
    moved: Callable[[Any, Release], Any] = lambda state, _: state
    is_complete: bool = True
    released: Callable[[Release], None] | None = None

    def on(self, stage: Stage) -> Shown:
        """Show a part of the stage: handles that are not on it are told to be where they are."""
        still = {handle.id: handle.value for handle in self.stage.handles}

        def whole(release: Release) -> Release:
            return replace(release, values={**still, **release.values})

        released = self.released
        return replace(
            self,
            stage=stage,
            moved=lambda state, release: self.moved(state, whole(release)),
            released=None if released is None else lambda release: released(whole(release)),
        )


_KNOWN: Final[dict[tuple[type[State], int, bool, str], Readings]] = {}
"""The numbers of every scene's own state: computed once, when the first reader needs them."""


@dataclass(frozen=True)
class Guide:
    """A lesson in one of its scenes, or in none.

    Parameters
    ----------
    lesson
        Its name.
    state
        What the address says.
    stages
        Gives the stages of a state.
    """

    lesson: str
    state: State
    stages: Callable[[Any], Sequence[Shown]]
    t: Text

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """All scenes of the lesson."""
        return scenes_of(type(self.state))

    @cached_property
    def scene(self) -> Scene | None:
        """The one that is shown."""
        return scene_of(self.state)

    @property
    def number(self) -> int:
        """Its number, from 1; 0 if there is none."""
        return self.state.scene or 0

    @property
    def ask(self) -> Ask | None:
        """What it asks."""
        return None if self.scene is None else self.scene.ask

    @property
    def is_asking(self) -> bool:
        """Whether the reader has to answer before more is shown."""
        return is_asking(self.state)

    @property
    def is_settled(self) -> bool:
        """Whether the runs of the scene's own state are over: before, nothing is told of them."""
        read = (self.before, self.after) if self._is_answered else (self.before,)
        return all(readings.is_complete for readings in read)

    @property
    def is_moved(self) -> bool:
        """Whether the reader has left the scene's own state."""
        return self.state != replace(self._own(is_answered=self._is_answered), **self._guessed)

    @cached_property
    def shown(self) -> Sequence[Shown]:
        """The stages of the present state."""
        return self.stages(self.state)

    @cached_property
    def before(self) -> Readings:
        """The numbers of the scene's own state before the answer."""
        return self._read(is_answered=False)

    @cached_property
    def after(self) -> Readings:
        """The numbers of the scene's own state after the answer: only computed once it is given."""
        return self._read(is_answered=True)

    @cached_property
    def answer(self) -> Answer | None:
        """What is said to the guess."""
        if self.ask is None or self.state.guess is None or not self.is_settled:
            return None
        return answer_to(self.ask, self.state.guess, self.after, self.before)

    @property
    def draft(self) -> float | None:
        """Where the reader has dragged the ghost; the browser says it with every message."""
        for shown in self.shown:
            message = read_message(st.session_state.get(shown.key))
            at = None if message is None else message.release.values.get(ghost_id(self.number))
            if isinstance(at, int | float):
                return float(at)
        return None

    def say(self, part: str) -> str:
        """Give what the scene says before the answer: with the numbers of then that are shown."""
        hidden = self.scene.hide if self.scene is not None and self.is_asking else ()
        shown = {
            name: word
            for name, word in self.before.words.items()
            if name not in hidden and name.rpartition("_")[0] not in hidden
        }
        return self.t(self._key(part), **shown)

    def reply(self, answer: Answer) -> str:
        """Give the sentence that answers the guess."""
        earlier = {f"before_{name}": word for name, word in self.before.words.items()}
        words = {**earlier, **self.after.words, **answer.words}
        return self.t(self._key(answer.part), **words)

    def ready(self) -> list[Shown]:
        """Make the stages ready for the scene."""
        if self.scene is None:
            return list(self.shown)
        found = ((shown, self._staged(shown.stage, self.scene)) for shown in self.shown)
        return [shown.on(stage) for shown, stage in found if stage is not None]

    def _key(self, part: str) -> str:
        name = "" if self.scene is None else self.scene.name
        return f"{self.lesson}.scene.{name}.{part}"

    @property
    def _is_answered(self) -> bool:
        return self.ask is not None and self.state.guess is not None

    @property
    def _guessed(self) -> Mapping[str, Any]:
        return {"guess": self.state.guess}

    def _own(self, *, is_answered: bool) -> State:
        address = {"scene": str(self.number), **({"guess": UNKNOWN} if is_answered else {})}
        own = decode(type(self.state), address)[0]
        names = in_language(own.example.names, self.t)
        return replace(own, example=replace(own.example, names=names))

    def _read(self, *, is_answered: bool) -> Readings:
        key = (type(self.state), self.number, is_answered, self.t.language)
        if key in _KNOWN:
            return _KNOWN[key]
        own = self._own(is_answered=is_answered)
        is_here = self.state == replace(own, **self._guessed)
        shown = self.shown if is_here else self.stages(own)
        found = readings_of(entry.stage for entry in shown)
        if not all(entry.is_complete for entry in shown):
            return replace(found, is_complete=False)
        _KNOWN[key] = found
        return found

    def _staged(self, stage: Stage, scene: Scene) -> Stage | None:
        ready = staged(stage, scene, self.number, self.t, is_asking=self.is_asking)
        ask = scene.ask
        if ready is None or ask is None or ask.by != "ghost" or not self.is_settled:
            return ready
        if self.is_asking:
            spot, begins = self.before.spots[ask.of], bool(scene.then)
            at = next(
                place
                for place in (self.draft, ask.start, spot.y if begins else 0.0)
                if place is not None
            )
            return with_ghost(ready, ask, spot, self.number, at=at, t=self.t)
        if self.is_moved or self.answer is None or not self.answer.guess:
            return ready
        guess, spot = float(str(self.state.guess)), self.after.spots[ask.of]
        gap = "" if self.answer.is_right else self.answer.gap
        return with_ghost_mark(ready, ask, spot, guess=guess, gap=gap)
