"""What the reader of an address is told stays as it is recorded: see `tests.corpus`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import parse_qsl

import pytest

from pages.ui.lessons import lessons
from pages.ui.state.parameters import parameters
from tests.corpus.observe import compared, observed
from tests.corpus.records import FIELDS, Entry, differences, entries, recorded

ENTRIES = entries()
SECTIONS = list(dict.fromkeys(entry.section for entry in ENTRIES))
HINT = (
    "What this address tells is not what is recorded. If it is meant to differ, list it in "
    "tests/corpus/differences.toml and run `python -m tests.corpus.record {section}`."
)

read = cache(recorded)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.address)
def test_an_address_tells_what_is_recorded(entry: Entry) -> None:
    difference = compared(
        read(entry.section)[entry.address],
        observed(entry.address, whole=entry.whole),
        exact=not entry.delicate,
    )
    if difference:
        hint = HINT.format(section=entry.section)
        pytest.fail(f"{entry.address}\n{difference}\n{hint}", pytrace=False)


def test_every_address_is_there_once_and_nothing_else_is_recorded() -> None:
    assert len(ENTRIES) >= 200
    for section in SECTIONS:
        addresses = [entry.address for entry in ENTRIES if entry.section == section]
        assert sorted(read(section)) == sorted(addresses)
        for record in read(section).values():
            assert record.keys() <= set(FIELDS)


def test_a_fair_share_is_in_chinese() -> None:
    for section in SECTIONS:
        chinese = [e for e in ENTRIES if e.section == section and e.address.endswith("lang=zh")]
        assert len(chinese) >= 2, section


CLASSES = ("0", "1", "2", "9")
EXTREMES = {
    "z": ("1000000,-1000000", "0,0,0,0,0,0,0,0,0,0"),
    "names": ("a,b",),
    "y": CLASSES,
    "t": ("0,0,1", "0,0.5,0.5"),
    "margin": ("0", "1000"),
    "variant": ("crammer_singer", "one_vs_all"),
    "power": ("2",),
    "along": ("1", "2", "8"),
    "log": ("1",),
    "T": ("0.05", "20"),
    "c": ("-1000", "1000"),
    "scale": ("0.01", "1000"),
    "shift": ("-1000", "1000"),
    "by": ("scale", "shift"),
    "graph": ("softmax", "sum_times", "sigmoid_neuron", "gates"),
    "view": ("collapsed", "batch"),
    "node": ("0", "99"),
    "inputs": ("1000,-1000,0,1000",),
    "check": (
        "weston_watkins",
        "crammer_singer",
        "one_vs_all",
        "weston_watkins_squared",
        "crammer_singer_squared",
        "one_vs_all_squared",
        "squared_error",
        "l1",
        "l2",
        "elastic_net",
        "affine",
        "relu",
    ),
    "h": ("1e-15", "0.1"),
    "mistake": ("1",),
    "sample": ("0", "1", "200000"),
    "rate": ("0.001", "100"),
    "step": ("500",),
    "steps": ("500",),
    "w": ("0,0,0,0", "30,-30,30,0.001"),
    "penalty": ("l1", "l2", "elastic"),
    "lambda": ("0", "0.01", "100"),
    "mix": ("0", "1"),
    "half": ("0", "1"),
    "x": ("0,0,0,0", "255,-255,255,255"),
    "W": ("100,-100,100,100,0,0,0,0,0,0,0,-100",),
    "b": ("0,0,0", "1000,-1000,0"),
    "digit": ("0", "1796"),
    "drawing": ("0" * 64,),
    "data": (
        "nine",
        "blobs",
        "moons",
        "circles",
        "spiral",
        "published_spiral",
        "xor",
        "digits",
        "own",
    ),
    "points": ("0.5,0.25,0;1,-1.5,1;1000,-1000,1", "0,0,9;1,1,0"),
    "groups": ("left,right",),
    "samples": ("2", "300"),
    "noise": ("0", "2"),
    "draw": ("9999",),
    "seed": ("9999",),
    "start": ("demo", "own"),
    "loss": ("hinge", "squared_error"),
    "reg": ("0", "100"),
    "opt": ("sgd", "momentum", "adam"),
    "eta": ("0.0001", "1000"),
    "momentum": ("0", "0.999"),
    "batch": ("200000",),
    "sampling": ("shuffled", "with_replacement"),
    "decay": ("0.1", "1"),
    "hidden": ("1", "200"),
    "trained": ("0",),
    "at": ("0", "20000"),
    "look": ("inspect", "digits"),
    "pass": ("0", "99"),
    "follow": ("0", "99"),
    "unit": ("0", "199"),
}
"""The ends of each parameter's range, and every word that it knows, but for what is usual."""

WORDS = {
    "y",
    "along",
    "variant",
    "power",
    "log",
    "by",
    "graph",
    "view",
    "check",
    "mistake",
    "penalty",
} | {
    "half",
    "data",
    "start",
    "loss",
    "opt",
    "sampling",
    "look",
}
"""Parameters of which every value is listed above, but for the usual one."""


def given(name: str, *, is_told: bool) -> Iterator[str]:
    """Values that the corpus gives a parameter: those that are told to be of no use, or the others."""
    for entry in ENTRIES:
        problems = " ".join(read(entry.section)[entry.address].get("problems", ()))
        for parameter, value in parse_qsl(entry.address.partition("?")[2], keep_blank_values=True):
            if parameter == name and (f"**{name}** =" in problems) == is_told:
                yield value


@pytest.mark.parametrize("name", EXTREMES)
def test_every_parameter_is_ordinary_extreme_and_malformed(name: str) -> None:
    used = set(given(name, is_told=False))
    assert set(EXTREMES[name]) <= used
    assert used - set(EXTREMES[name]) or name in WORDS
    assert set(given(name, is_told=True))


def test_every_parameter_of_then_is_still_read() -> None:
    own = {p.name for lesson in lessons().values() for _, p in parameters(lesson.state)}
    assert EXTREMES.keys() <= {"z", "names", "y", "t", *own}


def test_a_listed_difference_is_about_what_is_recorded_and_has_a_reason() -> None:
    known = {entry.address for entry in ENTRIES} | set(SECTIONS)
    for difference in differences():
        assert set(difference.addresses) <= known
        assert set(difference.fields) <= set(FIELDS)
        assert len(difference.reason) > 10


def test_a_difference_is_shown() -> None:
    assert compared({"code": ["1", "2"]}, {"code": ["1", "2"]}) == ""
    shown = compared({"code": ["loss 1.0", "2"]}, {"code": ["loss 1.1", "2"]}).splitlines()
    assert [line for line in shown if re.match("[-+] ", line)] == [
        '-  "loss 1.0",',
        '+  "loss 1.1",',
    ]
