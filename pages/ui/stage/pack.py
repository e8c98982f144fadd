"""Packs a stage into the one binary message that the browser reads."""

from __future__ import annotations

import json
import math
import struct
import weakref
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly
import plotly.graph_objects as go
from numpy.typing import NDArray

from pages.ui.stage.channels import Channel, Numbers, Source, is_pixels
from pages.ui.stage.columns import Column, grid_column, plain_column
from pages.ui.stage.handles import Handle
from pages.ui.stage.panels import Panel, Picture
from pages.ui.stage.pools import Pools
from pages.ui.stage.readouts import Readout, spoken

__all__ = ["PLOTLY_URL", "pack"]

PLOTLY_URL = f"plotly.min.js?v={plotly.__version__}-eager"
"""Where the app serves Plotly's own script, relative to its root; a new version is a new URL."""


@dataclass
class _Places:
    """Every place of a stage: the channel that fills it, where it is, and what it shows now."""

    present: Any
    channels: list[Channel] = field(default_factory=list)
    spots: list[dict[str, Any]] = field(default_factory=list)
    now: list[Numbers] = field(default_factory=list)
    pictures: list[tuple[str, Picture, int]] = field(default_factory=list)
    written: set[int] = field(default_factory=set)
    _of: dict[Channel, list[int]] = field(default_factory=dict)

    def add(self, channel: Channel, name: str, panel: str | None = None, trace: int = 0) -> int:
        """Add a spot of a figure, a picture, or a readout by its name; return its number."""
        shown = channel(self.present)
        if shown is None:
            where = f"panel {panel!r}, trace {trace}, {name!r}" if panel else f"{name!r}"
            raise ValueError(f"no number is given for {where}")
        self._of.setdefault(channel, []).append(len(self.channels))
        self.channels.append(channel)
        self.spots.append({"panel": panel, "trace": trace, "attribute": name})
        self.now.append(np.ravel(shown))
        return len(self.now) - 1

    def add_source(self, source: Source, owner: str) -> None:
        """Add what a mark or a handle shows, once however many show it."""
        if callable(source) and source not in self._of:
            self.add(source, f"{owner} {len(self.channels)}")

    def of(self, channel: Channel) -> list[int]:
        """Number every place that shows a channel."""
        if channel not in self._of:
            raise ValueError("a handle moves numbers that no place shows")
        return self._of[channel]

    def first(self, source: Source) -> Any:
        """Number the place of a channel; numbers that never change stay themselves."""
        return self._of[source][0] if callable(source) else source

    def swept(self, result: Any, rows: int, owner: str) -> dict[int, Numbers]:
        """Give what each place shows at each step, (rows, n): only those that a sweep has."""
        tables: dict[int, Numbers] = {}
        for channel, indices in self._of.items():
            shown = channel(result)
            if shown is None:
                continue
            table, size = np.asarray(shown).reshape(len(shown), -1), self.now[indices[0]].size
            if table.shape != (rows, size):
                raise ValueError(
                    f"sweep of handle {owner!r} at {self.spots[indices[0]]} has shape "
                    f"{table.shape}; expected {(rows, size)}"
                )
            tables |= dict.fromkeys(indices, table)
        return tables


