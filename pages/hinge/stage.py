"""The stage of the hinge lesson: scores, label and margin move, and every variant follows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.losses.hinge_variants import HingeComparison, HingeVerdict, Term
from core.validation import FloatArray
from pages.hinge import HingeState
from pages.hinge.numbers import MARGIN_LINE, HingeNumbers, HingeSweeps, sweep_hinges
from pages.hinge.panels import PANELS, shown_decimals
from pages.ui.export import Table
from pages.ui.kit.scores import LABEL, label_handle, moved_example, score_handles, score_id
from pages.ui.kit.theme import HINGE
from pages.ui.stage.handles import Handle, Point
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.losses import LARGEST_MARGIN
from pages.ui.text import Text

__all__ = ["hinge_stage", "moved", "result_table", "sweeps_of"]


def sweeps_of(state: HingeState) -> HingeSweeps:
    """Everything the stage shows, for every step of every handle."""
    return sweep_hinges(
        state.example.scores,
        state.example.label,
        along=state.focus,
        margin=state.margin,
        variant=state.variant,
        power=2 if state.power == 2 else 1,
    )


def hinge_stage(state: HingeState, sweeps: HingeSweeps, t: Text) -> Stage:
    """Lay out the stage."""
    example = state.example
    return Stage(
        panels=[panel(state, sweeps, t) for panel in PANELS],
        handles=[
            *score_handles(example, sweeps.axis, t, sweeps=sweeps.by, focuses=sweeps.focuses),
            label_handle(example, t, sweep=sweeps.by[LABEL]),
            _margin_handle(state, sweeps, t),
        ],
        readouts=_readouts(state, shown_decimals(state, sweeps), t),
        now=sweeps.now,
        focus=score_id(state.focus),
    )


def moved(state: HingeState, release: Release) -> HingeState:
    """The state after a release; the same state if the message makes no sense."""
    new = moved_example(state, release)
    if new is None:
        return state
    try:
        margin = float(str(release.values[MARGIN_LINE]))
    except (KeyError, ValueError):
        return state
    return replace(new, margin=margin) if 0 <= margin <= LARGEST_MARGIN else state


def result_table(state: HingeState, result: HingeComparison, t: Text) -> Table:
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


def _margin_handle(state: HingeState, sweeps: HingeSweeps, t: Text) -> Handle:
    """The grip on the margin line: its value is the margin, counted down from the true score."""
    margins = sweeps.by[MARGIN_LINE].hinge.margin
    wrong = [index for index in range(len(state.example.names)) if index != state.example.label]
    return Point(
        id=MARGIN_LINE,
        label=t("hinge.handle.margin_line"),
        value=state.margin,
        minimum=float(margins[0]),
        maximum=float(margins[-1]),
        step=sweeps.axis.step,
        decimals=sweeps.axis.decimals,
        panel="scores",
        at=wrong[-1] + 0.5,
        color=HINGE,
        limits=(0.0, LARGEST_MARGIN),
        origin=lambda result: result.hinge.line_origin,
        sweep=sweeps.by[MARGIN_LINE],
    )


def _readouts(state: HingeState, decimals: int, t: Text) -> list[Readout]:
    names = state.example.names
    return [
        Readout("hinge", lambda r: r.hinge.loss, t("readout.hinge"), tone="hinge"),
        Readout(
            "violation_count",
            lambda r: r.hinge.violation_count,
            t("readout.violation_count"),
            decimals=0,
            tone="hinge",
        ),
        Readout(
            "push",
            lambda r: -r.hinge.true_gradient,
            t("hinge.readout.push"),
            decimals=0 if state.power == 1 else 4,
            tone="hinge",
        ),
        Readout("lead", lambda r: r.hinge.lead, t("hinge.readout.lead"), decimals=decimals),
        Readout("margin", lambda r: r.hinge.margin, t("hinge.readout.margin"), decimals=decimals),
        Readout("true_name", lambda r: r.hinge.labels, choices=names),
        Readout("worst_name", lambda r: r.hinge.worst, choices=names),
        Readout("focus_name", lambda r: np.full(r.hinge.labels.shape, r.along), choices=names),
        *_lists(names, t),
        Readout(
            "verdict",
            lambda r: r.hinge.verdicts,
            label="",
            choices=tuple(_verdict(state, verdict, t) for verdict in HingeVerdict),
        ),
    ]


def _lists(names: tuple[str, ...], t: Text) -> list[Readout]:
    """A list of names is as long as it has members: each class says its own part of it."""

    def part(term: Term, index: int) -> Readout:
        def place(result: HingeNumbers) -> FloatArray:
            """Say which text it is: 0 nothing, 1 the first name, 2 a later one."""
            members = result.hinge.terms == term
            return np.asarray((members * np.minimum(np.cumsum(members, axis=-1), 2))[..., index])

        name, group = names[index], "inside" if term == Term.VIOLATED else "met"
        return Readout(
            f"{group}{index}", place, choices=("", name, f"{t('hinge.separator')}{name}")
        )

    return [part(term, j) for term in (Term.VIOLATED, Term.MET) for j in range(len(names))]


def _verdict(state: HingeState, verdict: HingeVerdict, t: Text) -> str:
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
