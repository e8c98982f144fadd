"""What the snippets of all lessons share: how the current numbers are written, and printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

__all__ = ["SHOW", "array", "bars"]

SHOW = """\
def show(name, value):
    text = f"{value + 0.0:.4f}"  # -0.0 + 0.0 is 0.0
    if value != 0 and float(text) == 0 or abs(value) >= 1e9:
        text = f"{value:.3e}"
    print(f"{name:28} {text}")"""
"""Source of a function that prints a number as the readouts show it."""


def array(values: Sequence[float]) -> str:
    """Write a row of numbers as the source of a NumPy array."""
    return f"np.array([{', '.join(repr(float(value)) for value in values)}])"


def bars(title: str, names: Sequence[str], rows: Mapping[str, str]) -> str:
    """Write the plot of rows of numbers, side by side at each name.

    ``rows`` has the label of each row, and the expression that gives its numbers.
    """
    drawn = "".join(
        f'figure.add_bar(x=names, y={row}, name="{label}")\n' for label, row in rows.items()
    )
    return f"""\
import plotly.graph_objects as go

names = {list(names)!r}
figure = go.Figure()
{drawn}figure.update_layout(title_text="{title}", template="plotly_white")
figure
"""
