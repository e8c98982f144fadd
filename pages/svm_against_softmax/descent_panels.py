"""The panels of Follow the gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from core.validation import FloatArray
from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.svm_against_softmax.descent_numbers import DescentNumbers, DescentSweeps
from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.scores import BELOW_SCORES, listing
from pages.ui.kit.theme import (
    CLASS_COLORS,
    CROSS_ENTROPY,
    EDGE_WIDTH,
    HINGE,
    HINGE_TEXT,
    INK,
    MUTED,
    base_figure,
    class_axis,
    plain,
)
from pages.ui.stage.channels import Channel
from pages.ui.stage.marks import Dot, Label
from pages.ui.stage.number_format import format_fixed
from pages.ui.stage.panels import LegendEntry, Panel
from pages.ui.text import Text

__all__ = ["PANELS"]


def _svm_scores(state: SvmAgainstSoftmaxState, sweeps: DescentSweeps, t: Text) -> Panel:
    """Bars of the scores of the SVM run, and its margin line."""

    def bases(result: DescentNumbers) -> FloatArray:
        zeros, thresholds = np.zeros_like(result.svm.scores), result.svm.thresholds
        lines = np.where(np.isnan(thresholds), BELOW_SCORES, thresholds)
        return np.concatenate([zeros, zeros, lines], axis=-1)

    def heights(result: DescentNumbers) -> FloatArray:
        scores = result.svm.scores
        starts = np.broadcast_to(sweeps.run.svm.scores[0], scores.shape)
        return np.concatenate([starts, scores, np.zeros_like(scores)], axis=-1)

    names = state.example.names
    return Panel(
        id="run_svm",
        figure=_bars_figure(names, sweeps.score_limits, has_thresholds=True),
        show={(0, "base"): bases, (0, "y"): heights},
        marks=(_numbers(names, lambda result: result.svm.scores),),
        title=t("svm_against_softmax.descent.panel.run_svm"),
        alt=t(
            "svm_against_softmax.descent.alt.run_svm",
            **_told(state, {"start": sweeps.run.svm.scores[0], "now": sweeps.now.svm.scores}),
        ),
        legend=(
            LegendEntry(t("svm_against_softmax.descent.legend.start"), MUTED, "outline"),
            LegendEntry(t("svm_against_softmax.descent.legend.threshold"), HINGE, "line"),
        ),
    )


def _softmax_scores(state: SvmAgainstSoftmaxState, sweeps: DescentSweeps, t: Text) -> Panel:
    """Bars of the scores of the softmax run."""

    def heights(result: DescentNumbers) -> FloatArray:
        scores = result.softmax.scores
        starts = np.broadcast_to(sweeps.run.softmax.scores[0], scores.shape)
        return np.concatenate([starts, scores], axis=-1)

    names, start = state.example.names, sweeps.run.softmax.scores[0]
    return Panel(
        id="run_softmax",
        figure=_bars_figure(names, sweeps.score_limits, has_thresholds=False),
        show={(0, "y"): heights},
        marks=(_numbers(names, lambda result: result.softmax.scores),),
        title=t("svm_against_softmax.descent.panel.run_softmax"),
        alt=t(
            "svm_against_softmax.descent.alt.run_softmax",
            **_told(state, {"start": start, "now": sweeps.now.softmax.scores}),
        ),
        legend=(LegendEntry(t("svm_against_softmax.descent.legend.start"), MUTED, "outline"),),
    )


def _numbers(names: tuple[str, ...], scores: Channel) -> Label:
    return Label(tuple(map(float, range(len(names)))), scores, decimals=(2,))


def _told(state: SvmAgainstSoftmaxState, scores: Mapping[str, FloatArray]) -> Mapping[str, str]:
    """Say scores of a run in words."""
    return {
        when: listing(state.example.names, [format_fixed(score, 2) for score in shown.tolist()])
        for when, shown in scores.items()
    }


def _both_steps(result: DescentNumbers) -> FloatArray:
    return np.stack([result.step, result.step], axis=-1)


def _curve(of: Callable[[DescentNumbers], Any]) -> Channel:
    """A number at all steps, which the timeline leaves as it is."""
    return lambda result: None if result.path is None else of(result.path)


def _losses(state: SvmAgainstSoftmaxState, sweeps: DescentSweeps, t: Text) -> Panel:
    """Cross-entropy of the softmax run and hinge loss of the SVM run over the steps."""

    def losses(result: DescentNumbers) -> FloatArray:
        return np.stack([result.softmax.cross_entropy, result.svm.hinge], axis=-1)

    return Panel(
        id="run_losses",
        over_steps=True,
        figure=_losses_figure(
            sweeps.steps,
            sweeps.loss_limits,
            sweeps.stop,
            is_logarithmic=state.is_logarithmic,
            step_label=t("svm_against_softmax.descent.step_axis"),
            stop_label=t("svm_against_softmax.descent.stop", step=sweeps.stop),
        ),
        show={
            (0, "y"): _curve(lambda path: path.softmax.cross_entropy),
            (1, "y"): _curve(lambda path: path.svm.hinge),
        },
        marks=(Dot(_both_steps, losses, colors=(CROSS_ENTROPY, HINGE)),),
        title=t("svm_against_softmax.descent.panel.run_losses"),
        alt=t("svm_against_softmax.descent.alt.run_losses", steps=sweeps.steps),
        legend=(
            LegendEntry(
                t("svm_against_softmax.descent.legend.softmax_loss"), CROSS_ENTROPY, "line"
            ),
            LegendEntry(t("svm_against_softmax.descent.legend.svm_loss"), HINGE, "line"),
        ),
        asked=_stop(sweeps.stop),
    )


def _stop(step: int | None) -> Label | None:
    """The step at which the SVM stops, for what a scene says."""
    if step is None:
        return None
    return Label((float(step),), (0.0,), numbers=(float(step),), decimals=(0,))


def _all_scores(state: SvmAgainstSoftmaxState, sweeps: DescentSweeps, t: Text) -> Panel:
    """All scores over the steps, with a cursor at the present one."""

    def curves(index: int) -> dict[tuple[int, str], Channel]:
        return {
            (1 + 2 * index, "y"): _curve(lambda path: path.softmax.scores[:, index]),
            (2 + 2 * index, "y"): _curve(lambda path: path.svm.scores[:, index]),
        }

    names, path = state.example.names, sweeps.by_step.svm.scores
    show = {(0, "x"): _both_steps}
    for index in range(len(names)):
        show |= curves(index)
    return Panel(
        id="run_scores",
        over_steps=True,
        figure=_paths_figure(
            len(names),
            sweeps.steps,
            sweeps.score_limits,
            sweeps.stop,
            step_label=t("svm_against_softmax.descent.step_axis"),
        ),
        show=show,
        title=t("svm_against_softmax.descent.panel.run_scores"),
        alt=t(
            "svm_against_softmax.descent.alt.run_scores",
            steps=sweeps.steps,
            **_told(state, {"start": path[0]}),
        ),
        legend=(
            LegendEntry(t("svm_against_softmax.descent.legend.runs"), MUTED, "none"),
            *(
                LegendEntry(name, color, "line")
                for name, color in zip(names, CLASS_COLORS, strict=False)
            ),
        ),
    )


PANELS: Final = (_svm_scores, _softmax_scores, _losses, _all_scores)
"""Each makes one panel of the state, its sweeps and the texts."""


@lru_cache(FIGURES_KEPT)
def _bars_figure(
    names: tuple[str, ...], limits: tuple[float, float], *, has_thresholds: bool
) -> go.Figure:
    """Bars of scores inside hollow bars of the scores at the start; for the SVM its margin line."""
    classes = len(names)
    lines = classes if has_thresholds else 0
    blank = "rgba(0,0,0,0)"
    figure = base_figure()
    figure.add_bar(
        x=[*range(classes)] * (3 if has_thresholds else 2),
        width=[0.86] * classes + [0.62] * classes + [1.0] * lines,
        marker={
            "color": [*[blank] * classes, *CLASS_COLORS[:classes], *[HINGE] * lines],
            "line": {
                "color": [MUTED] * 2 * classes + [HINGE] * lines,
                "width": [1.5] * classes + [EDGE_WIDTH] * classes + [3] * lines,
            },
        },
    )
    class_axis(figure, names)
    figure.update_yaxes(range=list(limits))
    figure.update_layout(barmode="overlay")
    return figure


@lru_cache(FIGURES_KEPT)
def _losses_figure(
    steps: int,
    limits: tuple[float, float],
    stop: int | None,
    *,
    is_logarithmic: bool,
    step_label: str,
    stop_label: str,
) -> go.Figure:
    lowest, highest = limits
    figure = base_figure()
    for color in (CROSS_ENTROPY, HINGE):
        figure.add_scatter(x0=0, dx=1, mode="lines", line={"color": color, "width": 3})
    _steps_axis(figure, steps, step_label)
    _mark_stop(figure, stop, stop_label)
    figure.update_yaxes(range=[-0.05 * highest, 1.06 * highest], fixedrange=False)
    if is_logarithmic:
        ends = np.log10([lowest, 2 * highest]).tolist()
        decades = max(1, round((ends[1] - ends[0]) / 5))
        figure.update_yaxes(type="log", range=ends, exponentformat="power", dtick=decades)
    figure.update_layout(uirevision=f"{steps} {limits} {is_logarithmic}")
    return figure


@lru_cache(FIGURES_KEPT)
def _paths_figure(
    classes: int,
    steps: int,
    limits: tuple[float, float],
    stop: int | None,
    *,
    step_label: str,
) -> go.Figure:
    """In class colours: softmax drawn through, the SVM dotted."""
    figure = base_figure()
    figure.add_scatter(y=list(limits), mode="lines", line={"color": INK, "width": 2})
    for color in CLASS_COLORS[:classes]:
        figure.add_scatter(x0=0, dx=1, mode="lines", line={"color": color, "width": 3})
        figure.add_scatter(
            x0=0, dx=1, mode="lines", line={"color": color, "width": 3, "dash": "dot"}
        )
    _steps_axis(figure, steps, step_label)
    _mark_stop(figure, stop)
    figure.update_yaxes(range=list(limits), fixedrange=False)
    figure.update_layout(uirevision=f"{steps} {limits}")
    return figure


def _steps_axis(figure: go.Figure, steps: int, label: str) -> None:
    figure.update_xaxes(range=[0, 1.02 * steps], title_text=label, fixedrange=False)
    figure.update_layout(dragmode="zoom", margin_b=46)


def _mark_stop(figure: go.Figure, stop: int | None, label: str = "") -> None:
    """Draw a line where the SVM stops, with a word beside it."""
    if stop is None:
        return
    figure.add_vline(stop, line={"color": HINGE, "width": 1.5, "dash": "dash"})
    figure.add_annotation(
        x=stop,
        y=1,
        yref="paper",
        text=plain(label),
        showarrow=False,
        xanchor="left",
        yanchor="top",
        xshift=5,
        font={"color": HINGE_TEXT},
    )
