"""What the tests compare with: slow, obvious, and independent of the core."""

import mpmath as mp
import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

EPSILON = 2.0**-52

# Enough for the losses of logits as far apart as +-700: exp(-1400) is about 10^-608.
DIGITS = 700


def exact_log_softmax(logits):
    """Return log p of float logits, by the textbook formula with 700 digits."""
    with mp.workdps(DIGITS):
        z = [mp.mpf(float(v)) for v in logits]
        log_sum = mp.log(mp.fsum(mp.exp(v) for v in z))
        return [v - log_sum for v in z]


def exact_softmax(logits):
    with mp.workdps(DIGITS):
        exponentials = [mp.exp(mp.mpf(float(v))) for v in logits]
        total = mp.fsum(exponentials)
        return [v / total for v in exponentials]


def epsilons(values, exact):
    """Return the largest relative error in machine epsilons; exact values that underflow are left
    to an absolute bound."""
    worst = 0.0
    with mp.workdps(DIGITS):
        for value, reference in zip(np.ravel(values), exact, strict=True):
            error = abs(mp.mpf(float(value)) - reference)
            if abs(reference) < mp.mpf(2) ** -1000:
                assert error <= mp.mpf(2) ** -1022
            else:
                worst = max(worst, float(error / abs(reference) / mp.mpf(2) ** -52))
    return worst


def spread(logits):
    return float(np.max(logits) - np.min(logits))


def slow_log_softmax(logits):
    """Return log p by NumPy's own logaddexp, for moderate logits."""
    logits = np.asarray(logits, dtype=np.float64)
    return logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)


def slow_hinge(scores, label, margin, variant, power):
    """Return the loss, the gradient and the margins of one sample, class by class."""
    classes = len(scores)
    margins, slopes = [0.0] * classes, [0.0] * classes
    for j in range(classes):
        if variant == "one_vs_all":
            margins[j] = margin - scores[j] if j == label else margin + scores[j]
        elif j != label:
            margins[j] = scores[j] - scores[label] + margin
    violations = [max(0.0, m) for m in margins]
    if variant == "crammer_singer":
        worst = violations.index(max(violations))
        violations = [v if j == worst else 0.0 for j, v in enumerate(violations)]
    for j, violation in enumerate(violations):
        slope = (2.0 * violation if power == 2 else 1.0) if violation > 0.0 else 0.0
        if variant == "one_vs_all":
            slopes[j] += -slope if j == label else slope
        else:
            slopes[j] += slope
            slopes[label] -= slope
    return sum(v**power for v in violations), slopes, margins


def logits_and_labels(limit=700.0, max_rows=4, max_classes=8):
    """Strategy for (batch, classes) float64 logits with a label for each row."""
    shapes = st.tuples(st.integers(1, max_rows), st.integers(2, max_classes))
    return shapes.flatmap(
        lambda shape: st.tuples(
            hnp.arrays(np.float64, shape, elements=st.floats(-limit, limit)),
            hnp.arrays(np.int64, shape[0], elements=st.integers(0, shape[1] - 1)),
        )
    )
