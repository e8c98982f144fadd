"""The page on numerical stability: published numbers, tabs, both languages."""

from __future__ import annotations

import re

import numpy as np
import pytest

from core.precision.float_types import PRECISIONS
from pages.numerical_stability import LOOKS, NumericalStabilityState
from pages.numerical_stability.numbers import COMPARED, compare_methods
from pages.ui.kit import latex
from pages.ui.state.state import decode
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import header, opened, run, state_of, told, why

LESSON = "numerical_stability"
CASES = [
    {},
    {"z": "1010,1000,990"},
    {"z": "123,456,789", "y": "0"},
    {"z": "10,-100,-100"},
    {"z": "10,-100,-100", "scale": "10"},
    {"z": "1,2,3", "y": "2", "shift": "-800", "by": "shift"},
    {"z": "3.2,5.1,-1.7", "scale": "1000", "shift": "1000"},
    {"z": "1,2,3,4,5,6,7,8,9,10", "y": "3", "scale": "0.01", "shift": "-1000"},
    {"z": "1000000,-1000000", "y": "1", "scale": "1000"},
]


def table(app, panel: str, *shape: int) -> np.ndarray:
    """The numbers in the cells of a panel."""
    stage = header(app)
    cells = next(mark for mark in stage["marks"] if mark["panel"] == panel)
    shown = stage["now"][cells["numbers"]]
    return np.reshape([np.nan if v is None else float(v) for v in shown], shape)


def cells(app) -> np.ndarray:
    """Each method in each type: p of each class, and the loss."""
    return table(app, "table", 3, 3, -1)


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_the_page_shows_what_core_computes(parameters: dict[str, str]) -> None:
    app = opened(LESSON, **parameters)
    state, _ = decode(NumericalStabilityState, parameters)
    result = compare_methods(
        state.example.scores, state.example.label, scale=state.scale, shift=state.shift
    )
    np.testing.assert_array_equal(cells(app), result.numbers)


@pytest.mark.parametrize(
    ("preset", "row", "expected"),
    [
        ("thousands", (0, 2), [np.nan] * 3),
        ("thousands", (1, 2), [0.9999546, 4.539787e-05, 2.061060e-09]),
        ("hundreds", (0, 2), [0, 0, np.nan]),
        ("hundreds", (1, 2), [5.752744e-290, 2.398488e-145, 1]),
        ("one_two_three", (2, 1), [0.09003057, 0.24472848, 0.66524094]),
    ],
)
def test_published_probabilities(preset: str, row: tuple[int, int], expected: list) -> None:
    app = opened(LESSON)
    app.selectbox(key="preset").select(preset).run()
    np.testing.assert_allclose(cells(app)[row][:3], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("preset", "loss"),
    [("overwhelming_win", 3.377823760449065e-48), ("past_margin_twenty", 3.340284369929613e-05)],
)
def test_published_losses_only_log_space_reaches(preset: str, loss: float) -> None:
    app = opened(LESSON)
    app.selectbox(key="preset").select(preset).run()
    losses = cells(app)[..., 3]
    assert losses[2, 2] == pytest.approx(loss, rel=1e-14, abs=0)
    assert losses[1, 2] != pytest.approx(loss, rel=1e-14, abs=0)
    assert told(app)["true_loss"] == pytest.approx(loss, rel=1e-14, abs=0)


def test_the_cap_is_reached() -> None:
    now = told(opened(LESSON, z="123,456,789", y="0"))
    assert now["offset_loss"] == pytest.approx(16.118, abs=5e-4)
    assert now["true_loss"] == 666
    assert now["true_slope"] == -1
    assert -1e-280 < now["offset_slope"] < 0


def test_a_preset_starts_with_scale_1_and_shift_0() -> None:
    app = opened(LESSON, scale="30", shift="-50")
    app.selectbox(key="preset").select("thousands").run()
    state = state_of(app, NumericalStabilityState)
    assert (state.scale, state.shift) == (1, 0)


@pytest.mark.parametrize("parameters", CASES, ids=str)
def test_code_prints_the_numbers_on_screen(parameters: dict[str, str]) -> None:
    app = opened(LESSON, tab="code", **parameters)
    lines = run(app.code[0].value)
    losses = cells(app)[..., -1]
    assert [re.findall(r"above ([\d.]+)", line) for line in lines[:3]] == [
        ["11.09"],
        ["88.72"],
        ["709.78"],
    ]
    found = {tuple(line.split()[:2]): line for line in lines if " loss " in line}
    for i, method in enumerate(COMPARED):
        for j, precision in enumerate(PRECISIONS):
            line = found[method, precision]
            loss = float(line.split()[3])
            np.testing.assert_allclose(loss, losses[i, j], rtol=2e-3)
    (habit,) = (float(line.split()[-1]) for line in lines if line.startswith("with 1e-7"))
    assert habit == pytest.approx(told(app)["offset_loss"], rel=1e-3, abs=1e-9)
    pooled = table(opened(LESSON, look="batch", **parameters), "pooled", 6, 2, 2)
    for line, numbers in zip(lines[-6:], pooled, strict=True):
        losses = [float(word) for word in line.split()[-2:]]
        np.testing.assert_allclose(losses, numbers[:, 1], rtol=2e-3)


