"""Published examples in words: what a source prints, and what the lab computes."""

from __future__ import annotations

import re

import streamlit as st

from core.examples import EXAMPLES
from core.published_example import PublishedExample
from pages.ui.stage.number_format import format_given
from pages.ui.state.address import change
from pages.ui.state.state import State
from pages.ui.text import Text, escape

__all__ = ["computed_by", "input_of", "outcome_of", "printed_in", "show_published", "source_of"]


def source_of(example: PublishedExample, t: Text) -> str:
    """Name the source."""
    name = re.sub(r"\W+", "_", example.source.lower()).strip("_")
    return escape(t(f"published.source.{name}"))


def input_of(example: PublishedExample, t: Text) -> str:
    """Write what goes in; what has words in it is translated."""
    key, known = f"published.input.{example.id}", t.keys()
    return escape(t(key) if key in known else example.input.replace(" -", " −"))


def printed_in(example: PublishedExample) -> str:
    """Write the figures of the source."""
    return escape(", ".join(example.printed).replace("-", "−"))


def computed_by(example: PublishedExample) -> str:
    """Write the figures of the core."""
    return escape(", ".join(map(format_given, example.values)))


def outcome_of(example: PublishedExample, t: Text) -> str:
    """Say whether they agree, or why they do not."""
    if example.is_reproduced:
        if example.allowance:
            return t("table.in_range", allowance=format_given(example.allowance))
        return t("table.reproduced")
    return t(f"remark.{example.remark}" if example.printed else "table.exact")


def show_published(state: State, t: Text) -> None:
    """Tell what the source prints of the example that the lesson was opened with."""
    example = next((one for one in EXAMPLES if one.id == state.published), None)
    if example is None:
        return
    words = {
        "input": input_of(example, t),
        "printed": printed_in(example),
        "ours": computed_by(example),
        "outcome": outcome_of(example, t).rstrip(".。"),
    }
    with st.container(key="published", horizontal=True, vertical_alignment="center"):
        sentence = t("guide.published_line" if example.printed else "guide.not_printed", **words)
        st.markdown(f"{t('guide.published', source=source_of(example, t))}  \n{sentence}")
        st.button(
            t("guide.close"),
            key="published_close",
            on_click=change,
            args=(state,),
            kwargs={"published": None},
            type="tertiary",
        )
