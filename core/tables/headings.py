"""What headings say of their columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

__all__ = ["LABEL_COLUMN", "is_index", "is_prediction", "is_sure", "label_places"]

LABEL_COLUMN: Final = "label"
"""Heading of the true classes in the tables that are written."""

_SURE: Final = ("label", "labels", "真实标签", "真实类别", "标签", "类别", "正确类别", "真值")
_LABELS: Final = (
    *_SURE,
    *("target", "targets", "y_true", "true_label", "true_class", "ground_truth", "gt", "truth"),
    *("class", "classes", "category", "species", "目标", "y"),
)
"""The surest first."""
_INDICES: Final = frozenset(
    {
        *("", "id", "ids", "idx", "index", "row", "nr", "number", "sample", "point", "image"),
        *("filename", "file", "path", "序号", "编号", "索引", "样本", "点"),
    }
)
_PREDICTIONS: Final = frozenset(
    {
        *("pred", "preds", "prediction", "predictions", "predicted", "y_pred", "y_hat", "argmax"),
        *("predicted_label", "predicted_class", "pred_label", "预测", "预测标签", "预测类别"),
    }
)
_UNNAMED = re.compile(r"unnamed(:_?\d+)?")


def _word(heading: str) -> str:
    return re.sub(r"[\s_-]+", "_", heading.strip().casefold())


def label_places(headings: Sequence[str]) -> list[int]:
    """Where headings name true classes, the surest first.

    Examples
    --------
    >>> label_places(["y", "cat", "Label"]), label_places(["x", "y", "kind"])
    ([2, 0], [])
    """
    words = [_word(heading) for heading in headings]
    # Beside x, y is a coordinate. Of two the last: a class may be called so, too.
    known = [name for name in _LABELS if name != "y" or "x" not in words]
    return [
        place for name in known for place in range(len(words) - 1, -1, -1) if words[place] == name
    ]


def is_sure(heading: str) -> bool:
    """Whether a heading is that of true classes, and hardly the name of a class.

    Examples
    --------
    >>> is_sure("Label"), is_sure("y")
    (True, False)
    """
    return _word(heading) in _SURE


def is_index(heading: str) -> bool:
    """Whether a heading is that of names or numbers of rows.

    Examples
    --------
    >>> is_index("Unnamed: 0"), is_index("cat")
    (True, False)
    """
    word = _word(heading)
    return word in _INDICES or _UNNAMED.fullmatch(word) is not None


def is_prediction(heading: str) -> bool:
    """Whether a heading is that of predicted classes.

    Examples
    --------
    >>> is_prediction("y_pred"), is_prediction("label")
    (True, False)
    """
    return _word(heading) in _PREDICTIONS
