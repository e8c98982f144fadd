"""Above the stage: the view, a guess at the question mark. Below it: the graph, the true class."""

from __future__ import annotations

import streamlit as st

from pages.softmax_loss_graph import GRAPH_VIEWS, GRAPHS, SoftmaxLossGraphState
from pages.softmax_loss_graph.guessing import WITHIN, asked_at, reply_to
from pages.softmax_loss_graph.numbers import GraphSweeps
from pages.softmax_loss_graph.sentences import Wording
from pages.ui.kit.controls import label_control
from pages.ui.stage.number_format import format_compact, format_given
from pages.ui.state.address import bind, change
from pages.ui.state.parameters import parameter_of
from pages.ui.state.written import Problem, short
from pages.ui.text import Text, escape

__all__ = ["graph_controls", "graph_notes", "stepping_controls"]

DIGITS = 4
"""Of a number in the graph."""


def stepping_controls(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> None:
    """Choose the view, guess what stands at the question mark, or see everything."""
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", key="stepping"):
            if not state.is_circuit:
                _view(state, t)
            _guess_field(state, sweeps, t)
            is_whole = sweeps.step == sweeps.last
            st.button(
                t(f"softmax_loss_graph.control.{'hide' if is_whole else 'show'}"),
                on_click=lambda: change(state, node=int(is_whole), said=None),
            )
        st.markdown(_reply(state, sweeps, t))


def _view(state: SoftmaxLossGraphState, t: Text) -> None:
    st.segmented_control(
        t("softmax_loss_graph.control.view"),
        GRAPH_VIEWS,
        format_func=lambda id: t(f"softmax_loss_graph.view.{id}"),
        required=True,
        label_visibility="collapsed",
        # Another view is all shown if all of this one is known, else its inputs.
        **bind(state, "view", node=min(state.node, 1), said=None),
    )


def _guess_field(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> None:
    """A number for the question mark; entered, it opens the next node."""
    following, asks = sweeps.step + 1, _asks(state, sweeps)
    key = f"said_{sweeps.step}"

    def given() -> None:
        value, problems = _read(st.session_state[key], state)
        if not problems:
            change(state, said=value, node=following + 1)

    unit = Wording(state, sweeps, t).question(following) if asks else ""
    st.text_input(
        t("softmax_loss_graph.control.guess"),
        key=key,
        on_change=given,
        max_chars=40,
        disabled=not asks,
        label_visibility="collapsed",
        placeholder=t(f"softmax_loss_graph.guess.{'asked' if asks else 'known'}", unit=unit),
    )


def _asks(state: SoftmaxLossGraphState, sweeps: GraphSweeps) -> bool:
    """Whether question marks stand in the graph."""
    return bool(asked_at(state, sweeps, sweeps.step + 1))


def _read(typed: str, state: SoftmaxLossGraphState) -> tuple[float | None, tuple[Problem, ...]]:
    """Read a guess as the address would; a comma can only be that of a decimal."""
    value, problems = parameter_of(state, "said").read(typed.replace(",", "."), state)
    return value, problems


def _reply(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> str:
    """Tell what the reader guessed, why his text is no guess, or what can be guessed."""
    typed = st.session_state[f"said_{sweeps.step}"]
    problems = _read(typed, state)[1] if typed.strip() else ()
    for problem in problems:
        reason = t(f"reason.{problem.reason}", **problem.limits)
        return "✏️ " + t("problem.typed", value=escape(short(typed)), reason=reason)
    reply = reply_to(state, sweeps)
    if reply is None:
        percent = f"{100 * WITHIN:g}"
        is_open = _asks(state, sweeps)
        return t(f"softmax_loss_graph.guess.{'hint' if is_open else 'done'}", percent=percent)
    words = {
        "guess": format_given(reply.guess),
        "truth": format_compact(reply.truth, DIGITS),
        "gap": format_compact(abs(reply.guess - reply.truth), DIGITS),
    }
    if reply.kind == "right":
        return f"{t('guide.is_right')} {t('guide.beside', **words)}"
    side = "above" if reply.guess > reply.truth else "below"
    found = t(f"guide.{side if reply.kind == 'other' else 'beside'}", **words)
    return f"{t('guide.is_wrong')} {found} {t(f'softmax_loss_graph.guess.{reply.kind}')}"


def graph_controls(state: SoftmaxLossGraphState, t: Text) -> None:
    """Choose the graph, and the true class of softmax with loss."""
    graph, label = st.columns([4, 3])
    graph.selectbox(
        t("softmax_loss_graph.control.graph"),
        GRAPHS,
        format_func=lambda id: t(f"softmax_loss_graph.graph.{id}"),
        **bind(state, "graph", node=min(state.node, 1), inputs=None, said=None),
    )
    if not state.is_circuit:
        with label:
            label_control(state, t, said=None)


def graph_notes(state: SoftmaxLossGraphState, sweeps: GraphSweeps, t: Text) -> None:
    """Tell where the graph is not that of the scores as they were given."""
    rest = len(state.example.names) - len(sweeps.kept)
    for note, holds in {"shifted": sweeps.is_shifted, "merged": sweeps.is_merged}.items():
        if holds:
            st.caption(t(f"softmax_loss_graph.note.{note}", count=rest))
