"""The guide's column beside the stage: where the reader is, the text, the question, the answer."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.ui.guide.answers import Answer, right_choice
from pages.ui.guide.guide import Guide
from pages.ui.lessons import lessons
from pages.ui.stage.number_format import format_given
from pages.ui.state.address import change, language_parameter, link_parameters, open_scene
from pages.ui.state.scenes import UNKNOWN, Ask, scenes_of
from pages.ui.state.written import parse_number, short, write_number
from pages.ui.text import escape
from pages.ui.text.glossary import explained

__all__ = ["answer_of", "guide_column", "question_of", "told"]


def guide_column(guide: Guide, why: Callable[[], str]) -> None:
    """Show the scene that the reader is in, or the way into the first one."""
    if guide.scene is None:
        _invitation(guide)
        return
    _place(guide)
    st.markdown(f"**{guide.say('title')}**")
    if not guide.is_settled:
        st.markdown(guide.t("guide.training"))
        return
    told(guide, guide.say("text"))
    if guide.is_asking and guide.ask is not None:
        question_of(guide, guide.ask)
        return
    if guide.ask is not None and guide.answer is not None:
        answer_of(guide, guide.ask, guide.answer)
    _onwards(guide, why)


def told(guide: Guide, text: str) -> None:
    """Show what a scene says: our own text, nothing in it was typed by a reader."""
    st.markdown(explained(text, guide.t), unsafe_allow_html=True)


def _invitation(guide: Guide) -> None:
    asking = sum(scene.ask is not None for scene in guide.scenes)
    st.markdown(guide.t("guide.invitation", count=len(guide.scenes), asking=asking))
    st.button(guide.t("guide.begin"), key="begin", on_click=open_scene, args=(1,), type="primary")


def _place(guide: Guide) -> None:
    number, count = guide.number, len(guide.scenes)
    with st.container(horizontal=True, key="guide_place", vertical_alignment="center"):
        st.markdown(guide.t("guide.place", number=number, count=count))
        for key, to in (("back", number - 1), ("next", number + 1)):
            st.button(
                guide.t(f"guide.{key}"),
                key=f"guide_{key}",
                on_click=open_scene,
                args=(to,),
                disabled=not 1 <= to <= count,
                type="tertiary",
            )


def question_of(guide: Guide, ask: Ask) -> None:
    """Ask, with the way to answer."""
    t = guide.t
    told(guide, guide.say("ask"))
    if ask.by == "choose":
        for key in ask.choices:
            _commit(guide, guide.say(f"{key}_label"), key, key=f"choice_{key}")
    elif ask.by == "ghost":
        draft = guide.draft
        st.button(
            t("guide.drag") if draft is None else t("guide.check", guess=format_given(draft)),
            key="guess_check",
            on_click=open_scene,
            args=(guide.number, None if draft is None else write_number(draft)),
            disabled=draft is None,
            type="primary",
            width="stretch",
        )
    else:
        _typed(guide)
    _commit(guide, t("guide.unknown"), UNKNOWN, key="guess_unknown", type="tertiary")


def _commit(guide: Guide, label: str, guess: str, *, key: str, type: str = "secondary") -> None:
    st.button(
        label,
        key=key,
        on_click=open_scene,
        args=(guide.number, guess),
        type=type,  # type: ignore[arg-type]
        width="stretch",
    )


def _typed(guide: Guide) -> None:
    """What is typed is an answer if it is a number; else it stays, and is explained."""
    key = f"guess_typed_{guide.number}"

    def given() -> None:
        value, problem = parse_number(st.session_state[key].replace(",", "."), "guess", None)
        if problem is None:
            open_scene(guide.number, write_number(value))

    with st.form(f"guess_form_{guide.number}", border=False):
        st.text_input(guide.t("guide.number"), key=key, max_chars=40)
        st.form_submit_button(
            guide.t("guide.answer"), on_click=given, type="primary", width="stretch"
        )
    typed = st.session_state[key]
    problem = parse_number(typed.replace(",", "."), "guess", None)[1] if typed else None
    if problem is not None:
        reason = guide.t(f"reason.{problem.reason}", **problem.limits)
        st.error(guide.t("problem.typed", value=escape(short(typed)), reason=reason), icon="✏️")


def answer_of(guide: Guide, ask: Ask, answer: Answer) -> None:
    """Say whether the guess was right, and what is."""
    t = guide.t
    verdict = {True: "right", False: "wrong", None: "unknown"}[answer.is_right]
    lines = [t(f"guide.is_{verdict}")]
    if ask.by == "choose":
        right = right_choice(ask, guide.after, guide.before)
        lines.append(t("guide.choice", truth=guide.say(f"{right}_label")))
    elif answer.is_right is None:
        lines.append(t("guide.truth", truth=answer.truth))
    else:
        side = {0: "beside", 1: "above", -1: "below"}[answer.side]
        lines.append(t(f"guide.{side}", **answer.words))
    with st.container(key=f"guide_{verdict}"):
        st.markdown(" ".join(lines))
        told(guide, guide.reply(answer))


def _onwards(guide: Guide, why: Callable[[], str]) -> None:
    t, is_last = guide.t, guide.number == len(guide.scenes)
    with st.container(horizontal=True, key="guide_onwards"):
        if guide.ask is not None and st.button(t("guide.why"), key="guide_why"):
            st.dialog(t("tab.why"), width="large")(lambda: st.markdown(why()))()
        if not is_last:
            st.button(
                t("guide.next"),
                key="guide_onward",
                on_click=open_scene,
                args=(guide.number + 1,),
                type="primary",
            )
    if is_last:
        _next_lesson(guide)
    if guide.is_moved:
        st.button(
            t("guide.restore"),
            key="guide_restore",
            on_click=open_scene,
            args=(guide.number, guide.state.guess),
            type="tertiary",
        )
    st.button(
        t("guide.leave"),
        key="guide_leave",
        on_click=change,
        args=(guide.state,),
        kwargs={"scene": None, "guess": None},
        type="tertiary",
    )


def _next_lesson(guide: Guide) -> None:
    names = list(lessons())
    following = names[names.index(guide.lesson) + 1 :]
    if not following:
        return
    lesson = lessons()[following[0]]
    parameters = (
        {"scene": "1", **language_parameter()} if scenes_of(lesson.state) else link_parameters()
    )
    st.page_link(
        str(lesson.page),
        label=guide.t("guide.next_lesson", title=guide.t(f"{lesson.name}.title")),
        query_params=parameters,
        icon=":material/arrow_forward:",
    )
