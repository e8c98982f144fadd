"""The stage of the score function: every entry of W, x and b moves, and all that follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import plotly.graph_objects as go

from core.learning.score_function import (
    CLASSES,
    FOUR_PIXEL_CAT,
    LARGEST_BIAS,
    LARGEST_MATRIX_ENTRY,
    LARGEST_PIXEL,
    PIXELS,
    BiasEffect,
    LinearExample,
    ScoreFunction,
)
from core.losses.comparison import Verdict
from core.losses.exact_decimals import decimal_places
from pages.score_function import ScoreFunctionState
from pages.score_function import panels as figures
from pages.score_function.numbers import EntryAxis, ScoreSweep, sweep_scores
from pages.ui.export import Table
from pages.ui.kit.comparison_panels import legend as comparison_legend
from pages.ui.kit.comparison_panels import scores_figure
from pages.ui.kit.handles import LABEL_HANDLE, label_handle, stage_words
from pages.ui.kit.sweeps import ScoreAxis
from pages.ui.kit.theme import CLASS_COLORS, MUTED
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed, format_given
from pages.ui.stage.vocabulary import (
    Handle,
    LegendEntry,
    Numbers,
    Panel,
    Place,
    Readout,
    Release,
    spoken,
)
from pages.ui.state.address import read_state, write_state
from pages.ui.state.example import Example, resized
from pages.ui.text import Text

__all__ = [
    "READOUTS",
    "linear_example",
    "moved",
    "score_stage",
    "score_table",
    "scored",
    "sweep_of",
    "with_linear_example",
]

READOUTS: Final = {"cross_entropy": "cross-entropy", "hinge": "hinge", "true_probability": ""}
"""The live numbers, each with the loss that colours it."""

_HIDDEN: Final = {
    "violation_count": 0,
    "cross_entropy_gradient_norm": 4,
    "last_match": 2,
    "last_score": 2,
}
"""Numbers that only sentences tell, each with its decimals."""


def linear_example(state: ScoreFunctionState) -> LinearExample:
    """W, x, b and the true class of the state; the published four-pixel cat where it has none."""
    cat = FOUR_PIXEL_CAT
    rows = cat.matrix if state.matrix is None else _rows(state.matrix)
    label = state.example.label
    return LinearExample(
        matrix=rows,
        pixels=cat.pixels if state.pixels is None else state.pixels,
        bias=cat.bias if state.bias is None else state.bias,
        label=label if label < CLASSES else 0,
    )


def _rows(entries: Sequence[float]) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(entries[PIXELS * i : PIXELS * (i + 1)]) for i in range(CLASSES))


def with_linear_example(state: ScoreFunctionState, example: LinearExample) -> ScoreFunctionState:
    """Give the state other numbers; what is as published is left to the default."""
    cat = FOUR_PIXEL_CAT
    entries = tuple(entry for row in example.matrix for entry in row)
    return replace(
        state,
        example=_labelled(state.example, example.label),
        matrix=None if example.matrix == cat.matrix else entries,
        pixels=None if example.pixels == cat.pixels else example.pixels,
        bias=None if example.bias == cat.bias else example.bias,
    )


def _labelled(example: Example, label: int) -> Example:
    """The example with this true class; it gets more classes only if it has too few."""
    if label == (example.label if example.label < CLASSES else 0):
        return example
    roomy = resized(example, max(CLASSES, len(example.names)))
    return replace(roomy, label=label, target=None)


def sweep_of(state: ScoreFunctionState) -> ScoreSweep:
    """Everything the stage shows, for every step of every handle."""
    example = linear_example(state)
    return sweep_scores(
        example.matrix,
        example.pixels,
        example.bias,
        example.label,
        margin=state.margin,
        variant=state.variant,
    )


def scored(result: ScoreFunction) -> Example:
    """Give the scores as an example, to open it in another lesson."""
    scores = tuple(result.scores.tolist())
    return Example(figures.NAMES, scores, int(result.comparison.labels))


def score_stage(state: ScoreFunctionState, sweep: ScoreSweep, t: Text) -> None:
    """Show the stage; a release becomes the new state."""
    now = _with_handles(sweep.now, sweep)
    words = _readouts(state, t)
    example = linear_example(state)
    stage(
        "score_function",
        panels=[_panel(id, state, sweep, now, words, t) for id in figures.PANELS],
        handles=_handles(state, example, sweep, t),
        readouts=words,
        marks=figures.marks(sweep),
        pictures=figures.pictures(),
        now=now,
        on_release=lambda release: write_state(moved(read_state(ScoreFunctionState)[0], release)),
        labels=stage_words(t),
    )


def _with_handles(result: ScoreFunction, sweep: ScoreSweep) -> dict[Place, Numbers]:
    """All places, and where the two handles of each pixel stand, of which one follows the other."""
    followed: dict[Place, Numbers] = {
        f"{kind}{index}": result.pixels[..., index]
        for kind in ("image", "pixel")
        for index in range(PIXELS)
    }
    return figures.places(result, sweep) | followed


def _handles(
    state: ScoreFunctionState, example: LinearExample, sweep: ScoreSweep, t: Text
) -> list[Handle]:
    by_weight = _with_handles(sweep.by_weight, sweep)
    by_pixel = _with_handles(sweep.by_pixel, sweep)
    by_bias = _with_handles(sweep.by_bias, sweep)
    entries = [entry for row in example.matrix for entry in row]
    pixel_places = decimal_places(example.pixels)
    handles = [
        _number(
            f"weight{index}",
            t(
                "score_function.handle.weight",
                name=figures.NAMES[index // PIXELS],
                pixel=index % PIXELS + 1,
            ),
            entries[index],
            sweep.weight_axis,
            LARGEST_MATRIX_ENTRY,
            by_weight,
            index,
            ("equation", figures.MATRIX_AT[index]),
            CLASS_COLORS[index // PIXELS],
        )
        for index in range(CLASSES * PIXELS)
    ]
    for kind, panel, spots in (
        ("pixel", "equation", figures.COLUMN_AT),
        ("image", "templates", figures.IMAGE_AT),
    ):
        handles += [
            _number(
                f"{kind}{index}",
                t(f"score_function.handle.{kind}", pixel=index + 1),
                example.pixels[index],
                sweep.pixel_axis,
                LARGEST_PIXEL,
                by_pixel,
                index,
                (panel, spots[index]),
                MUTED,
                decimals=pixel_places,
            )
            for index in range(PIXELS)
        ]
    handles += [
        _number(
            f"bias{index}",
            t("score_function.handle.bias", name=name),
            example.bias[index],
            sweep.bias_axis,
            LARGEST_BIAS,
            by_bias,
            index,
            ("equation", figures.BIAS_AT[index]),
            CLASS_COLORS[index],
        )
        for index, name in enumerate(figures.NAMES)
    ]
    shown = replace(state, example=Example(figures.NAMES, (0.0,) * CLASSES, example.label))
    return [*handles, label_handle(shown, t, sweep=_with_handles(sweep.by_label, sweep))]


def _number(
    id: str,
    label: str,
    value: float,
    axis: EntryAxis,
    largest: float,
    swept: Mapping[Place, Numbers],
    index: int,
    spot: tuple[str, tuple[float, float]],
    color: str,
    *,
    decimals: int | None = None,
) -> Handle:
    panel, at = spot
    return Handle(
        id=id,
        label=label,
        value=value,
        minimum=axis.least,
        maximum=axis.most,
        step=axis.step,
        decimals=decimal_places(axis.step) if decimals is None else decimals,
        mark="number",
        panel=panel,
        axis="x",
        at=at,
        color=color,
        limits=(-largest, largest),
        sweep={place: values[index] for place, values in swept.items()},
    )


def moved(state: ScoreFunctionState, release: Release) -> ScoreFunctionState:
    """The state after a release; the same state if the message makes no sense."""
    present = linear_example(state)

    def numbers(kind: str, count: int, largest: float) -> tuple[float, ...]:
        found = tuple(float(str(release.values[f"{kind}{index}"])) for index in range(count))
        if not all(abs(number) <= largest for number in found):
            raise ValueError(f"{kind} {found} is beyond {largest:g}")
        return found

    try:
        column = numbers("pixel", PIXELS, LARGEST_PIXEL)
        image = numbers("image", PIXELS, LARGEST_PIXEL)
        example = LinearExample(
            matrix=_rows(numbers("weight", CLASSES * PIXELS, LARGEST_MATRIX_ENTRY)),
            # What was typed at one of the two has not reached the other.
            pixels=tuple(
                below if above == before else above
                for below, above, before in zip(column, image, present.pixels, strict=True)
            ),
            bias=numbers("bias", CLASSES, LARGEST_BIAS),
            label=int(str(release.values[LABEL_HANDLE])),
        )
    except (KeyError, ValueError):
        return state
    return with_linear_example(state, example) if 0 <= example.label < CLASSES else state


def score_table(state: ScoreFunctionState, result: ScoreFunction, t: Text) -> Table:
    """The numbers on screen, a row a class."""
    comparison = result.comparison
    columns: dict[str, Sequence[str | float]] = {"class": figures.NAMES}
    headings = {"class": t("data.class")}
    for index, name in enumerate(figures.PIXEL_NAMES):
        columns[f"w{index + 1}"] = result.matrix[:, index].tolist()
        headings[f"w{index + 1}"] = t("score_function.data.weight", pixel=name)
    for id, values, heading in (
        ("match", result.matches, t("score_function.data.match")),
        ("bias", result.bias, t("score_function.data.bias")),
        ("score", result.scores, t("data.score")),
        ("probability", comparison.probabilities, t("data.probability")),
        ("violation", comparison.violations, t("data.violation")),
    ):
        columns[id] = values.tolist()
        headings[id] = heading
    return Table(
        columns,
        headings,
        settings={
            "pixels": result.pixels.tolist(),
            "label": int(comparison.labels),
            "margin": state.margin,
            "variant": state.variant,
            "cross_entropy": float(comparison.cross_entropy),
            "hinge": float(comparison.hinge),
        },
    )


def _readouts(state: ScoreFunctionState, t: Text) -> list[Readout]:
    kind = "verdict_one_vs_all" if state.variant == "one_vs_all" else "verdict"
    counts = {"margin": format_given(state.margin), "classes": CLASSES, "wrong": CLASSES - 1}
    verdicts = tuple(t(f"{kind}.{verdict.name.lower()}", **counts) for verdict in Verdict)
    effects = tuple(t(f"score_function.bias_effect.{effect.name.lower()}") for effect in BiasEffect)
    return [
        *(Readout(id, label=t(f"readout.{id}"), tone=tone) for id, tone in READOUTS.items()),
        *(Readout(id, decimals=decimals) for id, decimals in _HIDDEN.items()),
        *(Readout(id, choices=figures.NAMES) for id in ("true_name", "top_name", "match_name")),
        Readout("verdict", label="", choices=verdicts),
        Readout("bias_effect", label="", choices=effects),
    ]


def _panel(
    id: str,
    state: ScoreFunctionState,
    sweep: ScoreSweep,
    now: Mapping[Place, Numbers],
    readouts: Sequence[Readout],
    t: Text,
) -> Panel:
    result = sweep.now
    numbers = {"templates": result.matches, "products": result.matches}.get(id, result.scores)
    listing = ", ".join(
        f"{name} {format_fixed(float(number), 2)}"
        for name, number in zip(figures.NAMES, numbers, strict=True)
    )
    is_shared = id == "scores"
    return Panel(
        id=id,
        figure=_figure(id, sweep),
        title=t(f"score_function.panel.{id}"),
        alt=spoken(
            readouts,
            now,
            t("alt.scores" if is_shared else f"score_function.alt.{id}", values=listing),
        ),
        legend=_legend(id, t),
        ratio=figures.TEMPLATES_RATIO if id == "templates" else None,
    )


def _figure(id: str, sweep: ScoreSweep) -> go.Figure:
    if id == "templates":
        return figures.templates_figure()
    if id == "equation":
        return figures.equation_figure()
    if id == "products":
        return figures.products_figure()
    axis = ScoreAxis(limit=figures.score_limit(sweep), step=1.0, decimals=0)
    return scores_figure(figures.NAMES, axis)


def _legend(id: str, t: Text) -> tuple[LegendEntry, ...]:
    if id == "scores":
        return comparison_legend(id, lambda name: t(f"legend.{name}"))
    return figures.legend(id, lambda name: t(f"score_function.legend.{name}"))
