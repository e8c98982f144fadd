"""The code on screen as a Jupyter notebook that has been run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

__all__ = ["Code", "notebook"]

_ROOT: Final = Path(__file__).parents[2]
_LONGEST_RUN_S: Final = 120
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Code:
    """Code that prints the numbers on screen, and code that then draws them as ``figure``.

    ``files`` are those that it reads from the folder that it runs in.
    """

    source: str
    plot: str
    files: Mapping[str, Callable[[], str]] = field(default_factory=dict)


def notebook(text: Sequence[str], code: Code) -> str:
    """Write a notebook of format 4.5: the texts, then the code with what it prints and draws."""
    files = tuple((name, write()) for name, write in code.files.items())
    with _one_at_a_time:  # a whole class may ask for the same one
        printed, figure = _run(code.source, code.plot, files)
    plot = {
        "output_type": "display_data",
        "metadata": {},
        # As Plotly itself shows a figure in JupyterLab and in VS Code.
        "data": {"application/vnd.plotly.v1+json": figure, "text/plain": "Figure"},
    }
    runs: list[tuple[str, dict[str, Any]]] = [
        *(
            (f"%%writefile {name}\n{content}", _stream(f"Writing {name}\n"))
            for name, content in files
        ),
        (code.source, _stream(printed)),
        (code.plot, plot),
    ]
    cells: list[dict[str, Any]] = [{"cell_type": "markdown", "source": part} for part in text]
    for count, (source, output) in enumerate(runs, 1):
        run = {"execution_count": count, "outputs": [output]}
        cells.append({"cell_type": "code", "source": source.rstrip("\n"), **run})
    content = {
        "cells": [{"id": f"cell-{i}", "metadata": {}, **cell} for i, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def _stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


_RUNNER: Final = """\
import contextlib, io, json, sys
source, plot = json.load(sys.stdin)
names = {"__name__": "__main__"}
printed = io.StringIO()
with contextlib.redirect_stdout(printed):
    exec(source, names)
    exec(plot, names)
json.dump([printed.getvalue(), json.loads(names["figure"].to_json())], sys.stdout)
"""


@lru_cache(maxsize=64)
def _run(source: str, plot: str, files: tuple[tuple[str, str], ...]) -> tuple[str, Any]:
    """Run the code in a process of its own: what it prints is its own, and no one waits for it."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files:
            (Path(folder) / name).write_text(content, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", _RUNNER],
            input=json.dumps([source, plot]),
            capture_output=True,
            text=True,
            check=True,
            timeout=_LONGEST_RUN_S,
            cwd=folder if files else _ROOT,
        )
    printed, figure = json.loads(done.stdout)
    return printed, figure
