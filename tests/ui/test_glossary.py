"""Words of the field: each is explained where a text first has it, in both languages alike."""

from __future__ import annotations

import re

import pytest

from pages.ui.lessons import lessons
from pages.ui.text import LANGUAGES, escape, text_in
from pages.ui.text.glossary import explained, word_list


def marked(text: str, language: str = "en") -> list[str]:
    """The words that are explained, as they stand there."""
    found = explained(text, text_in(language))
    return re.findall(r'<span class="word" tabindex="0">(.*?)<span class="word-means"', found)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Scores, and once more scores.", ["Scores"]),
        ("The cross-entropy is no entropy.", ["cross-entropy", "entropy"]),
        ("A **margin**, not **this margin**.", ["**margin**"]),
        ("$p = \\text{margin}$ and `kink`, [a margin](https://x.y)", []),
        ("A labelled subgradients-like thing", []),
        ("The signed margin and the margin line", ["signed margin", "margin line"]),
    ],
)
def test_first_appearances_are_marked_and_nothing_else(text: str, words: list[str]) -> None:
    assert marked(text) == words


def test_chinese_has_no_spaces_between_its_words() -> None:
    assert marked("拖动得分，看交叉熵和间隔线", "zh") == ["得分", "交叉熵", "间隔线"]


def test_what_is_said_is_its_meaning_and_the_text_stays() -> None:
    t = text_in("en")
    text = "Where the kink is"
    told = explained(text, t)
    means = escape(t("words.kink.means"))
    assert told.count(means) == 1
    assert re.sub(r'<span class="word-means".*?</span>|</?span[^>]*>', "", told) == text


@pytest.mark.parametrize("lesson", lessons())
@pytest.mark.parametrize("language", LANGUAGES)
def test_markdown_is_left_whole(lesson: str, language: str) -> None:
    """Within bold, a formula, code or a link nothing is cut apart."""
    t = text_in(language)
    for key in sorted(t.keys()):
        if key.startswith((f"{lesson}.question", f"{lesson}.scene.")):
            text = t.raw(key)
            told = explained(text, t)
            assert re.sub(r'<span class="word-means".*?</span>|</?span[^>]*>', "", told) == text
            for bold in re.findall(r"\*\*[^*]+\*\*", told):
                assert "<" not in bold, key


def test_both_languages_explain_the_same_words() -> None:
    keys = [{*filter(re.compile(r"words\.").match, text_in(code).keys())} for code in LANGUAGES]
    assert keys[0] == keys[1]
    assert len(keys[0]) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_is_of_two_words(language: str) -> None:
    t = text_in(language)
    keys = filter(re.compile(r"words\.\w+\.forms").match, t.keys())
    forms = [form.lower() for key in keys for form in t.raw(key).split("|")]
    assert len(forms) == len(set(forms))
    assert all(form == form.strip() != "" for form in forms)


def test_a_list_has_each_word_once() -> None:
    lines = word_list(["Kinks, a kink", "the margin"], text_in("en")).splitlines()
    assert [line.split("**")[1] for line in lines] == ["kink", "margin"]
