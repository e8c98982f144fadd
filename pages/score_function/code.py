"""The score function of four pixels and of the digits, as NumPy that runs by itself."""

from __future__ import annotations

from core.losses.exact_decimals import decimal_places
from pages.score_function import ScoreFunctionState
from pages.score_function.digit_classifier import DECAY, HELD_OUT, LEARNING_RATE, SEED, STEPS
from pages.score_function.digits_stage import digit_of
from pages.score_function.numbers import ScoreNumbers
from pages.ui.kit.losses_code import hinge_source
from pages.ui.kit.printing import SHOW, array, bars
from pages.ui.learning.training_code import split_source
from pages.ui.notebook import Code

__all__ = ["code", "snippet"]


def snippet(state: ScoreFunctionState, result: ScoreNumbers) -> str:
    """Write the code of the current scores and losses, and of the classifier of digits."""
    linear = result.linear
    rows = ",\n".join(f"    {row!r}" for row in linear.matrix.tolist())
    decimals = decimal_places(linear.scores, state.margin)
    return f"""\
import numpy as np

{SHOW}


# Four pixels, three classes
W = np.array([
{rows},
])
x = {array(linear.pixels.tolist())}
b = {array(linear.bias.tolist())}
y = {int(result.compared.labels)}  # the true class
margin = {float(state.margin)!r}

scores = W @ x + b
print("W x             ", W @ x)
print("scores          ", scores)

# The bias trick: one more column, one more pixel
same = np.column_stack([W, b]) @ np.append(x, 1)
print("with the trick  ", same)

{hinge_source(state.variant, decimals)}
cross_entropy = np.logaddexp.reduce(scores - scores[y])
show("cross-entropy loss", cross_entropy)
show("hinge loss", hinge)
show("p of the true class", np.exp(-cross_entropy))

# Handwritten digits: run this in the folder of Logit Lab
with np.load("core/data/digits.npz") as file:
    images, labels = file["images"].reshape(-1, 64) / 16, file["labels"]
X, y, K = images, labels, 10
rng = np.random.default_rng({SEED})  # draws what is held out
{split_source(HELD_OUT)}targets = np.eye(K)[y]

W, b = np.zeros((10, 64)), np.zeros(10)
for step in range({STEPS}):
    s = X @ W.T + b
    p = np.exp(s - s.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    ds = (p - targets) / len(X)
    W -= {LEARNING_RATE!r} * (ds.T @ X + 2 * {DECAY!r} * W)
    b -= {LEARNING_RATE!r} * ds.sum(axis=0)

s = X_held @ W.T + b
show("accuracy on held-out digits", np.mean(s.argmax(axis=1) == y_held))
digit = {digit_of(state)}
s = W @ images[digit] + b
p = np.exp(s - np.logaddexp.reduce(s))
with np.printoptions(precision=4, suppress=True):
    print("ten scores       ", s)
    print("ten probabilities", p)
print("read as", s.argmax(), "and by softmax as", p.argmax(), "- it is a", labels[digit])
show("highest score", s.max())
"""


def code(state: ScoreFunctionState, result: ScoreNumbers) -> Code:
    """Write the code, and the plot of the three scores."""
    return Code(
        snippet(state, result), bars("The scores W x + b", state.example.names, {"score": "scores"})
    )
