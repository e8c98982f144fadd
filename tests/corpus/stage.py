"""What a stage tells: its message, read and written out as the browser does.

`read` is the one place that knows how the message is laid out.
"""

from __future__ import annotations

import base64
import json
import math
import re
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pages.ui.stage.number_format import (
    format_compact,
    format_fixed,
    format_given,
    format_significant,
)

Values = Sequence[float]


@dataclass(frozen=True)
class Stage:
    """A message, read: what is told, and the numbers that fill it.

    ``now`` holds the numbers of every place by its number, ``names`` the number of the place that a
    readout shows. ``ends`` gives, for each handle that tabulates, the same numbers at both ends of
    its way.
    """

    panels: Sequence[Mapping[str, Any]]
    handles: Sequence[Mapping[str, Any]]
    readouts: Sequence[Mapping[str, Any]]
    marks: Sequence[Mapping[str, Any]]
    spots: Mapping[int, tuple[str, int, str]]
    now: Mapping[int, Values]
    names: Mapping[str, int]
    ends: Mapping[str, tuple[Mapping[int, Values], Mapping[int, Values]]]


def read(message: bytes) -> Stage:
    """Read a message: the length of its header, the header as JSON, the columns of the sweeps."""
    (length,) = struct.unpack_from("<I", message)
    header = json.loads(message[4 : 4 + length])
    table = np.frombuffer(message, "<f8", header["pools"]["numbers"], 4 + length)
    # JSON has no word for infinities and NaN.
    now = {i: [_revived(v) for v in values] for i, values in enumerate(header["now"])}
    places = dict(enumerate(header["places"]))
    handles = header["handles"]
    return Stage(
        panels=[{**panel, "figure": json.loads(panel["figure"])} for panel in header["panels"]],
        handles=handles,
        readouts=header["readouts"],
        marks=header["marks"],
        spots={i: tuple(place.values()) for i, place in places.items() if place["panel"]},
        now=now,
        names={place["attribute"]: i for i, place in places.items() if place["panel"] is None},
        ends={
            h["label"]: (_row(h, table, now, 0), _row(h, table, now, -1))
            for h in handles
            if h["forms"] is None  # in the plane there are no two ends
        },
    )


def _row(
    handle: Mapping[str, Any], table: np.ndarray, now: Mapping[int, Values], row: int
) -> Mapping[int, Values]:
    shown = {place: list(values) for place, values in now.items()}
    for start, filled in zip(handle["starts"], handle["columns"], strict=True):
        for place, index in filled:
            shown[place][index] = float(table[start + row % handle["rows"]])
    return shown


def _revived(value: float | str | None) -> float:
    return math.nan if value is None else float(value)


def told(message: bytes, *, whole: bool = False) -> dict[str, Any]:
    """Give what a stage tells: readouts, sentences, panels and handles.

    With ``whole``, also what stays the same in most addresses of a lesson, such as its legends, and
    what both ends of each drag tell.
    """
    stage = read(message)
    readouts, sentences = _readouts(stage, stage.now)
    tells: dict[str, Any] = {
        "readouts": readouts,
        "sentences": sentences,
        "panels": [_panel(stage, panel, whole) for panel in stage.panels],
        "handles": [_handle(handle) for handle in stage.handles],
    }
    if whole:
        lines = [*readouts, *sentences]
        tells["drags"] = [
            f"{label} {end}: {line}"
            for label, ends in stage.ends.items()
            for end, shown in zip(("least", "most"), ends, strict=True)
            for line in [entry for part in _readouts(stage, shown) for entry in part]
            if line not in lines
        ]
    return tells


def _readouts(stage: Stage, shown: Mapping[int, Values]) -> tuple[list[str], list[str]]:
    """Numbers as ``label: text``; sentences as they are, strong words between ``**``."""
    labelled = [readout for readout in stage.readouts if readout["label"] is not None]
    return (
        [
            f"{readout['label']}: {_word(stage, shown, readout)}"
            for readout in labelled
            if readout["choices"] is None
        ],
        [
            _filled(stage, shown, _word(stage, shown, readout))
            for readout in labelled
            if readout["choices"] is not None
        ],
    )


def _word(stage: Stage, shown: Mapping[int, Values], readout: Mapping[str, Any]) -> str:
    value = shown[stage.names[readout["id"]]][0]
    if readout["choices"] is not None:
        return readout["choices"][int(value)]
    if value == math.inf:
        return readout["beyond"]
    if readout["significant"] is not None:
        return format_significant(value, readout["significant"], trimmed=True)
    return format_fixed(value, readout["decimals"])


