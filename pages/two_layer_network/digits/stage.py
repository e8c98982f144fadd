"""The digits view of the two-layer network: how it reads an image of the data, or a drawn one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.examples import PRESETS
from core.learning.datasets import IMAGE_SHAPE, Split, digits
from core.losses.activations import softmax
from core.validation import FloatArray
from pages.two_layer_network import LAST_DIGIT, TwoLayerNetworkState
from pages.two_layer_network.digits import panels as figures
from pages.two_layer_network.digits.digit_readings import (
    Mistakes,
    Readings,
    mistakes,
    most_similar_lead,
    read_sample,
)
from pages.two_layer_network.digits.drawn_digits import BITMAP_SHAPE, drawn_digit
from pages.two_layer_network.digits.gallery.component import GalleryItem, gallery
from pages.two_layer_network.digits.pad.component import SHEET_SIZE, WORDS, Drawing, pad
from pages.two_layer_network.written_drawing import EMPTY, Counts
from pages.ui.export import Table
from pages.ui.kit.bars import class_bars
from pages.ui.kit.comparison_panels import probabilities_figure
from pages.ui.kit.handles import stage_words
from pages.ui.kit.theme import MUTED, TARGET
from pages.ui.learning.controls import with_data
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import Setup, data_name
from pages.ui.stage.component import stage
from pages.ui.stage.number_format import format_fixed
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
from pages.ui.text import Text

__all__ = ["digits_table", "digits_view", "image_of", "moved", "reading_of", "with_drawing"]

STEP_HANDLE: Final = "at"
MOST_MISTAKES: Final = 12
DARKEST: Final = 16
"""The ink of a full block."""

HEIGHT: Final = 0.92
"""Leaves room for the timeline on a laptop's screen."""

SHEET: Final = "sheet"
HELD: Final = "held_drawing"
"""Where the session keeps what is on the sheet, and what a line that is being drawn makes of it."""

Mode = Literal["digit", "drawing", "empty"]


@dataclass(frozen=True, eq=False)
class Image:
    """What the network looks at: the ink of each pixel, and the true class, if there is one."""

    counts: Counts
    label: int | None
    bitmap: NDArray[np.bool_] | None = None

    @property
    def mode(self) -> Mode:
        """A digit of the data, an own drawing, or the empty sheet."""
        if self.label is not None:
            return "digit"
        return "drawing" if any(self.counts) else "empty"


def digits_view(state: TwoLayerNetworkState, run: Run, t: Text) -> None:
    """Show how the network of a run reads a digit; offer the digits if it learns something else."""
    if data_name(state) != "digits":
        st.info(t("two_layer_network.digits.other_data"))
        st.button(t("two_layer_network.digits.switch"), on_click=_switch, type="primary")
        return
    image = image_of(state, st.session_state.get(SHEET), st.session_state.get(HELD))
    reading = reading_of(state, run, image)
    chooser, shown = st.columns([1, 3], gap="medium")
    with chooser:
        _source_control(state, t)
        if image.mode == "digit":
            _digit_controls(state, run.setup, t)
            _mistakes(state, run, reading.record, t)
        else:
            _sheet(image, reading, t)
    with shown:
        _stage(state, run, image, reading, t)
        _published(run, reading.record, t)
        if run.setup.objective.loss != "cross_entropy":
            st.caption(t("two_layer_network.digits.other_loss"))


# ---- what is read ------------------------------------------------------------------------------


def image_of(
    state: TwoLayerNetworkState, sheet: NDArray[np.bool_] | None = None, held: Counts | None = None
) -> Image:
    """Give the image of a state; of a drawing also its bitmap, if it is the one on the sheet."""
    if state.drawing is None:
        digit = state.digit or 0
        counts = np.rint(DARKEST * digits().points[digit]).astype(int)
        return Image(tuple(counts.tolist()), int(digits().labels[digit]))
    shown = state.drawing if held is None else held
    on_sheet, bitmap = _normalised(sheet)
    return Image(shown, None, bitmap if on_sheet == shown else None)


def _normalised(sheet: NDArray[np.bool_] | None) -> tuple[Counts, NDArray[np.bool_]]:
    if sheet is None or not sheet.any():
        return EMPTY, np.zeros(BITMAP_SHAPE, dtype=bool)
    drawn = drawn_digit(sheet)
    return tuple(drawn.counts.reshape(-1).tolist()), drawn.bitmap


