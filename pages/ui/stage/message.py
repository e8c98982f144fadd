"""Packs a stage into the one binary message that the browser reads."""

from __future__ import annotations

import json
import math
import struct
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import numpy as np
import plotly
import plotly.graph_objects as go

from pages.ui.stage.vocabulary import (
    Handle,
    Mark,
    Numbers,
    Panel,
    Picture,
    Place,
    Readout,
    Spot,
)

__all__ = ["PLOTLY_URL", "pack"]

PLOTLY_URL = f"plotly.min.js?v={plotly.__version__}-eager"
"""Where the app serves Plotly's own script, relative to its root; a new version is a new URL."""

_NUMBER_BYTES: Final = 8


def _number(value: float) -> float | str | None:
    # JSON has no word for these.
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _numbers(values: Numbers) -> Sequence[float | str | None]:
    flat = np.ravel(values)
    return flat.tolist() if np.isfinite(flat).all() else [_number(v) for v in flat.tolist()]


_written: dict[int, tuple[weakref.ref[go.Figure], str]] = {}


def _figure_json(figure: go.Figure) -> str:
    """Write a figure; one that its builder keeps for the next run is written only once."""
    key = id(figure)
    if key in _written and _written[key][0]() is figure:
        return _written[key][1]
    text = str(figure.to_json(validate=False))
    _written[key] = (weakref.ref(figure, lambda _: _written.pop(key, None)), text)
    return text


def _columns(
    handle: Handle, place_index: Mapping[Place, int], now: Mapping[Place, Numbers]
) -> dict[bytes, list[tuple[int, int]]]:
    """Columns of a sweep that differ from what is shown now, each with every spot that it fills.

    Many are equal, such as p as a bar and p as its label, or the halves of a symmetric matrix.
    """
    columns: dict[bytes, list[tuple[int, int]]] = {}
    for place, swept in handle.sweep.items():
        if _is_pixels(swept):
            continue
        table = np.asarray(swept, dtype="<f8").reshape(len(swept), -1)
        present = np.ravel(now[place])
        _require_shape(handle, place, table, present)
        same = (table == present) | (np.isnan(table) & np.isnan(present))
        for index in np.flatnonzero(~same.all(axis=0)).tolist():
            columns.setdefault(table[:, index].tobytes(), []).append((place_index[place], index))
    return columns


def _is_pixels(values: Numbers) -> bool:
    return values.dtype == np.uint8


def _require_shape(handle: Handle, place: Place, table: Numbers, present: Numbers) -> None:
    if table.shape != (handle.rows, present.size):
        raise ValueError(
            f"sweep of handle {handle.id!r} at {place} has shape {table.shape}; "
            f"expected {(handle.rows, present.size)}"
        )


def _films(
    handle: Handle, place_index: Mapping[Place, int], now: Mapping[Place, Numbers]
) -> dict[int, bytes]:
    """Every picture of a sweep that changes: all its frames, one after the other."""
    films: dict[int, bytes] = {}
    for place, swept in handle.sweep.items():
        if not _is_pixels(swept):
            continue
        frames, present = swept.reshape(len(swept), -1), np.ravel(now[place])
        _require_shape(handle, place, frames, present)
        if (frames != present).any():
            films[place_index[place]] = frames.tobytes()
    return films


def _pack_handle(
    handle: Handle, place_index: Mapping[Place, int], now: Mapping[Place, Numbers]
) -> tuple[dict[str, Any], list[bytes], list[bytes]]:
    """Header entry of a handle, the columns of its sweep, and its films."""
    columns = _columns(handle, place_index, now)
    films = _films(handle, place_index, now)
    focus = None
    if handle.focus is not None:
        focus = [[place_index[place], _numbers(values)] for place, values in handle.focus.items()]
    header = {
        "id": handle.id,
        "label": handle.label,
        "value": handle.value,
        "minimum": handle.minimum,
        "maximum": handle.maximum,
        "step": handle.step,
        "decimals": handle.decimals,
        "mark": handle.mark,
        "panel": handle.panel,
        "axis": handle.axis,
        "at": handle.at,
        "color": handle.color,
        "live": handle.live,
        "names": handle.names,
        "flag": handle.flag,
        "rate": handle.rate,
        "limits": handle.limits,
        "grid": handle.grid,
        "origin": None if handle.origin is None else place_index[handle.origin],
        "follows": place_index.get(handle.id),
        "rows": handle.rows if handle.sweep else 0,
        "columns": list(columns.values()),
        "focus": focus,
        "moves": [[axis, place_index[place], index] for axis, place, index in handle.moves],
        "films": list(films),
        "is_removable": handle.is_removable,
    }
    return header, list(columns), list(films.values())


def _distinct(columns: Iterable[Sequence[bytes]]) -> dict[bytes, int]:
    """Each of the columns of all handles, once, and which number of the message is its first.

    Two handles for the same number, such as a pixel in the image and in the column, are alike.
    """
    starts: dict[bytes, int] = {}
    start = 0
    for column in chain.from_iterable(columns):
        if column not in starts:
            starts[column] = start
            start += len(column) // _NUMBER_BYTES
    return starts


