"""The stage of the hinge lesson: scores, label and margin move, and every variant follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go

from core.losses.exact_decimals import decimal_places
from core.losses.hinge_variants import (
    HingeComparison,
    HingePower,
    HingeVerdict,
)
from core.losses.losses import HINGE_VARIANTS
from core.validation import FloatArray
from pages.hinge import panels as figures
from pages.hinge.numbers import HingeSweep, sweep_hinges
from pages.ui.export import Table
from pages.ui.kit import comparison_panels as score_figures
from pages.ui.kit.handles import (
    label_handle,
    moved_example,
    score_handles,
    score_id,
    stage_words,
)
from pages.ui.kit.theme import HINGE
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.vocabulary import Handle, Panel, Place, Readout, Release, spoken
from pages.ui.state.address import read_state, write_state
from pages.ui.state.state import LARGEST_MARGIN, State
from pages.ui.text import Text

__all__ = ["PANELS", "hinge_stage", "moved", "power_of", "result_table", "sweep_of"]

PANELS = ("scores", "margins", "function", "gradient", "losses", "variants")

SHORT_DECIMALS = 3
"""What a number on a bar has room for."""


def power_of(state: State) -> HingePower:
    """The power of the hinge loss."""
    return 2 if state.power == 2 else 1


def sweep_of(state: State) -> HingeSweep:
    """Everything the stage shows, for every step of every handle."""
    return sweep_hinges(
        state.example.scores,
        state.example.label,
        along=state.focus,
        margin=state.margin,
        variant=state.variant,
        power=power_of(state),
    )


def hinge_stage(state: State, sweep: HingeSweep, t: Text) -> None:
    """Show the stage; a release becomes the new state."""
    now = {
        **figures.result_places(sweep.now),
        **figures.point_places(sweep.now, state.focus),
        **_curve(sweep, state.focus),
    }
    words = _readouts(state, _decimals(state, sweep), t)
    every = range(len(state.example.names))
    stage(
        "hinge",
        panels=[_panel(id, state, sweep, now, words, t) for id in PANELS],
        handles=[
            *score_handles(
                state,
                sweep.axis,
                t,
                sweeps=_score_sweeps(sweep),
                focuses=[
                    {**_curve(sweep, index), **figures.point_places(sweep.now, index)}
                    for index in every
                ],
            ),
            label_handle(state, t, sweep=_label_sweep(state, sweep)),
            _margin_handle(state, sweep, t),
        ],
        readouts=words,
        marks=figures.marks(
            len(state.example.names),
            margin_decimals=_decimals(state, sweep),
            power=state.power,
        ),
        now=now,
        focus=score_id(state.focus),
        on_release=_adopt,
        labels=stage_words(t),
    )


def moved(state: State, release: Release) -> State:
    """The state after a release; the same state if the message makes no sense."""
    new = moved_example(state, release)
    if new is None:
        return state
    try:
        margin = float(str(release.values[figures.MARGIN_LINE]))
    except (KeyError, ValueError):
        return state
    if not 0 <= margin <= LARGEST_MARGIN:
        return state
    return replace(new, margin=margin)


def _adopt(release: Release) -> None:
    write_state(moved(read_state()[0], release))


def result_table(state: State, result: HingeComparison, t: Text) -> Table:
    """The numbers on screen, a row a class."""
    columns = {
        "score": result.scores,
        "margin": result.margins,
        "counted": result.counted,
        "hinge_gradient": result.gradient,
    }
    return Table(
        columns={
            "class": state.example.names,
            **{name: values.tolist() for name, values in columns.items()},
        },
        headings={
            "class": t("data.class"),
            "score": t("data.score"),
            "margin": t("hinge.data.margin"),
            "counted": t("hinge.data.counted"),
            "hinge_gradient": t("data.hinge_gradient"),
        },
        settings={
            "label": state.example.label,
            "margin": state.margin,
            "variant": state.variant,
            "power": state.power,
            "losses": {
                f"{variant}_{power}": float(loss)
                for (variant, power), loss in result.losses.items()
            },
        },
    )


def _decimals(state: State, sweep: HingeSweep) -> int:
    own = decimal_places(state.example.scores, state.margin)
    return min(SHORT_DECIMALS, max(own, sweep.axis.decimals))


def _readouts(state: State, decimals: int, t: Text) -> list[Readout]:
    names = state.example.names
    is_whole = state.power == 1
    numbers = [
        Readout("hinge", label=t("readout.hinge"), tone="hinge"),
        Readout("violation_count", label=t("readout.violation_count"), decimals=0, tone="hinge"),
        Readout("push", label=t("hinge.readout.push"), decimals=0 if is_whole else 4, tone="hinge"),
        Readout("lead", label=t("hinge.readout.lead"), decimals=decimals),
        Readout("margin", label=t("hinge.readout.margin"), decimals=decimals),
    ]
    words = [Readout(id, choices=names) for id in ("true_name", "worst_name", "focus_name")]
    # A list of names is as long as it has members: each class says its own part of it.
    separator = t("hinge.separator")
    lists = [
        Readout(f"{group}{index}", choices=("", name, f"{separator}{name}"))
        for group in ("inside", "met")
        for index, name in enumerate(names)
    ]
    verdicts = tuple(_verdict(state, verdict, t) for verdict in HingeVerdict)
    return [*numbers, *words, *lists, Readout("verdict", label="", choices=verdicts)]


def _verdict(state: State, verdict: HingeVerdict, t: Text) -> str:
    """The sentence of a verdict, for the stage to fill; empty if the variant never says it."""
    variant, name = state.variant, verdict.name.lower()
    if verdict == HingeVerdict.TIED and variant != "crammer_singer":
        return ""
    if verdict == HingeVerdict.VIOLATED_AT_KINK and variant == "crammer_singer":
        return ""
    every = range(len(state.example.names))
    return t(
        f"hinge.verdict.{variant}.{name}",
        inside="".join(f"{{inside{index}}}" for index in every),
        met="".join(f"{{met{index}}}" for index in every),
        push=t(f"hinge.push.{variant}.power_{state.power}"),
        kink=t(f"hinge.kink.power_{state.power}"),
    )


def _curve(sweep: HingeSweep, along: int) -> dict[Place, FloatArray]:
    """The loss along one score, and the name of that score."""
    return {
        **figures.curve_places(
            sweep.by_score.loss[along], sweep.kinks_by_score[along], sweep.loss_limit
        ),
        "focus_name": np.array(float(along)),
    }


def _score_sweeps(sweep: HingeSweep) -> list[dict[Place, FloatArray]]:
    swept = figures.result_places(sweep.by_score)
    return [
        {
            **{place: values[index] for place, values in swept.items()},
            **{
                place: values[index]
                for place, values in figures.point_places(sweep.by_score, index).items()
            },
        }
        for index in range(len(sweep.now.scores))
    ]


def _label_sweep(state: State, sweep: HingeSweep) -> dict[Place, FloatArray]:
    return {
        **figures.result_places(sweep.by_label),
        **figures.point_places(sweep.by_label, state.focus),
        **figures.curve_places(sweep.curves_by_label, sweep.kinks_by_label, sweep.loss_limit),
    }


def _margin_handle(state: State, sweep: HingeSweep, t: Text) -> Handle:
    """The grip on the margin line: its value is the margin, counted down from the true score."""
    swept = {
        **figures.result_places(sweep.by_margin),
        **figures.point_places(sweep.by_margin, state.focus),
        **figures.curve_places(sweep.curves_by_margin, sweep.kinks_by_margin, sweep.loss_limit),
    }
    wrong = [index for index in range(len(state.example.names)) if index != state.example.label]
    return Handle(
        id=figures.MARGIN_LINE,
        label=t("hinge.handle.margin_line"),
        value=state.margin,
        minimum=float(sweep.by_margin.margin[0]),
        maximum=float(sweep.by_margin.margin[-1]),
        step=sweep.axis.step,
        decimals=sweep.axis.decimals,
        mark="point",
        panel="scores",
        axis="y",
        at=wrong[-1] + 0.5,
        color=HINGE,
        limits=(0.0, LARGEST_MARGIN),
        origin=figures.LINE_ORIGIN,
        sweep=swept,
    )


def _panel(
    id: str,
    state: State,
    sweep: HingeSweep,
    now: Mapping[Place, FloatArray],
    readouts: Sequence[Readout],
    t: Text,
) -> Panel:
    result = sweep.now
    decimals = _decimals(state, sweep)
    numbers = {
        "scores": [format_given(score) for score in result.scores],
        "margins": [format_fixed(float(m), decimals) for m in result.margins],
        "gradient": [format_fixed(float(g), decimals) for g in result.gradient],
    }.get(id, [])
    listing = ", ".join(map(" ".join, zip(state.example.names, numbers, strict=False)))
    if id == "variants":
        listing = ", ".join(
            f"{t(f'hinge.variant.{variant}')} {format_fixed(float(loss), 4)}"
            for (variant, _), loss in result.losses.items()
        )
    return Panel(
        id=id,
        figure=_figure(id, state, sweep, t),
        title=_title(id, state, t),
        alt=spoken(
            readouts,
            now,
            t("alt.scores", values=listing)
            if id == "scores"
            else t(f"hinge.alt.{id}", values=listing),
        ),
        legend=figures.legend(
            id, lambda name: t(f"hinge.legend.{name}"), lambda name: t(f"legend.{name}")
        ),
    )


def _title(id: str, state: State, t: Text) -> str:
    if id == "scores":
        return t("panel.scores")
    if id == "function":
        return t(f"hinge.panel.function_{state.power}")
    if id == "margins":
        rule = "one_vs_all" if state.variant == "one_vs_all" else "pairwise"
        return t(f"hinge.panel.margins_{rule}")
    return t(f"hinge.panel.{id}")


def _figure(id: str, state: State, sweep: HingeSweep, t: Text) -> go.Figure:
    names = state.example.names
    if id == "scores":
        return score_figures.scores_figure(names, sweep.axis)
    if id == "margins":
        return figures.margins_figure(names, sweep.margin_limits)
    if id == "function":
        at, values = sweep.function
        return figures.function_figure(
            tuple(at.tolist()),
            tuple(values.tolist()),
            has_kink=state.power == 1,
            margin_label=t("hinge.axis.margin"),
        )
    if id == "gradient":
        return figures.gradient_figure(names, sweep.gradient_limits)
    if id == "losses":
        return figures.losses_figure(
            sweep.axis, sweep.loss_limit, score_label=t("panel.score_axis")
        )
    variants = tuple(t(f"hinge.variant.{variant}") for variant in HINGE_VARIANTS)
    return figures.variants_figure(variants, (state.variant, state.power), sweep.variants_limit)
