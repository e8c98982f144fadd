"""Readouts as they are spoken: numbers and words where a text names them."""

from __future__ import annotations

import numpy as np
import pytest

from pages.ui.kit.scores import listing
from pages.ui.stage.readouts import Readout, spoken

LOSS = Readout("loss", lambda result: result, decimals=2)


def say(template: str, value: float = 2.5) -> str:
    return spoken([LOSS], lambda channel: float(channel(np.float64(value))), template)


def test_the_words_of_a_readout_stand_where_a_text_names_it() -> None:
    assert say("Loss {loss}, {other}") == "Loss 2.50, {other}"


@pytest.mark.parametrize("name", ["{loss}", "{{loss}}", "{", "}{loss}", "a{b"])
def test_a_class_named_like_a_readout_is_spoken_as_it_is_called(name: str) -> None:
    assert say(f"{listing([name], ['1'])}; {{loss}}") == f"{name} 1; 2.50"


def test_what_is_too_large_to_hold_is_told() -> None:
    assert LOSS.written(np.inf) == "∞"
    assert Readout("p", lambda result: result, beyond="> 1.8e308").written(np.inf) == "> 1.8e308"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        (
            "真实类别 **{name}** 落后，{name} 的得分上升。 {name}。",
            "真实类别**汽车**落后，汽车的得分上升。汽车。",
        ),
        ("{name} p 上升", "汽车 p 上升"),
        ("the score of {name} rises", "the score of 汽车 rises"),
    ],
)
def test_chinese_words_that_are_filled_in_stand_close(template: str, text: str) -> None:
    name = Readout("name", lambda result: result, choices=("汽车",))
    assert spoken([name], lambda channel: 0.0, template) == text
