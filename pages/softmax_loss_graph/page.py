"""Lesson: the computational graph of softmax with cross-entropy, forwards and backwards, live."""

from core.graphs.graph import CIRCUITS
from pages.softmax_loss_graph import SoftmaxLossGraphState
from pages.softmax_loss_graph.code import snippet
from pages.softmax_loss_graph.graph_scene import scene_of
from pages.softmax_loss_graph.stage import graph_controls, graph_stage, result_table
from pages.softmax_loss_graph.why import derivation
from pages.ui.kit.controls import classes_control, example_controls, preset_controls
from pages.ui.lesson import lesson_tabs, opening
from pages.ui.state.address import read_state, text

PRESETS = (
    "cat_image",
    "car_image",
    "frog_image",
    "overwhelming_win",
    "digits",
    "three_logits",
    "hundreds",
    "large_lesson",
    "small_lesson",
)

t = text()
state, _ = read_state(SoftmaxLossGraphState)
scene = scene_of(state)

opening("softmax_loss_graph", t)
graph_stage(scene, t)
graph_controls(scene, t)
if state.graph not in CIRCUITS:
    preset_controls(state, t, PRESETS)
    classes_control(state, t)
    example_controls(state, t)
lesson_tabs(
    "softmax_loss_graph",
    t,
    why=lambda: derivation(scene, t),
    code=lambda: snippet(scene),
    data=lambda: result_table(scene, t),
)