@pytest.mark.parametrize("parameters", CASES, ids=str)
@pytest.mark.parametrize("language", LANGUAGES)
def test_why_substitutes_the_numbers(parameters: dict[str, str], language: str) -> None:
    app = opened(LESSON, tab="why", lang=language, **parameters)
    text = why(app)
    assert not re.search(r"\bnan\b|\binf\b", text)
    for limit in ("11.09", "88.72", "709.78", "-17.33", "-103.97", "-745.13"):
        assert f"| ${limit}$ |" in text
    state, _ = decode(NumericalStabilityState, parameters)
    y = state.example.label
    result = compare_methods(state.example.scores, y, scale=state.scale, shift=state.shift)
    assert rf"\max s = {latex.significant(float(result.logits.max()), 6)}$" in text
    terms = re.search(r"= ([^=\n]+?) \+ \\operatorname\{log1p\}\((.*?)\) = (.*?)\n", text)
    gap, rest, loss = (
        float(re.sub(r" \\cdot 10\^\{(.*?)\}", r"e\1", term)) for term in terms.groups()
    )
    assert gap == pytest.approx(result.logits.max() - result.logits[y], rel=1e-5)
    exact = float(result.exact.value[-1])
    if exact:
        assert loss == pytest.approx(exact, rel=1e-3, abs=0)
        assert gap + np.log1p(rest) == pytest.approx(exact, rel=1e-3, abs=1e-4)
    else:
        assert r"\cdot 10^{-478}" in text


def test_data_keeps_what_is_not_a_number() -> None:
    app = opened(LESSON, tab="data", z="123,456,789", y="0")
    frame = app.dataframe[0].value
    assert frame["loss"].tolist()[2] == "inf"
    assert frame["p_frog"].tolist()[2] == "nan"
    assert frame["loss"].tolist()[-1] == "666"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_name_what_happened(language: str) -> None:
    t = text_in(language)
    app = opened(LESSON, lang=language, z="101,100,99")
    stage = header(app)
    words = {readout["id"]: readout for readout in stage["readouts"]}
    now = told(app)

    def word(name: str) -> str:
        return words[name]["choices"][int(now[name])]

    assert word("naive_float32") == t("numerical_stability.outcome.exp_overflow")
    assert word("naive_float64") == t("numerical_stability.outcome.right")
    assert word("naive_sentence") == t("numerical_stability.naive.fails")
    assert word("cure_sentence") == t("numerical_stability.cure.shifted")
    for panel in stage["panels"]:
        assert "{" not in panel["alt"]


VIEWS = {
    "table": (["table"], ["naive_sentence", "cure_sentence"]),
    "exp": (["exp", "errors"], ["largest", "smallest", "naive_sentence"]),
    "offset": (
        ["offset_loss", "offset_slope"],
        ["true_loss", "offset_loss", "true_slope", "offset_slope"],
    ),
    "batch": (["pooled"], ["largest", "smallest"]),
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_view_shows_its_part_of_the_same_numbers(look: str, language: str) -> None:
    address = {"z": "123,456,789", "y": "1", "scale": "0.5", "shift": "-20"}
    app = opened(LESSON, lang=language, look=look, **address)
    stage = header(app)
    panels, readouts = VIEWS[look]
    assert [panel["id"] for panel in stage["panels"]] == panels
    shown = [readout["id"] for readout in stage["readouts"] if readout["label"] is not None]
    assert shown == readouts
    handles = [handle["id"] for handle in stage["handles"]]
    assert handles == ["scale", "shift", *(["label"] if look == "table" else [])]
    whole = told(opened(LESSON, **address))
    assert {id: told(app)[id] for id in readouts} == {id: whole[id] for id in readouts}
    assert all("{" not in panel["alt"] for panel in stage["panels"])
    assert told(app)["largest"] == 374.5


def test_an_address_without_a_view_opens_the_table_and_the_view_stays() -> None:
    app = opened(LESSON)
    assert state_of(app, NumericalStabilityState).look == "table"
    assert app.button_group(key="look").value == "table"
    app.button_group(key="look").select("offset").run()
    app.selectbox(key="preset").select("hundreds").run()
    state = state_of(app, NumericalStabilityState)
    assert (state.look, state.example.scores) == ("offset", (123, 456, 789))


def test_the_true_class_is_chosen_where_there_is_no_flag() -> None:
    app = opened(LESSON, z="123,456,789", look="offset", y="2")
    assert told(app)["true_loss"] == pytest.approx(0)
    app.selectbox(key="true_class").select(0).run()
    assert state_of(app, NumericalStabilityState).example.label == 0
    assert told(app)["true_loss"] == 666