@dataclass(frozen=True, eq=False)
class Reading:
    """An image read at every recorded step of a run, and which of the records is shown."""

    steps: tuple[int, ...]
    readings: Readings
    record: int

    @property
    def scores(self) -> FloatArray:
        """The scores at the step that is shown."""
        return np.asarray(self.readings.scores[self.record])

    @property
    def probabilities(self) -> FloatArray:
        """The probabilities at the step that is shown."""
        return np.asarray(self.readings.probabilities[self.record])


def reading_of(state: TwoLayerNetworkState, run: Run, image: Image) -> Reading:
    """Read an image at every recorded step."""
    records = run.training.records
    pixels = np.array(image.counts) / DARKEST
    return Reading(
        tuple(record.step for record in records),
        read_sample([record.parameters for record in records], pixels),
        run.record_at(state.at),
    )


def digits_table(state: TwoLayerNetworkState, run: Run, t: Text) -> Table:
    """The numbers on screen, a row a class."""
    image = image_of(state)
    reading = reading_of(state, run, image)
    columns = {"score": reading.scores, "probability": reading.probabilities}
    return Table(
        columns={
            "class": digits().names,
            **{name: values.tolist() for name, values in columns.items()},
        },
        headings={name: t(f"data.{name}") for name in ("class", *columns)},
        settings={
            "image": list(image.counts),
            "label": image.label,
            "step": reading.steps[reading.record],
        },
    )


# ---- the stage -----------------------------------------------------------------------------------


def _stage(state: TwoLayerNetworkState, run: Run, image: Image, reading: Reading, t: Text) -> None:
    names = digits().names
    swept = {
        **figures.places(reading.readings, image.label),
        **_label_places(run.setup, reading.readings, image.label),
    }
    now: dict[Place, Numbers] = {
        **{place: values[reading.record] for place, values in swept.items()},
        **figures.target_places(image.label),
        figures.IMAGE: np.array(image.counts, np.uint8),
    }
    if image.bitmap is not None:
        now[figures.BITMAP] = figures.bitmap_levels(image.bitmap)
    words = _readouts(image, names, t)
    units = reading.readings.hidden.shape[1]
    lowest, highest = figures.score_range(reading.readings.scores)
    stage(
        "network_digits",
        panels=_panels(state, image, reading, words, now, (lowest, highest), t),
        handles=[_timeline(reading, swept, t)] if len(reading.steps) > 1 else [],
        readouts=words,
        marks=figures.marks(lowest, len(names)),
        pictures=figures.pictures(units, has_bitmap=image.bitmap is not None),
        now=now,
        on_release=_adopt,
        labels=stage_words(t),
        pinned=True,
    )


def _label_places(setup: Setup, readings: Readings, label: int | None) -> dict[Place, Numbers]:
    """What can be told only of a digit whose class is known, at each step."""
    if label is None:
        return {"verdict": np.zeros(len(readings.scores))}
    labels = np.full(len(readings.scores), label)
    return {
        "true_probability": readings.probabilities[:, label],
        "sample_loss": setup.objective.data_loss(readings.scores, labels).per_sample,
        "verdict": (readings.ranking[:, 0] != label).astype(np.float64),
    }


def _timeline(reading: Reading, swept: Mapping[Place, Numbers], t: Text) -> Handle:
    return Handle(
        id=STEP_HANDLE,
        label=t("two_layer_network.digits.step"),
        value=float(reading.steps[reading.record]),
        minimum=0.0,
        maximum=float(reading.steps[-1]),
        decimals=0,
        mark="timeline",
        axis="x",
        grid=tuple(map(float, reading.steps)),
        limits=(0.0, float(reading.steps[-1])),
        sweep=swept,
    )


def _readouts(image: Image, names: tuple[str, ...], t: Text) -> list[Readout]:
    is_digit = image.mode == "digit"
    shown = (
        *(("true_probability", "sample_loss") if is_digit else ("top_probability",)),
        "lead",
        "duel",
    )
    numbers = [Readout(id, label=t(f"two_layer_network.digits.readout.{id}")) for id in shown]
    hidden = [
        Readout("active_units", decimals=0),
        *(Readout(id, significant=3) for id in ("top_score", "second_score")),
        *(Readout(id, choices=names) for id in ("top_name", "second_name")),
        *([Readout("top_probability")] if is_digit else []),
    ]
    outcomes = ("right", "wrong") if is_digit else (image.mode,)
    truth = {} if image.label is None else {"truth": names[image.label]}
    verdicts = tuple(
        t(f"two_layer_network.digits.verdict.{outcome}", **truth) for outcome in outcomes
    )
    return [*numbers, *hidden, Readout("verdict", label="", choices=verdicts)]


