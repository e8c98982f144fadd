"""The message of the browser, read: what makes no sense is no message, or left out."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pages.ui.stage.release import Message, Release, read_message

VALUES = {"score0": 3.2, "label": 2}


@pytest.mark.parametrize(
    "state",
    [None, {}, {"state": 3}, {"state": {"values": {}}}, {"state": {"number": "x", "values": {}}}],
)
def test_messages_without_sense_are_no_messages(state: Any) -> None:
    assert read_message(state) is None


@pytest.mark.parametrize(
    ("more", "release"),
    [
        ({}, Release(VALUES, "score1")),
        (
            {"is_held": True, "moved": ["score1"], "added": ["scores", 1, "2.5"], "removed": "x"},
            Release(
                VALUES,
                "score1",
                is_held=True,
                moved=("score1",),
                added=("scores", 1.0, 2.5),
                removed="x",
            ),
        ),
        (
            {"is_held": 1, "moved": "score1", "added": ["scores", "a", 2], "removed": 3},
            Release(VALUES, "score1"),
        ),
        ({"added": ["scores", 1, "inf"]}, Release(VALUES, "score1")),
        ({"speed": "0.5"}, Release(VALUES, "score1", speed="0.5")),
        ({"speed": 0.5}, Release(VALUES, "score1")),
        ({"added": ["scores", 1, 10**400]}, Release(VALUES, "score1")),
        ({"values": {"a": 10**400, "b": math.inf, "c": math.nan}}, Release({}, "score1")),
        ({"values": {"a": None, "b": "1", "c": [1], "d": [1, [2]]}}, Release({}, "score1")),
        ({"values": {"a": [1, 2.5], "b": -3}}, Release({"a": [1, 2.5], "b": -3}, "score1")),
    ],
)
def test_a_message_is_read(more: dict[str, Any], release: Release) -> None:
    sent = {"number": 7, "values": VALUES, "focus": "score1", **more}
    assert read_message({"state": sent}) == Message(7, release)


def test_the_address_at_which_it_was_sent_is_read() -> None:
    sent = {"number": 7, "values": VALUES, "address": "?z=1%2C2&t="}
    message = read_message({"state": sent})
    assert message is not None
    assert message.address == {"z": "1,2", "t": ""}


@pytest.mark.parametrize(
    ("held", "keys"),
    [(["a1", "b2"], ("a1", "b2")), ([], ()), ("a1", ()), (None, ()), ([3], ("3",))],
)
def test_the_tables_that_the_browser_holds_are_read(held: Any, keys: tuple[str, ...]) -> None:
    message = read_message({"state": {"number": 7, "values": VALUES, "held": held}})
    assert message is not None
    assert message.held == keys
