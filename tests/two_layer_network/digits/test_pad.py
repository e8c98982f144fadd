"""What the sheet and the gallery tell Python, and what of it makes no sense."""

from __future__ import annotations

import numpy as np
import pytest

from pages.two_layer_network.digits.gallery.component import read as read_choice
from pages.two_layer_network.digits.pad.component import SHEET_SIZE, packed, read


def test_ink_goes_to_the_browser_and_back() -> None:
    ink = np.random.default_rng(0).random((SHEET_SIZE, SHEET_SIZE)) < 0.3
    written = packed(ink)
    assert len(written) == 1024
    assert int(written[0], 16) == ink[0, :4] @ [8, 4, 2, 1]
    number, drawing = read({"state": {"number": 7, "ink": written, "is_held": True}})
    assert number == 7
    assert drawing is not None
    assert (drawing.ink == ink).all()
    assert drawing.is_held


@pytest.mark.parametrize(
    "ink", [None, "", "0", "g" * 1024, "0" * 1023, "0" * 1026, 5, "0x" + "0" * 1022, " " * 1024]
)
def test_what_is_no_ink_is_ignored(ink: object) -> None:
    assert read({"state": {"number": 7, "ink": ink}})[1] is None


@pytest.mark.parametrize("state", [None, {}, {"state": None}, {"state": {"number": "1"}}])
def test_no_message_is_none(state: object) -> None:
    assert read(state) == (0, None)
    assert read_choice(state) == (0, -1)


def test_a_choice_is_read() -> None:
    assert read_choice({"state": {"number": 3, "name": 17}}) == (3, 17)
    assert read_choice({"state": {"number": 3, "name": "17"}}) == (0, -1)
