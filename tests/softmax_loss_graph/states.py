"""States of the lesson that differ in what is drawn: 2 to 7 classes, soft targets, huge logits."""

from dataclasses import replace

from core.graphs.circuits import CIRCUITS
from pages.softmax_loss_graph import GRAPH_VIEWS, SoftmaxLossGraphState
from pages.ui.state.example import Example

WHOLE = SoftmaxLossGraphState(node=0)
TWO = SoftmaxLossGraphState(Example(("a", "b"), (5.3, 10.1), 1))
FOUR = SoftmaxLossGraphState(Example(("a", "b", "c", "d"), (1.0, -2.0, 0.5, 3.0), 2))
MANY = SoftmaxLossGraphState(Example(tuple("abcdefg"), (1.0, 2.0, 3.0, 4.0, 2.0, -1.0, 0.0), 5))
SOFT = SoftmaxLossGraphState(Example(("a", "b", "c"), (1.0, -0.5, 2.0), 1, (0.2, 0.5, 0.3)))
HUGE = SoftmaxLossGraphState(Example(("a", "b", "c"), (1000.0, -500.0, 200.0), 1))

SOFTMAX = [
    replace(state, view=view, node=0)
    for state in (WHOLE, TWO, FOUR, MANY, SOFT, HUGE)
    for view in GRAPH_VIEWS
]
STATES = [
    *SOFTMAX,
    *(SoftmaxLossGraphState(graph=graph, node=0) for graph in CIRCUITS),
    SoftmaxLossGraphState(graph="sum_times", inputs=(1.5, -2.25, 40.0), node=0),
]
