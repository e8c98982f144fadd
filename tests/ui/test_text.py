from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from core.examples import EXAMPLES
from core.losses.comparison import Verdict
from core.losses.hinge import HINGE_VARIANTS
from core.presets import PRESETS
from pages.ui.text import LANGUAGES, escape, language_of, text_in

PLACEHOLDER = re.compile(r"(?<![\\}a-z_^])\{(\w+)\}(?!\{)|\[\[(\w+)\]\]")
OTHERS = [language for language in LANGUAGES if language != "en"]


def placeholders(key: str, language: str) -> list[str]:
    pattern = r"\[\[(\w+)\]\]" if "[[" in text_in(language).raw(key) else r"\{(\w+)\}"
    return sorted(set(re.findall(pattern, text_in(language).raw(key))))


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_same_keys_and_placeholders(language: str) -> None:
    keys = text_in("en").keys()
    assert text_in(language).keys() == keys
    assert len(keys) > 100
    for key in keys:
        assert placeholders(key, language) == placeholders(key, "en"), key


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    keys = text_in("en").keys()
    same = {key for key in keys if text_in(language).raw(key) == text_in("en").raw(key)}
    formulas = {
        "data.cross_entropy_gradient",
        "data.probability",
        "geometry.axis.difference",
        "geometry.classifier.softmax",
        "geometry.classifier.svm",
        "geometry.uncertain_loss.crammer_singer",
        "geometry.uncertain_loss.weston_watkins",
        "learning.optimizer.adam",
        "legend.p",
        "linear_classifier.legend.softmax",
        "linear_classifier.legend.svm",
        "linear_classifier.scene.step.softmax_label",
        "readout.cross_entropy_gradient_norm",
        "table.ours",
        "topic.softmax",
        *(
            f"words.{name}.forms"
            for name in ("adam", "argmax", "float", "log1p", "nan", "relu", "sigmoid", "softmax")
        ),
    }
    has_words = {key for key in same if re.search("[A-Za-z]{3}", text_in("en").raw(key))}
    assert has_words <= formulas


def test_every_key_that_the_program_makes_up_exists() -> None:
    keys = text_in("en").keys()
    made = {
        *(f"verdict.{verdict.name.lower()}" for verdict in Verdict),
        *(f"verdict_one_vs_all.{verdict.name.lower()}" for verdict in Verdict),
        *(f"preset.{preset.id}" for preset in PRESETS),
        *(f"variant.{variant}" for variant in HINGE_VARIANTS),
        *(f"topic.{example.topic}" for example in EXAMPLES),
        *(f"remark.{example.remark}" for example in EXAMPLES if example.remark),
    }
    assert made <= keys


def test_every_key_is_used() -> None:
    ui = Path(__file__).parents[2] / "pages"
    itself = ui / "ui" / "text" / "__init__.py"  # makes up every key that there is
    paths = [path for path in ui.rglob("*.py") if path != itself]
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    part = r"(?:[\w.]|\{[^{}]*\})+"
    used = set(re.findall(rf"""["']({part}\.{part})["']""", source))
    patterns = [re.compile(re.sub(r"\\\{[^}]*\\\}", r"\\w+", re.escape(key)) + "$") for key in used]
    keys = text_in("en").keys()
    unused = {key for key in keys if not any(pattern.match(key) for pattern in patterns)}
    assert unused == set()


def test_placeholders_are_filled_once() -> None:
    t = text_in("en")
    filled = t("problem.typed", value="{reason} [[x]]", reason="no.")
    assert filled == "“{reason} [[x]]” cannot be used: no."
    assert "{name}" in t("handle.score")


def test_missing_text_is_an_error() -> None:
    with pytest.raises(KeyError):
        text_in("en")("handle.none")


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-CN", "zh"), ("zh_TW", "zh"), ("en-GB", "en"), ("de-DE", "en"), (None, "en"), ("", "en")],
)
def test_language_of_a_browser(locale: str | None, language: str) -> None:
    assert language_of(locale) == language


def test_escaped_text_has_no_markup_left() -> None:
    escaped = escape(string.punctuation)
    for character in "\\`*_{}[]()<>#+-.!|~$:&":
        assert "\\" + character in escaped
    assert escape("cat") == "cat"
