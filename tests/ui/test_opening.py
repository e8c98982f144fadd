"""What pages open with is computed when the server starts."""

from __future__ import annotations

import pytest

from pages.ui.learning.worker import Progress, Trainer, Work
from pages.ui.lessons import lessons
from pages.ui.opening import prepare
from pages.ui.state.scenes import UNKNOWN, scenes_of
from tests.apptest import opened, told


def test_after_the_start_of_the_server_opening_a_page_trains_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepare()
    asked: list[int] = []

    def train(trainer: Trainer, work: Work) -> Progress:
        asked.append(work.end)
        raise AssertionError

    monkeypatch.setattr(Trainer, "__call__", train)
    for lesson, readout, steps in (
        ("linear_classifier", "shown_step", 100),
        ("two_layer_network", "net_step", 2000),
    ):
        app = opened(lesson)
        assert told(app)[readout] == steps
        for number, scene in enumerate(scenes_of(lessons()[lesson].state), 1):
            opened(lesson, scene=str(number))
            if scene.ask is not None:
                opened(lesson, scene=str(number), guess=UNKNOWN)
    assert asked == []
