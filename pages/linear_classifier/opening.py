"""What the lesson on the linear classifier opens with."""

from __future__ import annotations

from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.pair import finished_pair, setups_of
from pages.linear_classifier.stage import linear_stage, view_of
from pages.ui.kit.stages import stage_words
from pages.ui.learning.live import prepare_scenes
from pages.ui.text import text_in

__all__ = ["prepare"]


def prepare() -> None:
    """Train both runs, and draw them once; then train what the scenes show."""
    state, t = LinearClassifierState(), text_in("en")
    view = view_of(state, finished_pair(state))
    linear_stage(view, view, t).packed(stage_words(t))
    prepare_scenes(LinearClassifierState, setups_of)
