"""The stage of the score function: every entry of W, x and b moves, and all that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from core.learning.score_function import FOUR_PIXEL_CAT, LinearExample
from core.losses.exact_decimals import decimal_places
from pages.score_function import (
    CLASSES,
    LARGEST_BIAS,
    LARGEST_PIXEL,
    LARGEST_WEIGHT,
    PIXELS,
    ScoreFunctionState,
)
from pages.score_function.numbers import (
    BiasEffect,
    EntryAxis,
    ScoreNumbers,
    ScoreSweeps,
    sweep_scores,
)
from pages.score_function.panels import (
    BIAS_AT,
    COLUMN_AT,
    IMAGE_AT,
    MATRIX_AT,
    PANELS,
    PIXEL_NAMES,
    class_names,
    roomy,
    scored,
)
from pages.ui.export import Table
from pages.ui.kit.comparison_stage import verdict_texts
from pages.ui.kit.scores import LABEL, label_handle
from pages.ui.kit.theme import CLASS_COLORS, MUTED
from pages.ui.stage.channels import Channel
from pages.ui.stage.handles import Handle, NumberHandle
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import Readout
from pages.ui.stage.release import Release
from pages.ui.state.example import Example, resized
from pages.ui.text import Text

__all__ = [
    "linear_example",
    "moved",
    "score_stage",
    "score_table",
    "sweeps_of",
    "with_linear_example",
]


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


def sweeps_of(state: ScoreFunctionState) -> ScoreSweeps:
    """Everything the stage shows, for every step of every handle."""
    return sweep_scores(linear_example(state), margin=state.margin, variant=state.variant)


def score_stage(state: ScoreFunctionState, sweeps: ScoreSweeps, t: Text) -> Stage:
    """Lay out the stage."""
    return Stage(
        panels=[roomy(panel(state, sweeps, t), state) for panel in PANELS],
        handles=[
            *_weight_handles(sweeps, t),
            *_pixel_handles(sweeps, t),
            *_bias_handles(sweeps, t),
            label_handle(scored(sweeps.now, t), t, sweep=sweeps.by[LABEL]),
        ],
        readouts=_readouts(state, t),
        now=sweeps.now,
    )


def _weight_handles(sweeps: ScoreSweeps, t: Text) -> list[Handle]:
    return [
        _entry(
            f"weight{index}",
            t(
                "score_function.handle.weight",
                name=class_names(t)[index // PIXELS],
                pixel=index % PIXELS + 1,
            ),
            weight,
            sweeps.weight_axis,
            sweeps,
            largest=LARGEST_WEIGHT,
            at=MATRIX_AT[index],
            color=CLASS_COLORS[index // PIXELS],
        )
        for index, weight in enumerate(np.ravel(sweeps.now.linear.matrix).tolist())
    ]


def _pixel_handles(sweeps: ScoreSweeps, t: Text) -> list[Handle]:
    """Two handles for each pixel, of which one follows the other."""
    pixels = sweeps.now.linear.pixels.tolist()
    values = [partial(_pixel, index) for index in range(PIXELS)]
    return [
        _entry(
            f"{kind}{index}",
            t(f"score_function.handle.{kind}", pixel=index + 1),
            pixel,
            sweeps.pixel_axis,
            sweeps,
            decimals=decimal_places(pixels),
            largest=LARGEST_PIXEL,
            panel=panel,
            at=places[index],
            color=MUTED,
            follows=values[index],
        )
        for kind, panel, places in (
            ("pixel", "equation", COLUMN_AT),
            ("image", "templates", IMAGE_AT),
        )
        for index, pixel in enumerate(pixels)
    ]


def _pixel(index: int, result: ScoreNumbers) -> Any:
    return result.linear.pixels[..., index]


def _bias_handles(sweeps: ScoreSweeps, t: Text) -> list[Handle]:
    return [
        _entry(
            f"bias{index}",
            t("score_function.handle.bias", name=class_names(t)[index]),
            bias,
            sweeps.bias_axis,
            sweeps,
            largest=LARGEST_BIAS,
            at=BIAS_AT[index],
            color=CLASS_COLORS[index],
        )
        for index, bias in enumerate(sweeps.now.linear.bias.tolist())
    ]


def _entry(
    id: str,
    label: str,
    value: float,
    axis: EntryAxis,
    sweeps: ScoreSweeps,
    *,
    largest: float,
    at: tuple[float, float],
    color: str,
    panel: str = "equation",
    decimals: int | None = None,
    follows: Channel | None = None,
) -> NumberHandle:
    return NumberHandle(
        id=id,
        label=label,
        value=value,
        minimum=axis.least,
        maximum=axis.most,
        step=axis.step,
        decimals=decimal_places(axis.step) if decimals is None else decimals,
        panel=panel,
        at=at,
        color=color,
        limits=(-largest, largest),
        sweep=sweeps.by[id],
        follows=follows,
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
            matrix=_rows(numbers("weight", CLASSES * PIXELS, LARGEST_WEIGHT)),
            # What was typed at one of the two has not reached the other.
            pixels=tuple(
                below if above == before else above
                for below, above, before in zip(column, image, present.pixels, strict=True)
            ),
            bias=numbers("bias", CLASSES, LARGEST_BIAS),
            label=int(str(release.values[LABEL])),
        )
    except (KeyError, ValueError):
        return state
    return with_linear_example(state, example) if 0 <= example.label < CLASSES else state


def score_table(state: ScoreFunctionState, result: ScoreNumbers, t: Text) -> Table:
    """The numbers on screen, a row a class."""
    linear, compared = result.linear, result.compared
    columns: dict[str, Sequence[str | float]] = {"class": class_names(t)}
    headings = {"class": t("data.class")}
    for index, name in enumerate(PIXEL_NAMES):
        columns[f"w{index + 1}"] = linear.matrix[:, index].tolist()
        headings[f"w{index + 1}"] = t("score_function.data.weight", pixel=name)
    for id, values, heading in (
        ("match", linear.matches, t("score_function.data.match")),
        ("bias", linear.bias, t("score_function.data.bias")),
        ("score", linear.scores, t("data.score")),
        ("probability", compared.probabilities, t("data.probability")),
        ("violation", compared.violations, t("data.violation")),
    ):
        columns[id] = values.tolist()
        headings[id] = heading
    return Table(
        columns,
        headings,
        settings={
            "pixels": linear.pixels.tolist(),
            "label": int(compared.labels),
            "margin": state.margin,
            "variant": state.variant,
            "cross_entropy": float(compared.cross_entropy),
            "hinge": float(compared.hinge),
        },
    )


def _readouts(state: ScoreFunctionState, t: Text) -> list[Readout]:
    effects = tuple(t(f"score_function.bias_effect.{effect.name.lower()}") for effect in BiasEffect)
    return [
        Readout(
            "cross_entropy",
            lambda r: r.compared.cross_entropy,
            t("readout.cross_entropy"),
            tone="cross-entropy",
        ),
        Readout("hinge", lambda r: r.compared.hinge, t("readout.hinge"), tone="hinge"),
        Readout(
            "true_probability", lambda r: r.compared.true_probability, t("readout.true_probability")
        ),
        Readout("violation_count", lambda r: r.compared.violation_count, decimals=0),
        Readout("cross_entropy_gradient_norm", lambda r: r.compared.cross_entropy_gradient_norm),
        Readout("last_match", lambda r: r.linear.matches[..., -1], decimals=2),
        Readout("last_score", lambda r: r.linear.scores[..., -1], decimals=2),
        Readout("true_name", lambda r: r.compared.labels, choices=class_names(t)),
        Readout("top_name", lambda r: r.compared.predictions, choices=class_names(t)),
        Readout("match_name", lambda r: r.best_match, choices=class_names(t)),
        Readout(
            "verdict",
            lambda r: r.verdicts,
            label="",
            choices=verdict_texts(state.variant, state.margin, CLASSES, t),
        ),
        Readout("bias_effect", lambda r: r.bias_effects, label="", choices=effects),
    ]
