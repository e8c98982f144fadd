"""What a guide tells while a scene's runs still train, and what it asks of the stages of a lesson."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import pytest

from pages.hinge import HingeState
from pages.hinge.stage import hinge_stage, moved, sweeps_of
from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.pair import Pair
from pages.ui.guide.guide import Guide, Shown
from pages.ui.guide.staging import staged
from pages.ui.stage.release import Release
from pages.ui.state.scenes import is_asking, scene_of
from pages.ui.state.state import decode, scene_states
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import opened
from tests.linear_classifier.test_stage import pair_of, stage_of, view

T = text_in("en")


@pytest.fixture(autouse=True)
def nothing_is_known() -> Iterator[None]:
    with patch("pages.ui.guide.guide._KNOWN", {}):
        yield


def guide_at(address: dict[str, str], *, is_complete: bool) -> Guide:
    state, _ = decode(HingeState, address)

    def stages(shown: HingeState) -> list[Shown]:
        stage = hinge_stage(shown, sweeps_of(shown), T)
        return [Shown("hinge", stage, moved, is_complete)]

    return Guide("hinge", state, stages, T)


@pytest.mark.parametrize("address", [{"scene": "2"}, {"scene": "2", "guess": "0"}])
def test_what_still_trains_is_no_answer_and_is_looked_at_again(address: dict[str, str]) -> None:
    early = guide_at(address, is_complete=False)
    assert not early.is_settled
    assert early.answer is None
    late = guide_at(address, is_complete=True)
    assert late.is_settled
    assert (late.answer is None) == ("guess" not in address)
    # What was known once, is known to others.
    assert guide_at(address, is_complete=False).is_settled


def test_a_ghost_waits_for_what_it_is_asked_of() -> None:
    for is_complete in (False, True):
        (shown,) = guide_at({"scene": "4"}, is_complete=is_complete).ready()
        assert ("guess4" in {handle.id for handle in shown.stage.handles}) == is_complete


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", [{"scene": "4"}, {"scene": "4", "guess": "0"}])
def test_a_page_whose_runs_train_says_so_instead(
    monkeypatch: pytest.MonkeyPatch, language: str, address: dict[str, str]
) -> None:
    t = text_in(language)
    told = [entry.value for entry in opened("linear_classifier", lang=language, **address).markdown]
    assert t("guide.training") not in told
    assert any("0.0782" in text for text in told)
    with patch("pages.ui.guide.guide._KNOWN", {}):
        monkeypatch.setattr(Pair, "is_over", property(lambda self: False))
        app = opened("linear_classifier", lang=language, **address)
    told = [entry.value for entry in app.markdown]
    assert t("guide.training") in told
    assert not any("0.0782" in text or "0.0417" in text for text in told)
    assert not any(text.startswith(t("guide.is_wrong")) for text in told)
    labels = [button.label for button in app.button]
    assert t("guide.unknown") not in labels


def test_a_release_that_is_taken_by_the_lesson_has_all_handles() -> None:
    taken: list[Release] = []
    guide = guide_at({"scene": "1"}, is_complete=True)
    lesson = replace(guide.shown[0], released=taken.append)
    stage = replace(lesson.stage, handles=lesson.stage.handles[:1])
    part = lesson.on(stage)
    assert part.released is not None
    part.released(Release({"score1": 7.0}, None, moved=("score1",)))
    (release,) = taken
    assert release.values["score1"] == 7.0
    assert release.values.keys() == {handle.id for handle in lesson.stage.handles}
    # Without one, the state after it is asked for, with all handles, too.
    after = part.moved(guide.state, Release({"score1": 7.0}, None, moved=("score1",)))
    assert after.example.scores == (3.2, 7.0, -1.7)


def test_in_a_scene_a_point_still_moves_in_both_planes() -> None:
    scene = scene_of(decode(LinearClassifierState, {"scene": "1"})[0])
    assert scene is not None
    shown = staged(stage_of(view()), scene, 1, T, is_asking=False)
    assert shown is not None
    handles = {handle.id: handle for handle in shown.handles}
    other = handles["svm_point3"].follows
    assert other in [channel for _, channel, _ in handles["softmax_point3"].moves]


def test_the_states_of_all_scenes() -> None:
    states = scene_states(LinearClassifierState)
    assert [state.scene for state in states][:5] == [1, 2, 3, 3, 4]
    assert [is_asking(state) for state in states][:5] == [False, False, True, False, True]
    assert all(pair_of(state, 0).data.size for state in states)
