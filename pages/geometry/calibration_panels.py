"""The panels of the digits: reliability of both classifiers, and their likelihood along T."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.geometry.digits import (
    BINS,
    CLASSIFIERS,
    SOFTENINGS,
    Calibration,
    HeldOut,
    calibrated,
    held_out_scores,
)
from pages.ui.kit.theme import CROSS_ENTROPY, EDGE, EDGE_WIDTH, HINGE, MUTED, base_figure
from pages.ui.stage.marks import Dot
from pages.ui.stage.number_format import format_fixed, format_significant
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["calibration_panels"]

COLORS: Final = {"softmax": CROSS_ENTROPY, "svm": HINGE}
SHARE: Final = 1.2
HIGHEST: Final = 1.2
"""Of the mean negative log-likelihood that is drawn."""


def calibration_panels(found: HeldOut, now: Calibration, t: Text) -> list[Panel]:
    """Make all three."""
    return [*(_reliability(name, now, t) for name in CLASSIFIERS), _likelihood(found, now, t)]


def _accuracy(index: int, result: Calibration) -> FloatArray:
    return result.accuracy[..., index, :]


def _confidence(index: int, result: Calibration) -> FloatArray:
    return result.confidence[..., index, :]


def _reliability(name: str, now: Calibration, t: Text) -> Panel:
    """The part that is right, by how sure the classifier was; on the line it is as it says."""
    index = CLASSIFIERS.index(name)
    told = ", ".join(
        t("geometry.reliability_bin", confidence=format_fixed(c, 2), accuracy=format_fixed(a, 2))
        for c, a in zip(now.confidence[index].tolist(), now.accuracy[index].tolist(), strict=True)
        if not np.isnan(c)
    )
    return Panel(
        id=f"reliability_{name}",
        figure=_reliability_figure(COLORS[name], t("geometry.axis.confidence")),
        show={(0, "y"): partial(_accuracy, index)},
        marks=(Dot(partial(_confidence, index), partial(_accuracy, index), (COLORS[name],)),),
        title=t(f"geometry.panel.reliability_{name}"),
        alt=t(f"geometry.alt.reliability_{name}", values=told),
        legend=(
            LegendEntry(t("geometry.legend.accuracy"), COLORS[name]),
            LegendEntry(t("geometry.legend.as_it_says"), MUTED, "dots"),
        ),
        height=SHARE,
    )


def _likelihood(found: HeldOut, now: Calibration, t: Text) -> Panel:
    """The mean negative log-likelihood over T, with its least."""

    def temperatures(result: Calibration) -> FloatArray:
        return np.repeat(result.temperature[..., None], len(CLASSIFIERS), axis=-1)

    best = {name: format_significant(value, 3) for name, value in found.best.items()}
    return Panel(
        id="likelihood",
        figure=_likelihood_figure(),
        marks=(Dot(temperatures, lambda r: r.likelihood, (CROSS_ENTROPY, HINGE)),),
        title=t("geometry.panel.likelihood"),
        alt=t("geometry.alt.likelihood", **best),
        legend=(
            LegendEntry(
                t("geometry.legend.best", name="softmax", value=best["softmax"]),
                CROSS_ENTROPY,
                "line",
            ),
            LegendEntry(t("geometry.legend.best", name="SVM", value=best["svm"]), HINGE, "line"),
        ),
        height=SHARE,
    )


@lru_cache(4)
def _reliability_figure(color: str, axis_label: str) -> go.Figure:
    centres = ((np.arange(BINS) + 0.5) / BINS).tolist()
    figure = base_figure()
    figure.add_bar(
        x=centres,
        width=1 / BINS,
        marker={"color": color, "opacity": 0.4, "line": {"color": EDGE, "width": EDGE_WIDTH}},
    )
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": MUTED, "width": 2, "dash": "dot"}
    )
    ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    figure.update_xaxes(range=[0, 1], tickvals=ticks, title_text=axis_label)
    figure.update_yaxes(range=[0, 1.06], tickvals=ticks)
    figure.update_layout(barmode="overlay", margin={"l": 44, "b": 46})
    return figure


@lru_cache(1)
def _likelihood_figure() -> go.Figure:

    every, found = calibrated(np.array(SOFTENINGS)), held_out_scores()
    figure = base_figure()
    for index, name in enumerate(CLASSIFIERS):
        figure.add_scatter(
            x=list(SOFTENINGS),
            y=np.round(every.likelihood[:, index], 6).tolist(),
            mode="lines",
            line={"color": COLORS[name], "width": 3, "simplify": False},
        )
        figure.add_vline(
            found.best[name], line={"color": COLORS[name], "width": 1.5, "dash": "dash"}
        )
    figure.update_xaxes(
        type="log",
        range=[-1, 1],
        tickvals=[0.1, 0.2, 0.5, 1, 2, 5, 10],
        ticktext=["0.1", "0.2", "0.5", "1", "2", "5", "10"],
        title_text="T",
    )
    figure.update_yaxes(range=[0, HIGHEST])
    figure.update_layout(margin={"l": 44, "b": 46})
    return figure