@dataclass
class _Swept:
    """One handle, packed: its header entry, the columns of its sweep, its films.

    ``focus`` has the numbers of the places that show something else as soon as a handle is taken.
    """

    header: dict[str, Any]
    columns: list[Column]
    films: list[bytes]
    focus: dict[int, bytes] | None
    cells: bytes | None
    is_grid: bool

    def entry(self, pools: Pools, tables: list[Pools]) -> dict[str, Any]:
        """Its header entry, with the places in the message where its numbers begin.

        A sweep over a grid has a table of its own, and ``forms`` tells what its columns are made
        of; of others nothing has to be told.
        """
        focus = None
        if self.focus is not None:
            focus = [
                (place, pools.start("numbers", row), len(row) // 8)
                for place, row in self.focus.items()
            ]
        entry = {**self.header, "focus": focus, "table": None, "forms": None, "cells": None}
        if not self.is_grid:
            starts = [pools.start(column.type, column.values) for column in self.columns]
            return {**entry, "starts": starts}
        table = Pools()
        tables.append(table)
        entry["forms"] = [
            [
                column.type,
                column.along,
                column.index_type,
                None if column.indices is None else table.start(column.index_type, column.indices),
            ]
            for column in self.columns
        ]
        starts = [table.start(column.type, column.values) for column in self.columns]
        if self.cells is not None:
            entry["cells"] = table.start("words", self.cells)
        return {**entry, "starts": starts, "table": len(tables) - 1}


def _places(
    present: Any, panels: Sequence[Panel], handles: Sequence[Handle], readouts: Sequence[Readout]
) -> _Places:
    places = _Places(present)
    for panel in panels:
        for (trace, attribute), channel in panel.show.items():
            places.add(channel, attribute, panel.id, trace)
    for readout in readouts:
        places.written.add(places.add(readout.number, readout.id))
    for panel in panels:
        for mark in panel.marks:
            for source in mark.sources:
                places.add_source(source, f"mark of {panel.id}")
            if callable(mark.written):
                places.written |= {*places.of(mark.written)}
        for number, picture in enumerate(panel.pictures):
            name = f"picture {number} of {panel.id}"  # the page tells pictures apart by it
            place, size = places.add(picture.pixels, name), picture.size
            places.pictures.append((panel.id, picture, place))
            if not is_pixels(places.now[place]) or places.now[place].size != size:
                raise ValueError(f"{name!r} must have {size} pixels of uint8")
    for handle in handles:
        for channel in handle.channels:
            places.add_source(channel, handle.id)
    return places


@dataclass
class _Changes:
    """What a sweep changes: its columns, each with the spots that show it, and its films."""

    columns: list[tuple[Column, list[tuple[int, int]]]] = field(default_factory=list)
    films: dict[int, bytes] = field(default_factory=dict)


def _changes(handle: Handle, places: _Places) -> _Changes:
    changes = _Changes()
    if handle.sweep is None:
        return changes
    numbers: list[tuple[int, Numbers]] = []
    for place, shown in places.swept(handle.sweep, handle.rows, handle.id).items():
        if not is_pixels(shown):
            numbers.append((place, shown))
        elif (shown != places.now[place]).any():
            changes.films[place] = shown.tobytes()
    if not numbers:
        return changes
    spots = [(place, index) for place, shown in numbers for index in range(shown.shape[1])]
    table = np.concatenate([shown for _, shown in numbers], axis=1, dtype="<f8")
    present = np.concatenate([places.now[place] for place, _ in numbers], dtype="<f8")
    moving = np.flatnonzero(~_stays(table, present))
    # Columns that stay as they are, are left out; equal ones, such as p as a bar and p as its
    # label, or the halves of a symmetric matrix, are sent once.
    columns = np.ascontiguousarray(table[:, moving].T)
    filled: dict[bytes, list[tuple[int, int]]] = {}
    for at, column in zip(moving.tolist(), columns, strict=True):
        filled.setdefault(column.tobytes(), []).append(spots[at])
    counts, is_grid = handle.counts, len(handle.counts) > 1
    if handle.cells is not None:
        counts = (handle.rows,)
    for column, shown_at in filled.items():
        is_written = any(place in places.written for place, _ in shown_at)
        packed = (
            grid_column(column, counts, is_written=is_written) if is_grid else plain_column(column)
        )
        changes.columns.append((packed, shown_at))
    return changes


def _stays(table: Numbers, present: Numbers) -> NDArray[np.bool_]:
    """Tell which columns have the present number at every step; most of the others tell at once."""
    stays = np.ones(present.size, dtype=np.bool_)
    for rows in (table[:1], table[-1:], table):
        left = np.flatnonzero(stays)
        some, now = rows[:, left], present[left]
        stays[left] = ((some == now) | (np.isnan(some) & np.isnan(now))).all(axis=0)
    return stays


def _pack_handle(
    handle: Handle, places: _Places, changes: _Changes, focusable: Sequence[int]
) -> _Swept:
    focus = None
    if handle.focus is not None:
        shown_then = {place: places.channels[place](handle.focus) for place in focusable}
        focus = {
            place: np.asarray(shown, dtype="<f8").tobytes()
            for place, shown in shown_then.items()
            if shown is not None
        }
    header = {
        **handle.pack(places.first),
        "columns": [spots for _, spots in changes.columns],
        "moves": [
            [axis, place, index]
            for axis, channel, index in handle.moves
            for place in places.of(channel)
        ],
        "films": list(changes.films),
    }
    cells = None if handle.cells is None else handle.cells.astype("<u2").tobytes()
    columns = [column for column, _ in changes.columns]
    films = list(changes.films.values())
    is_grid = len(handle.counts) > 1 and bool(columns)
    return _Swept(header, columns, films, focus, cells, is_grid)


def _pack_handles(handles: Sequence[Handle], places: _Places) -> list[_Swept]:
    focusable = _focusable(handles, places)
    # Handles for the same number, as a pixel in the image and in the column, share a sweep.
    first = {(id(handle.sweep), handle.rows): handle for handle in reversed(handles)}
    changes = {key: _changes(handle, places) for key, handle in first.items()}
    return [
        _pack_handle(handle, places, changes[id(handle.sweep), handle.rows], focusable)
        for handle in handles
    ]


def _focusable(handles: Sequence[Handle], places: _Places) -> list[int]:
    """Places that show something else when another handle is taken."""
    changed: set[int] = set()
    present = [shown.tobytes() for shown in places.now]
    for result in (handle.focus for handle in handles if handle.focus is not None):
        for place, channel in enumerate(places.channels):
            shown = channel(result)
            # Compared as bytes: by far the quickest, and NaN is NaN.
            if shown is not None and np.ravel(shown).tobytes() != present[place]:
                changed.add(place)
    return sorted(changed)


def pack(
    *,
    panels: Sequence[Panel],
    handles: Sequence[Handle],
    readouts: Sequence[Readout],
    now: Any,
    focus: str | None,
    labels: Mapping[str, str],
    answers: int,
    pinned: bool = False,
    speed: str = "1",
    speeds: Sequence[str] = (),
    ends_now: bool = False,
    turns: bool = False,
    scene: str = "",
    look: Sequence[str] = (),
    held: Collection[str] = (),
) -> bytes:
    """One binary message for the browser.

    The length of the header as uint32, the header as JSON; then the changing columns of the sweeps,
    and what the focus changes, as little-endian float64, equal ones once, each where the header
    tells of its handle; then, of each sweep over a grid, its table, in pools of float64, float32,
    uint16 and uint8, unless the browser holds it: ``held`` has the keys of those that it does; then
    the pixels: those of the pictures now, then, handle by handle, those of every step.

    Raises
    ------
    ValueError
        If a readout, mark, picture or handle is given no number now, or a sweep has not as many
        rows as its handle has steps.
    """
    places = _places(now, panels, handles, readouts)
    packed = _pack_handles(handles, places)
    pools, grids = Pools(), list[Pools]()
    entries = [handle.entry(pools, grids) for handle in packed]
    tables = [grid.table() for grid in grids]
    palettes = list(dict.fromkeys(picture.palette for _, picture, _ in places.pictures))

    def present(channel: Channel) -> float:
        return float(places.now[places.first(channel)][0])

    header = {
        "plotly": PLOTLY_URL,
        "answers": answers,
        "pinned": pinned,
        "speed": speed,
        "speeds": speeds,
        "ends_now": ends_now,
        "turns": turns,
        "scene": scene,
        "look": look,
        "focus": focus,
        "labels": dict(labels),
        "panels": [
            panel.pack(spoken(readouts, present, panel.alt), _figure_json(panel.figure))
            for panel in panels
        ],
        "places": places.spots,
        "now": [[] if is_pixels(values) else _numbers(values) for values in places.now],
        "readouts": [readout.pack() for readout in readouts],
        "marks": [mark.pack(panel.id, places.first) for panel in panels for mark in panel.marks],
        "pictures": [
            picture.pack(panel, place, palettes.index(picture.palette))
            for panel, picture, place in places.pictures
        ],
        "palettes": palettes,
        "pools": pools.sizes,
        "tables": [{**told, "is_sent": told["key"] not in held} for told, _ in tables],
        "handles": entries,
    }
    text = json.dumps(header, allow_nan=False).encode()
    pixels = [places.now[place].tobytes() for *_, place in places.pictures]
    films = [film for handle in packed for film in handle.films]
    sent = [table for told, table in tables if told["key"] not in held]
    return b"".join([struct.pack("<I", len(text)), text, pools.packed, *sent, *pixels, *films])


def _number(value: float) -> float | str | None:
    # JSON has no word for these.
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _numbers(values: Numbers) -> Sequence[float | str | None]:
    flat = np.asarray(values, dtype=np.float64)
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
