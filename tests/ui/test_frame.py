"""The frame around every lesson: the language, and what the address got wrong."""

from __future__ import annotations

import pytest

from core.losses.comparison import compare_losses
from pages.svm_against_softmax import SvmAgainstSoftmaxState
from pages.ui.state.example import Example
from pages.ui.text import text_in
from tests.apptest import opened, state_of, told

LESSON = "svm_against_softmax"


@pytest.mark.parametrize("locale", ["zh-CN", "fr-FR"])
def test_a_page_opens_in_the_browsers_language(locale: str, monkeypatch) -> None:
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.locale", locale)
    app = opened(LESSON)
    assert app.title[0].value == text_in("zh" if locale == "zh-CN" else "en")(f"{LESSON}.title")


def test_language_switch_keeps_everything_else() -> None:
    app = opened(LESSON, z="1,2", names="x,y", y="1")
    app.button_group(key="language").select("zh").run()
    assert app.query_params["lang"] in ("zh", ["zh"])
    assert state_of(app, SvmAgainstSoftmaxState).example == Example(("x", "y"), (1.0, 2.0), 1)
    assert app.title[0].value == "SVM 与 Softmax 对比"


def test_malformed_address_is_told_and_the_rest_is_used() -> None:
    app = opened(LESSON, z="1,x,3", y="9", margin="2", lang="xx")
    assert [warning.value.replace("\\", "") for warning in app.warning] == [
        "In the address, **lang** = “xx” cannot be used: the languages are en, zh. Used instead: en.",
        "In the address, **z** = “x” cannot be used: this has to be a number such as 3.2. "
        "Used instead: 0.",
        "In the address, **y** = “9” cannot be used: a class is given by its place, a whole number "
        "from 0 to 2. Used instead: 0.",
    ]
    assert told(app)["hinge"] == compare_losses([1, 0, 3], 0, margin=2).hinge
