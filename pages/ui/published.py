"""The table of published examples: what a source prints, and what the lab computes."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from core.examples import EXAMPLES, Example
from pages.ui.text import Text, escape

__all__ = ["published_table"]


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def _outcome(example: Example, t: Text) -> str:
    if example.is_reproduced:
        return t("table.reproduced")
    return t(f"remark.{example.remark}" if example.printed else "table.exact")


def published_table(t: Text) -> None:
    """Show every published example, topic by topic, with its outcome."""
    head = " | ".join(
        t(f"table.{column}") for column in ("source", "input", "printed", "ours", "status")
    )
    lines = [f"| {head} |", "|---|---|---|---|---|"]
    for topic, examples in groupby(EXAMPLES, key=lambda example: example.topic):
        lines.append(f"| **{t(f'topic.{topic}')}** | | | | |")
        for example in examples:
            printed = ", ".join(example.printed).replace("-", "−")
            ours = ", ".join(map(_number, example.values))
            texts = (example.source, example.input.replace(" -", " −"), printed, ours)
            row = " | ".join(escape(text) for text in texts)
            lines.append(f"| {row} | {_outcome(example, t)} |")
    st.markdown("\n".join(lines))
