"""The digits view on its page: what is read is chosen, drawn, or found among the mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.learning.datasets import IMAGE_SHAPE, Split, digits
from core.losses.activations import softmax
from core.presets import PRESETS
from pages.two_layer_network import LAST_DIGIT, TwoLayerNetworkState
from pages.two_layer_network.digits.digit_readings import Mistakes, mistakes, most_similar_lead
from pages.two_layer_network.digits.gallery.component import GalleryItem, gallery
from pages.two_layer_network.digits.numbers import DARKEST, image_of, normalised
from pages.two_layer_network.digits.pad.component import SHEET_SIZE, WORDS, Drawing, pad
from pages.two_layer_network.digits.panels import DigitView
from pages.two_layer_network.digits.stage import shown_digits, view_of
from pages.ui.guide.guide import Shown
from pages.ui.learning.controls import with_data
from pages.ui.learning.runs import Run
from pages.ui.learning.setups import Setup, data_name
from pages.ui.stage.number_format import format_fixed
from pages.ui.state.address import change, is_presented, read_state, write_state
from pages.ui.text import Text

__all__ = ["around_digits", "beside_sheet", "digit_in_hand", "with_drawing"]

MOST_MISTAKES: Final = 12

SHEET: Final = "sheet"
HELD: Final = "held_drawing"
"""Where the session keeps what is on the sheet, and what a line that is being drawn makes of it."""


def digit_in_hand(state: TwoLayerNetworkState, run: Run, target: int, t: Text) -> list[Shown]:
    """Lay out how a digit is read, or what is being drawn; nothing, if something else is learnt."""
    if data_name(state) != "digits":
        return []
    is_drawing = st.session_state.get(HELD) is not None
    is_complete = run.is_over(target) and not is_drawing
    return [shown_digits(_view(state, run), t, is_complete=is_complete)]


def around_digits(state: TwoLayerNetworkState, run: Run, draw: Callable[[], None], t: Text) -> None:
    """Draw the stage beside what chooses a digit; offer the digits if something else is learnt."""
    if data_name(state) != "digits":
        st.info(t("two_layer_network.digits.other_data"))
        st.button(t("two_layer_network.digits.switch"), on_click=_switch, type="primary")
        return
    if is_presented():
        draw()
        return
    chooser, shown = st.columns([1, 3], gap="medium")
    view = _view(state, run)
    with chooser:
        _source_control(state, t)
        if view.image.mode == "digit":
            _digit_controls(state, run.setup, t)
            _mistakes(state, run, view.record, t)
        else:
            _sheet(view, t)
    with shown:
        draw()
        _published(run, view.record, t)
        if run.setup.objective.loss != "cross_entropy":
            st.caption(t("two_layer_network.digits.other_loss"))


def beside_sheet(state: TwoLayerNetworkState, run: Run, draw: Callable[[], None], t: Text) -> None:
    """Draw the stage in a scene: of a drawing, beside the sheet."""
    if state.drawing is None or is_presented():
        draw()
        return
    sheet, shown = st.columns([2, 5], gap="medium")
    with sheet:
        _pad(t)
    with shown:
        draw()


def _view(state: TwoLayerNetworkState, run: Run) -> DigitView:
    image = image_of(state, st.session_state.get(SHEET), st.session_state.get(HELD))
    return view_of(state, run, image)


def _switch() -> None:
    write_state(with_data(read_state(TwoLayerNetworkState)[0], "digits"))


def _source_control(state: TwoLayerNetworkState, t: Text) -> None:
    key, options = "digit_source", ("data", "drawing")
    st.session_state[key] = options[state.drawing is not None]

    def chosen() -> None:
        is_drawing = (st.session_state[key] or options[state.drawing is not None]) == "drawing"
        sheet: NDArray[np.bool_] | None = st.session_state.get(SHEET)
        st.session_state.pop(HELD, None)
        change(state, drawing=normalised(sheet)[0] if is_drawing else None)

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
    found = mistakes(run.model_at(record), parts.held_out)
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
    return replace(state, drawing=normalised(drawing.ink)[0])


def _pad(t: Text) -> None:
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


def _sheet(view: DigitView, t: Text) -> None:
    _pad(t)
    # On a phone the stage is out of sight while the hand draws.
    if view.image.mode == "drawing":
        probabilities = view.now.probabilities
        best = int(probabilities.argmax())
        probability = format_fixed(float(probabilities[best]), 3)
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
        model = run.model_at(record)
        place = most_similar_lead(model, parts.held_out, winner=2, lead=lead)
        _show(int(parts.held_out_indices[place]))

    st.button(t("two_layer_network.digits.similar", lead=format_fixed(lead, 1)), on_click=similar)
