"""What the lesson on the two-layer network opens with."""

from __future__ import annotations

from pages.two_layer_network import TwoLayerNetworkState
from pages.two_layer_network.training.stage import training_stage, view_of
from pages.ui.kit.stages import stage_words
from pages.ui.learning.live import finished_runs, prepare_scenes
from pages.ui.learning.setups import setup, target_of
from pages.ui.text import text_in

__all__ = ["prepare"]


def prepare() -> None:
    """Train the run, and draw it once; then train what the scenes show."""
    state, t = TwoLayerNetworkState(), text_in("en")
    target = target_of(state)
    (run,) = finished_runs([setup(state, state.loss)], target)
    training_stage(state, view_of(state, run, target), t).packed(stage_words(t))
    prepare_scenes(TwoLayerNetworkState, lambda scene: [setup(scene, scene.loss)])
