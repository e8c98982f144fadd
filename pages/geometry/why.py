"""The shapes of both losses, derived on the current example."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from pages.geometry import GeometryState
from pages.geometry.calibration_stage import softening_of
from pages.geometry.digits import CLASSIFIERS, calibrated, held_out_scores
from pages.geometry.knob_stage import knob_sweeps, temperature_of
from pages.geometry.plane_stage import sweeps_of
from pages.geometry.simplex import OTHERS
from pages.geometry.uncertain_stage import now_of
from pages.ui.kit import latex
from pages.ui.state.written import write_number
from pages.ui.text import Text, escape

__all__ = ["derivation"]


def derivation(state: GeometryState, t: Text) -> str:
    """Derive what the view shows, with its present numbers."""
    return _DERIVATIONS[state.view](state, t)


def _plane(state: GeometryState, t: Text) -> str:
    three, point = state.three, sweeps_of(state).now.point
    assert point is not None
    first, second = OTHERS[three.label]
    d = point.differences.tolist()
    p = point.probabilities.tolist()
    true = float(point.true_probability)
    ratio = float(np.exp(-state.margin))
    terms = [rf"\max(0,\; {latex.short(v)} + {write_number(state.margin)})" for v in d]
    joined = ", ".join(terms)
    hinge = " + ".join(terms) if state.variant == "weston_watkins" else rf"\max({joined})"
    return t(
        "geometry.why",
        true_name=escape(three.names[three.label]),
        first=escape(three.names[first]),
        second=escape(three.names[second]),
        d0=latex.short(d[0]),
        d1=latex.short(d[1]),
        p0=latex.number(p[first]),
        p1=latex.number(p[second]),
        p_true=latex.number(true),
        cross_entropy=latex.number(float(point.cross_entropy)),
        hinge_terms=hinge,
        hinge=latex.number(float(point.hinge)),
        soft_gradient=latex.row(latex.number(v) for v in point.cross_entropy_gradient.tolist()),
        svm_gradient=latex.row(latex.short(v) for v in point.hinge_gradient.tolist()),
        margin=write_number(state.margin),
        ratio=latex.number(ratio),
        tip=latex.number(1 / (1 + 2 * ratio)),
        side=latex.number(1 / (1 + ratio)),
        ratio0=latex.number(p[first] / true) if true > 0 else r"\infty",
        ratio1=latex.number(p[second] / true) if true > 0 else r"\infty",
    )


def _knob(state: GeometryState, t: Text) -> str:
    three, now = state.three, knob_sweeps(state).now
    return t(
        "geometry.why_knob",
        true_name=escape(three.names[three.label]),
        temperature=write_number(temperature_of(state)),
        margin=write_number(state.margin),
        loss=latex.number(float(now.loss)),
        gradient=latex.row(latex.number(value) for value in now.gradient.tolist()),
    )


def _uncertain(state: GeometryState, t: Text) -> str:
    now = now_of(state)
    q = now.q.tolist()
    logs = [latex.number(value).replace("∞", r"\infty") for value in now.minimisers[0].tolist()]
    return t(
        "geometry.why_uncertain",
        q=latex.row(latex.short(value) for value in q),
        logs=latex.row(logs),
        crammer_singer=latex.row(latex.short(v) for v in now.minimisers[1].tolist()),
        weston_watkins=latex.row(latex.short(v) for v in now.minimisers[2].tolist()),
        largest=latex.short(max(q)),
        second=latex.short(sorted(q)[1]),
    )


def _calibration(state: GeometryState, t: Text) -> str:
    found = held_out_scores()
    now = calibrated(np.array([softening_of(state), 1.0, *found.best.values()]))
    numbers: dict[str, str] = {}
    for index, name in enumerate(CLASSIFIERS):
        numbers |= {
            f"best_{name}": latex.significant(found.best[name], 3),
            f"error_{name}": latex.number(float(now.error[0, index])),
            f"before_{name}": latex.number(float(now.error[1, index])),
            f"after_{name}": latex.number(float(now.error[2 + index, index])),
        }
    return t(
        "geometry.why_calibration",
        temperature=write_number(softening_of(state)),
        count=len(found.labels),
        **numbers,
    )


_DERIVATIONS: Final[Mapping[str, Callable[[GeometryState, Text], str]]] = {
    "plane": _plane,
    "knob": _knob,
    "surfaces": _plane,
    "uncertain": _uncertain,
    "calibration": _calibration,
}