def _panels(
    state: TwoLayerNetworkState,
    image: Image,
    reading: Reading,
    words: Sequence[Readout],
    now: Mapping[Place, Numbers],
    score_range: tuple[float, float],
    t: Text,
) -> list[Panel]:
    names = digits().names
    units = reading.readings.hidden.shape[1]
    has_bitmap = image.bitmap is not None
    numbers = {
        "scores": [format_fixed(float(score), 1) for score in reading.scores],
        "probabilities": [format_fixed(float(p), 3) for p in reading.probabilities],
    }
    listings = {
        id: ", ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
        for id, texts in numbers.items()
    }
    title = "bitmap" if has_bitmap else image.mode
    values = {"index": state.digit or 0, "units": units, "truth": names[image.label or 0]}

    def alt(id: str, **more: object) -> str:
        return spoken(words, now, t(f"two_layer_network.digits.alt.{id}", **more))

    return [
        Panel(
            id="image",
            figure=figures.image_figure(has_bitmap),
            title=t(f"two_layer_network.digits.panel.{title}", **values),
            alt=alt(image.mode, **values),
            ratio=figures.image_ratio(has_bitmap),
            height=HEIGHT,
        ),
        Panel(
            id="hidden",
            figure=figures.hidden_figure(units),
            title=t("two_layer_network.digits.panel.hidden", **values),
            alt=alt("hidden", **values),
            height=HEIGHT,
        ),
        Panel(
            id="scores",
            figure=class_bars(names, *score_range),
            title=t("two_layer_network.digits.panel.scores"),
            alt=alt("scores", values=listings["scores"]),
            legend=()
            if image.label is None
            else (LegendEntry(t("two_layer_network.digits.flag"), MUTED, "none"),),
            height=HEIGHT,
        ),
        Panel(
            id="probabilities",
            figure=probabilities_figure(names),
            title=t("two_layer_network.digits.panel.probabilities"),
            alt=alt("probabilities", values=listings["probabilities"]),
            legend=() if image.label is None else (LegendEntry(t("legend.t"), TARGET, "outline"),),
            height=HEIGHT,
        ),
    ]


def moved(state: TwoLayerNetworkState, release: Release) -> TwoLayerNetworkState:
    """The state after a release; the same state if the message makes no sense."""
    try:
        at = int(float(str(release.values[STEP_HANDLE])))
    except (KeyError, ValueError, OverflowError):
        return state
    return replace(state, at=at) if at >= 0 else state


def _adopt(release: Release) -> None:
    write_state(moved(read_state(TwoLayerNetworkState)[0], release))


# ---- what is chosen ------------------------------------------------------------------------------


def _switch() -> None:
    write_state(with_data(read_state(TwoLayerNetworkState)[0], "digits"))


def _source_control(state: TwoLayerNetworkState, t: Text) -> None:
    key, options = "digit_source", ("data", "drawing")
    st.session_state[key] = options[state.drawing is not None]

    def chosen() -> None:
        is_drawing = (st.session_state[key] or options[state.drawing is not None]) == "drawing"
        sheet: NDArray[np.bool_] | None = st.session_state.get(SHEET)
        st.session_state.pop(HELD, None)
        present = read_state(TwoLayerNetworkState)[0]
        write_state(replace(present, drawing=_normalised(sheet)[0] if is_drawing else None))

    st.segmented_control(
        t("two_layer_network.digits.source"),
        options,
        format_func=lambda name: t(f"two_layer_network.digits.source_{name}"),
        key=key,
        on_change=chosen,
        label_visibility="collapsed",
        width="stretch",
    )


def _show(digit: int) -> None:
    write_state(
        replace(read_state(TwoLayerNetworkState)[0], digit=digit % (LAST_DIGIT + 1), drawing=None)
    )


def _digit_controls(state: TwoLayerNetworkState, setup: Setup, t: Text) -> None:
    key, digit = "digit", state.digit or 0
    st.session_state[key] = digit
    st.number_input(
        t("two_layer_network.digits.index", last=LAST_DIGIT),
        min_value=0,
        max_value=LAST_DIGIT,
        step=1,
        key=key,
        on_change=lambda: _show(st.session_state[key]),
    )
    with st.container(horizontal=True, gap="small"):
        for name, change in (("previous", -1), ("next", 1)):
            st.button(
                t(f"two_layer_network.digits.{name}"),
                on_click=_show,
                args=(digit + change,),
                width="stretch",
            )
    part = "held_out" if digit in _held_out(setup)[1] else "train"
    st.caption(t(f"two_layer_network.digits.part.{part}"))


