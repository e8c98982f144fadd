"""The digits view by itself, as the lesson on the two-layer network shows it."""

from pages.ui.learning.runs import live_stage, run_of, target_of, train_on
from pages.ui.learning.setups import setup
from pages.ui.location import read_state, text
from pages.ui.stages.network_digits import digits_view

t = text()
state, _ = read_state()
target = target_of(state, "network")
run = run_of(setup(state, "network", state.loss), target)
status = live_stage([run], target, lambda: digits_view(state, run, t), t)
train_on([run], target, status, t)
