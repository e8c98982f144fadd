"""A Chinese page is in Chinese: no English word but names, on any lesson, in any of its tabs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.lessons import lessons
from tests.apptest import headers, opened, tab

NAMES = {
    *("logit", "lab", "cs", "svm", "softmax", "sigmoid", "argmax", "relu", "ovr", "csv", "json"),
    *(
        "numpy",
        "nan",
        "adam",
        "sgd",
        "xor",
        "english",
        "nist",
        "png",
        "svg",
        "utf",
        "float",
        "dlfs",
    ),
    *("weston", "watkins", "crammer", "singer", "ieee", "axis", "true", "keepdims", "shape"),
    *("exp", "log", "max", "min", "nat", "bit", "inf", "mask", "dscores", "one", "hot", "not"),
    *(
        "lambda",
        "epoch",
        "batch",
        "mini",
        "elastic",
        "net",
        "number",
        "sum",
        "rifkin",
        "klautau",
        "delete",
        "shift",
        "sign",
    ),
}
"""Names, functions and keys; and the English terms that a Chinese text names once, in brackets."""
SOURCES = re.compile("来源：.*")
UNTRANSLATED = re.compile(
    r"""(?x) \$\$.*?\$\$ | \$[^$]*\$ | \\[A-Za-z]+  # formulas
    | `[^`]*`                                    # code
    | \]\([^)]*\) | </?[a-z][^>]*>               # addresses of links, markup
    | \{\w*\}                                    # what the browser fills
    """,
    flags=re.DOTALL,
)
WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{3,}")


def in_stage(header: Mapping[str, Any]) -> Iterator[str]:
    """What a stage shows and speaks."""
    yield from header["labels"].values()
    for panel in header["panels"]:
        yield panel["title"]
        yield panel["alt"]
        yield from (entry[0] for entry in panel["legend"])
        yield from in_figure(json.loads(panel["figure"]))
    for readout in header["readouts"]:
        yield readout["label"] or ""
        yield from readout["choices"] or ()
    for handle in header["handles"]:
        yield handle["label"]
        yield from handle.get("names") or ()
    yield from (mark["prefix"] for mark in header["marks"] if mark.get("prefix"))


def in_figure(figure: Any) -> Iterator[str]:
    """Titles, ticks and notes of a figure."""
    if isinstance(figure, dict):
        for key, value in figure.items():
            if key in ("text", "ticktext", "name") and not isinstance(value, dict):
                yield from [value] if isinstance(value, str) else map(str, value)
            else:
                yield from in_figure(value)
    elif isinstance(figure, list):
        for value in figure:
            yield from in_figure(value)


def in_page(app: AppTest) -> Iterator[str]:
    """What Streamlit shows: prose, and every control with its help and its choices."""
    for kind in ("title", "markdown", "caption", "warning", "error", "info"):
        yield from (entry.value for entry in getattr(app, kind))
    for kind in ("markdown", "selectbox", "number_input", "text_input", "toggle", "button"):
        for entry in getattr(app, kind):
            yield getattr(entry.proto, "help", "")
            yield getattr(entry, "label", None) or ""
    for entry in (*app.selectbox, *app.button_group):
        yield from entry.options
    for entry in app.selectbox:
        yield entry.proto.placeholder
    for entry in app.dataframe:
        shown = json.loads(entry.proto.columns or "{}").values()
        yield from (column.get("label") or "" for column in shown)
    yield from (link.proto.label for link in app.get("page_link"))
    for header in headers(app):
        yield from in_stage(header)


def english(text: str) -> set[str]:
    words = WORD.findall(UNTRANSLATED.sub(" ", SOURCES.sub(" ", text)))
    return {word for word in words if word.lower() not in NAMES}


@pytest.mark.parametrize("lesson", lessons())
def test_no_english_word_is_on_a_chinese_page(lesson: str) -> None:
    app = opened(lesson, lang="zh")
    texts = [*in_page(app)]
    if lessons()[lesson].part is not None:
        for name in ("scenes", "why", "data", "words"):
            texts += in_page(tab(app, lesson, name, "zh"))
    found = {word: text[:160] for text in texts for word in english(text)}
    assert not found


def test_what_a_reader_types_stays_as_it_is() -> None:
    app = opened("hinge", lang="zh", z="1,2,3", names="cat,Katze,frog")
    names = next(handle["names"] for handle in headers(app)[0]["handles"] if handle.get("names"))
    assert names == ["cat", "Katze", "frog"]