def _filled(stage: Stage, shown: Mapping[int, Values], text: str) -> str:
    readouts = {readout["id"]: readout for readout in stage.readouts}
    return re.sub(
        r"\{(\w+)\}",
        lambda found: _word(stage, shown, readouts[found[1]]) if found[1] in readouts else found[0],
        text,
    )


def _panel(stage: Stage, panel: Mapping[str, Any], whole: bool) -> dict[str, Any]:
    """Title and spoken description, what is written on the panel, and the sum of its traces."""
    written = sorted(
        text for mark in stage.marks if mark["panel"] == panel["id"] for text in _mark(stage, mark)
    )
    tells = {
        "title": _filled(stage, stage.now, panel["title"]),
        "alt": panel["alt"],
        "written": " · ".join(text for *_, text in written),
        "drawn": _drawn(stage, panel),
    }
    if whole:
        tells["legend"] = " · ".join(entry[0] for entry in panel["legend"])
        tells["words"] = " · ".join(sorted(set(_words(panel["figure"]))))
    return {name: text for name, text in tells.items() if text}


def _mark(stage: Stage, mark: Mapping[str, Any]) -> Iterator[tuple[float, float, str]]:
    """Give the texts of a mark, each with its place: from left to right, from top to bottom."""
    if mark["kind"] in ("dot", "ring"):
        return

    def values(source: int | Values) -> Values:
        return stage.now[source] if isinstance(source, int) else source

    told = values(mark["y"] if mark["numbers"] is None else mark["numbers"])
    for i, (x, y) in enumerate(zip(values(mark["x"]), values(mark["y"]), strict=True)):
        text = _mark_text(mark, told[i] if i < len(told) else math.nan, i)
        if math.isfinite(x) and math.isfinite(y) and text:
            yield round(x, 6), -round(y, 6), text


def _mark_text(mark: Mapping[str, Any], value: float, index: int) -> str:
    if mark["choices"] is not None:
        choices = mark["choices"]
        return choices[int(value)] if value in range(len(choices)) else ""
    if math.isnan(value):
        return "NaN" if mark["kind"] == "cell" else ""
    if mark["significant"] is not None:
        return mark["prefix"] + format_significant(value, mark["significant"])
    if mark["digits"] is not None:
        return mark["prefix"] + format_compact(value, mark["digits"])
    decimals = mark["decimals"][index % len(mark["decimals"])]
    return mark["prefix"] + format_fixed(value, decimals, digits=max(1, decimals - 2))


def _words(figure: Mapping[str, Any]) -> Iterator[str]:
    """Titles and ticks of the axes, annotations."""
    layout = figure["layout"]
    texts = [note.get("text") for note in layout.get("annotations", ())]
    for name, axis in layout.items():
        if re.fullmatch(r"[xy]axis\d*", name):
            texts += [axis.get("title", {}).get("text"), *(axis.get("ticktext") or ())]
    yield from (re.sub("<[^>]*>", "", str(text)) for text in texts if text)


def _drawn(stage: Stage, panel: Mapping[str, Any]) -> str:
    """How many numbers the traces of a panel draw, and the sum of their sizes.

    So a curve is known again, whatever its trace is called.
    """
    traces = [dict(trace) for trace in panel["figure"]["data"]]
    for place, (id, trace, attribute) in stage.spots.items():
        if id == panel["id"]:
            traces[trace][attribute] = stage.now[place]
    sums = []
    for axis in "xy":
        values = np.abs([v for trace in traces for v in _finite(trace.get(axis))])
        if len(values):
            sums.append(f"{axis}: {len(values)} numbers, {values.sum():.4g}")
    return "; ".join(sums)


def _finite(given: Any) -> list[float]:
    if isinstance(given, Mapping):  # Plotly packs the numbers of an array
        return _finite(np.frombuffer(base64.b64decode(given["bdata"]), given["dtype"]).tolist())
    flat = np.ravel(np.array([] if given is None else given, dtype=object)).tolist()
    return [float(v) for v in flat if isinstance(v, int | float) and math.isfinite(v)]


def _handle(handle: Mapping[str, Any]) -> str:
    """As a screen reader speaks it: label, value, least and largest value."""
    value = handle["value"]

    def spoken(number: float) -> str:
        fixed = format_fixed(number, handle["decimals"])
        is_on_grid = round(number, handle["decimals"]) == number
        return fixed if is_on_grid or handle["follows"] is not None else format_given(number)

    text = (
        handle["names"][int(value)]
        if handle["names"]
        else ", ".join(map(spoken, np.ravel(value).tolist()))
    )
    ends = [
        ", ".join(f"{end:.10g}".replace("-", "−") for end in np.ravel(given))
        for given in (handle["minimum"], handle["maximum"])
    ]
    return f"{handle['label']}: {text} ({ends[0]} to {ends[1]})"
