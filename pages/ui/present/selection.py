"""What of a lesson is shown in a lecture: the panels that were chosen, some of them covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pages.ui.guide.guide import Shown
from pages.ui.guide.staging import FUTURE, covered, with_panels
from pages.ui.stage.mount import Stage
from pages.ui.stage.readouts import spoken
from pages.ui.state.showing import Showing
from pages.ui.state.written import Problem, short
from pages.ui.text import Text

__all__ = ["hideable", "panel_titles", "selected", "unknown_names"]


def selected(
    shown: Sequence[Shown], showing: Showing, question: str, t: Text, *, is_presented: bool
) -> list[Shown]:
    """Give the stages as they are to be shown; presented, there is room for the first of them.

    What is covered is not sent to the browser: to reveal it takes as long as a release.
    """
    ids = {panel.id for entry in shown for panel in entry.stage.panels}
    chosen = [id for id in showing.panels if id in ids]
    found = [entry.on(with_panels(entry.stage, chosen)) for entry in shown] if chosen else [*shown]
    if is_presented:
        found = [entry for entry in found if entry.stage.panels][:1]
    if not showing.covered:
        return found
    return [entry.on(covered(entry.stage, showing.covered, question, t)) for entry in found]


def panel_titles(shown: Sequence[Shown]) -> Mapping[str, str]:
    """Give the panels by their ids, each with its title as it is now."""
    return {
        panel.id: _filled(entry.stage, panel.title)
        for entry in shown
        for panel in entry.stage.panels
    }


def hideable(shown: Sequence[Shown], t: Text) -> Mapping[str, str]:
    """Give what can be hidden, in the order of the screen, each with its name."""
    told = [one for entry in shown for one in entry.stage.readouts if one.label is not None]
    names = {one.id: str(one.label) for one in told}
    names |= {
        one.id: t("present.sentence", words=_first_words(entry.stage, one.id))
        for entry in shown
        for one in entry.stage.readouts
        if one.label is not None and one.choices is not None
    }
    names |= {id: t("present.panel", title=title) for id, title in panel_titles(shown).items()}
    has_steps = any(panel.over_steps for entry in shown for panel in entry.stage.panels)
    return names | ({FUTURE: t("present.future")} if has_steps else {})


def unknown_names(shown: Sequence[Shown], showing: Showing, t: Text) -> list[Problem]:
    """Tell which of the names in the address no panel and no readout has."""
    known = {"panels": panel_titles(shown), "hide": hideable(shown, t)}
    given = {"panels": showing.panels, "hide": showing.hidden_names}
    return [
        Problem(name, id, "option", "", {"options": ", ".join(known[name])})
        for name, ids in given.items()
        for id in ids
        if id not in known[name]
    ]


def _first_words(stage: Stage, sentence: str) -> str:
    written = _filled(stage, f"{{{sentence}}}")
    return short(_filled(stage, written).replace("**", ""))  # its own numbers, too


def _filled(stage: Stage, title: str) -> str:
    return spoken(stage.readouts, lambda channel: float(np.ravel(channel(stage.now))[0]), title)