def _pack_mark(mark: Mark, place_index: Mapping[Place, int]) -> dict[str, Any]:
    def source(given: tuple[float, ...] | Place | None) -> tuple[float, ...] | int | None:
        return given if given is None or isinstance(given, tuple) else place_index[given]

    return {
        "panel": mark.panel,
        "kind": mark.kind,
        "x": source(mark.x),
        "y": source(mark.y),
        "numbers": source(mark.numbers),
        "shades": source(mark.shades),
        "levels": mark.levels,
        "tones": source(mark.tones),
        "decimals": mark.decimals,
        "digits": mark.digits,
        "significant": mark.significant,
        "prefix": mark.prefix,
        "choices": mark.choices,
        "colors": mark.colors,
        "side": mark.side,
        "size": mark.size,
        "room": mark.room,
        "is_round": mark.is_round,
        "is_kept_in_view": mark.is_kept_in_view,
    }


def _wanted(
    handles: Sequence[Handle],
    readouts: Sequence[Readout],
    marks: Sequence[Mark],
    pictures: Sequence[Picture],
) -> Iterator[tuple[str, Place]]:
    """Yield every place whose number is shown, moved or counted from, and by whom."""
    for readout in readouts:
        yield f"readout {readout.id!r}", readout.id
    for picture in pictures:
        yield f"picture {picture.id!r}", picture.id
    for mark in marks:
        for source in (mark.x, mark.y, mark.numbers, mark.shades, mark.tones):
            if source is not None and not isinstance(source, tuple):
                yield f"mark {mark.kind!r} of panel {mark.panel!r}", source
    for handle in handles:
        places = [*handle.sweep, *(handle.focus or ()), *(place for _, place, _ in handle.moves)]
        for place in [*places, handle.origin]:
            if place is not None:
                yield f"handle {handle.id!r}", place


def pack(
    *,
    panels: Sequence[Panel],
    handles: Sequence[Handle],
    readouts: Sequence[Readout],
    marks: Sequence[Mark],
    pictures: Sequence[Picture],
    now: Mapping[Place, Numbers],
    focus: str | None,
    labels: Mapping[str, str],
    answers: int,
    pinned: bool = False,
) -> bytes:
    """One binary message for the browser.

    The length of the header as uint32, the header as JSON; then the changing columns of the sweeps
    as little-endian float64, equal ones once, each where the header tells of its handle; then the
    pixels: those of the pictures now, then, handle by handle, those of every step.

    Raises
    ------
    ValueError
        If something needs a place that ``now`` has no number for; or if a sweep or a picture has
        another shape than its place.
    """
    for user, place in _wanted(handles, readouts, marks, pictures):
        if place not in now:
            raise ValueError(f"{user} needs {place!r}, and now has no number for it")
    drawn = {picture.id: np.ravel(now[picture.id]) for picture in pictures}
    for picture in pictures:
        rows, columns = picture.shape
        if not _is_pixels(drawn[picture.id]) or drawn[picture.id].size != rows * columns:
            raise ValueError(f"picture {picture.id!r} must have {rows * columns} pixels of uint8")
    places: list[dict[str, Any]] = [
        {"panel": place.panel, "trace": place.trace, "attribute": place.attribute}
        if isinstance(place, Spot)
        else {"panel": None, "trace": 0, "attribute": place}
        for place in now
    ]
    place_index = {place: index for index, place in enumerate(now)}
    packed = [_pack_handle(handle, place_index, now) for handle in handles]
    blocks = _distinct(columns for _, columns, _ in packed)
    palettes = list(dict.fromkeys(picture.palette for picture in pictures))
    header = {
        "plotly": PLOTLY_URL,
        "answers": answers,
        "pinned": pinned,
        "focus": focus,
        "labels": dict(labels),
        "panels": [
            {
                "id": panel.id,
                "title": panel.title,
                "alt": panel.alt,
                "legend": panel.legend,
                "wide": panel.wide,
                "tall": panel.tall,
                "height": panel.height,
                "least_width": panel.least_width,
                "ratio": panel.ratio,
                "takes_points": panel.takes_points,
                "figure": _figure_json(panel.figure),
            }
            for panel in panels
        ],
        "places": places,
        "now": [[] if place in drawn else _numbers(values) for place, values in now.items()],
        "readouts": [
            {
                "id": readout.id,
                "label": readout.label,
                "decimals": readout.decimals,
                "significant": readout.significant,
                "choices": readout.choices,
                "tone": readout.tone,
            }
            for readout in readouts
        ],
        "marks": [_pack_mark(mark, place_index) for mark in marks],
        "pictures": [
            {
                "place": place_index[picture.id],
                "panel": picture.panel,
                "shape": picture.shape,
                "extent": picture.extent,
                "palette": palettes.index(picture.palette),
                "smooth": picture.smooth,
            }
            for picture in pictures
        ],
        "palettes": palettes,
        "numbers": sum(map(len, blocks)) // _NUMBER_BYTES,
        "handles": [
            {**entry, "starts": [blocks[column] for column in columns]}
            for entry, columns, _ in packed
        ],
    }
    text = json.dumps(header, allow_nan=False).encode()
    pixels = [picture.tobytes() for picture in drawn.values()]
    pixels += [film for _, _, films in packed for film in films]
    return b"".join([struct.pack("<I", len(text)), text, *blocks, *pixels])
