"""A page while its run trains: words about the progress, and a picture now and then."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.learning import live
from pages.ui.learning.runs import Run, trained_run
from pages.ui.learning.setups import Setup

APP = Path(__file__).parent / "apps" / "live_app.py"
STEPS_A_SECOND = 20


class Trained:
    """Runs that take so many steps a second, on a clock that only waiting and drawing move."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.looks: list[float] = []

    def look(
        self, who: object, wanted: list[tuple[Setup, int]], *, seconds: float, **_: bool
    ) -> list[Run]:
        self.looks.append(self.seconds)
        ((setup, target),) = wanted
        end = target / STEPS_A_SECOND
        self.seconds = max(self.seconds, min(self.seconds + seconds, end))
        return [trained_run(setup, min(target, round(STEPS_A_SECOND * self.seconds)))]


@pytest.mark.parametrize(("drawing", "apart"), [(0.02, 0.5), (0.5, 2.0)])
def test_pictures_are_at_most_two_a_second_and_the_last_one_is_there(
    monkeypatch: pytest.MonkeyPatch, drawing: float, apart: float
) -> None:
    runs, pictures = Trained(), list[tuple[float, int]]()
    monkeypatch.setattr(live, "shared_runs", lambda: runs)
    monkeypatch.setattr(live, "time", SimpleNamespace(monotonic=lambda: runs.seconds))

    def draw(step: int) -> None:
        runs.seconds += drawing
        pictures.append((runs.seconds, step))

    app = AppTest.from_file(str(APP), default_timeout=60)
    app.query_params["data"], app.query_params["samples"] = "moons", "5"
    app.query_params["trained"] = str(10 * STEPS_A_SECOND)
    app.session_state["draw"] = draw
    app.run()
    assert not app.exception
    times = [time for time, _ in pictures]
    # The last one comes as soon as the run is over.
    gaps = [after - before for before, after in itertools.pairwise(times)]
    assert min(gaps[:-1]) >= apart - 1e-9
    assert times[-1] <= 10.0 + 2 * drawing + 1e-9
    assert [step for _, step in pictures] == sorted(step for _, step in pictures)
    assert pictures[-1][1] == 10 * STEPS_A_SECOND
    # In between it is told how far the run is, about five times a second.
    waited = [after - before for before, after in itertools.pairwise(runs.looks)]
    assert max(waited) <= live.PROGRESS + live.PATIENCE + drawing + 1e-9
    assert len(runs.looks) > 2 * len(pictures)