def _mistakes(state: TwoLayerNetworkState, run: Run, record: int, t: Text) -> None:
    parts, _ = _held_out(run.setup)
    if parts is None:
        return
    found = mistakes(run.training.model_at(record), parts.held_out)
    count, whole = len(found.samples), parts.held_out.size
    if not count:
        st.markdown(t("two_layer_network.digits.no_mistakes", whole=whole))
        return
    kind = "mistakes" if count <= MOST_MISTAKES else "worst_mistakes"
    st.markdown(
        t(f"two_layer_network.digits.{kind}", count=count, whole=whole, shown=MOST_MISTAKES)
    )
    gallery(
        "network_digits_mistakes",
        _gallery_items(state, parts, found, t),
        shape=IMAGE_SHAPE,
        levels=DARKEST,
        on_chosen=_show,
    )


def _gallery_items(
    state: TwoLayerNetworkState, parts: Split, found: Mistakes, t: Text
) -> list[GalleryItem]:
    names = digits().names
    items: list[GalleryItem] = []
    for place in range(min(MOST_MISTAKES, len(found.samples))):
        sample = int(found.samples[place])
        index = int(parts.held_out_indices[sample])
        truth, prediction = names[found.labels[place]], names[found.predictions[place]]
        probability = format_fixed(float(found.probabilities[place]), 3)
        ink = np.rint(DARKEST * parts.held_out.points[sample]).astype(int)
        items.append(
            GalleryItem(
                name=index,
                ink=tuple(ink.tolist()),
                caption=f"{truth} → {prediction}",
                note=f"p {probability}",
                spoken=t(
                    "two_layer_network.digits.mistake",
                    index=index,
                    truth=truth,
                    prediction=prediction,
                    probability=probability,
                ),
                is_chosen=index == (state.digit or 0),
            )
        )
    return items


@lru_cache(maxsize=4)
def _held_out(setup: Setup) -> tuple[Split | None, frozenset[int]]:
    """The parts of the data, and which digits are held out."""
    parts = setup.split()
    return parts, frozenset(() if parts is None else parts.held_out_indices.tolist())


def with_drawing(state: TwoLayerNetworkState, drawing: Drawing) -> TwoLayerNetworkState:
    """The state after something was drawn."""
    return replace(state, drawing=_normalised(drawing.ink)[0])


def _sheet(image: Image, reading: Reading, t: Text) -> None:
    def drawn(drawing: Drawing) -> None:
        st.session_state[SHEET] = drawing.ink
        state = with_drawing(read_state(TwoLayerNetworkState)[0], drawing)
        # A line that is not finished is no state to come back to.
        if drawing.is_held:
            st.session_state[HELD] = state.drawing
        else:
            st.session_state.pop(HELD, None)
            write_state(state)

    pad(
        "network_digits_sheet",
        ink=st.session_state.get(SHEET),
        labels={word: t(f"two_layer_network.digits.pad.{word}") for word in WORDS},
        on_drawn=drawn,
    )
    # On a phone the stage is out of sight while the hand draws.
    if image.mode == "drawing":
        best = int(reading.probabilities.argmax())
        probability = format_fixed(float(reading.probabilities[best]), 3)
        name = digits().names[best]
        st.markdown(t("two_layer_network.digits.answer", name=name, probability=probability))
    else:
        st.markdown(t("two_layer_network.digits.no_answer"))
    st.caption(t("two_layer_network.digits.out_of_distribution"))
    with st.expander(t("two_layer_network.digits.how")):
        st.markdown(t("two_layer_network.digits.how_text", size=SHEET_SIZE))


def _published(run: Run, record: int, t: Text) -> None:
    """The published moment, and a digit of the run that repeats it."""
    scores = next(preset.scores for preset in PRESETS if preset.id == "digits")
    lead = scores[1] - scores[0]
    low, high = (format_fixed(float(p), 5) for p in softmax(scores))
    st.caption(
        t("two_layer_network.digits.published", low=low, high=high, lead=format_fixed(lead, 1))
    )
    parts, _ = _held_out(run.setup)
    if parts is None:
        return

    def similar() -> None:
        model = run.training.model_at(record)
        place = most_similar_lead(model, parts.held_out, winner=2, lead=lead)
        _show(int(parts.held_out_indices[place]))

    st.button(t("two_layer_network.digits.similar", lead=format_fixed(lead, 1)), on_click=similar)
