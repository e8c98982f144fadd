"""The frame of a confusion matrix."""

from __future__ import annotations

from functools import lru_cache

import plotly.graph_objects as go

from pages.ui.kit.bars import FIGURES_KEPT
from pages.ui.kit.theme import base_figure, class_axis, plain

__all__ = ["confusion_figure"]


@lru_cache(FIGURES_KEPT)
def confusion_figure(names: tuple[str, ...], predicted: str, true: str) -> go.Figure:
    """The frame of the confusion matrix: a row a true class, a column a predicted one."""
    classes = len(names)
    figure = base_figure()
    class_axis(figure, names)
    longest = max(len(name) for name in names)
    figure.update_xaxes(title_text=predicted)
    figure.update_yaxes(
        range=[classes - 0.5, -0.5],
        tickvals=list(range(classes)),
        ticktext=[plain(name if len(name) <= 12 else name[:11] + "…") for name in names],
        showgrid=False,
        zeroline=False,
        title_text=true,
    )
    bottom = figure.layout.margin.b + 22
    figure.update_layout(margin={"l": 48 + 8 * min(longest, 12), "b": bottom})
    return figure
