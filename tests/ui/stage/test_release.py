"""What the browser sends, read."""

from __future__ import annotations

from typing import Any

import pytest

from pages.ui.stage.release import Release, read_message

VALUES = {"score0": 3.2, "score1": -2.5, "score2": -1.7, "label": 2}


@pytest.mark.parametrize(
    "state",
    [None, {}, {"state": 3}, {"state": {"values": {}}}, {"state": {"number": "x", "values": {}}}],
)
def test_messages_without_sense_are_no_messages(state: Any) -> None:
    assert read_message(state) is None


def test_a_message_isread_message() -> None:
    message = read_message({"state": {"number": 7, "values": VALUES, "focus": "score1"}})
    assert message is not None
    assert (message.number, message.release) == (7, Release(VALUES, "score1"))
    more = {"is_held": True, "moved": ["score1"], "added": ["scores", 1, "2.5"], "removed": "x"}
    message = read_message({"state": {"number": 8, "values": VALUES, **more}})
    assert message is not None
    assert message.release == Release(
        VALUES, None, is_held=True, moved=("score1",), added=("scores", 1.0, 2.5), removed="x"
    )
    wrong = {"is_held": 1, "moved": "score1", "added": ["scores", "a", 2], "removed": 3}
    message = read_message({"state": {"number": 9, "values": VALUES, **wrong}})
    assert message is not None
    assert message.release == Release(VALUES, None)
