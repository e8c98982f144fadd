"""The code of every lesson as a notebook: what is stored in it is what a kernel makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
from streamlit.runtime.media_file_manager import MediaFileManager

from pages.ui.lessons import lessons
from pages.ui.notebook import Code, notebook
from pages.ui.text import text_in
from tests.apptest import header, opened, told

ROOT = Path(__file__).parents[2]
FIGURE = "application/vnd.plotly.v1+json"
PLOT = "import plotly.graph_objects as go\nfigure = go.Figure().add_bar(y=[a])\nfigure"
NOT_PRINTED = {"least_l2", "net_step", "net_epoch", "net_rate", "kink_count"}
"""Settings that the code has as such, and what no code computes."""


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], str]]:
    """What the pages that a test opens would write, if their buttons were pressed."""
    writers: list[Callable[[], str]] = []

    def keep(self: MediaFileManager, write: Callable[[], str], *rest: Any, **others: Any) -> str:
        writers.append(write)
        return "file"

    monkeypatch.setattr(MediaFileManager, "add_deferred", keep)
    return writers


def read(written: str) -> nbformat.NotebookNode:
    book = nbformat.reads(written, as_version=4)
    nbformat.validate(book)
    return book


def cells(book: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def figures(cell: nbformat.NotebookNode) -> list[Any]:
    """The traces that a cell shows."""
    return [
        output.data[FIGURE]["data"] for output in cell.outputs if output.output_type != "stream"
    ]


def printed(cell: nbformat.NotebookNode) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def test_texts_code_output_and_plot_follow_each_other() -> None:
    book = read(
        notebook(("https://here/?z=1\n\n# Title", "## Why"), Code("a = 6 * 7\nprint(a)\n", PLOT))
    )
    assert [cell.source for cell in book.cells] == [
        *("https://here/?z=1\n\n# Title", "## Why", "a = 6 * 7\nprint(a)", PLOT)
    ]
    assert printed(book.cells[2]) == "42\n"
    ((bar,),) = figures(book.cells[3])
    assert bar["type"] == "bar"
    assert bar["y"] == [42]


def test_what_the_code_reads_is_written_by_the_notebook_itself() -> None:
    code = Code('a = int(open("a.csv").read())\nprint(a)', PLOT, {"a.csv": lambda: "7\n"})
    book = read(notebook((), code))
    assert [cell.source.split("\n")[0] for cell in book.cells[:1]] == ["%%writefile a.csv"]
    assert printed(book.cells[1]) == "7\n"
    assert not (ROOT / "a.csv").exists()


def test_code_that_fails_makes_no_notebook() -> None:
    with pytest.raises(Exception, match="returned non-zero exit status 1"):
        notebook((), Code("1 / 0", PLOT))


LESSONS = [name for name, lesson in lessons().items() if lesson.part is not None]
ADDRESSES = [
    *((name, {}) for name in LESSONS),
    ("svm_against_softmax", {"follow": "run", "lang": "zh"}),
    ("softmax_loss_graph", {"graph": "gates"}),
    ("hinge", {"names": '"""\nraise,a"b,c\\', "z": "1,2,3"}),
]


def test_a_kernel_prints_and_draws_what_every_lesson_stored(
    offered: list[Callable[[], str]],
) -> None:
    stored, screens = list[nbformat.NotebookNode](), list[dict[str, float]]()
    for name, address in ADDRESSES:
        app = opened(name, tab="code", **address)
        book = read(offered.pop()())
        t = text_in(address.get("lang", "en"))
        opening, why, _ = (cell.source for cell in book.cells[:3])
        first, _, title, _, question = opening.split("\n", 4)
        assert all(f"{key}=" in first for key in address)
        assert (title, question) == (f"# {t(f'{name}.title')}", t(f"{name}.question"))
        assert "$$" in why
        assert cells(book)[0].source == app.code[0].value.rstrip("\n")
        now = told(app)
        screens.append(
            {
                readout["id"]: now[readout["id"]]
                for readout in header(app)["readouts"]
                if readout["label"] and readout["choices"] is None
                if now[readout["id"]] is not None and readout["id"] not in NOT_PRINTED
            }
        )
        stored.append(book)
    # One kernel for all of them: to start one takes longer than to run a lesson.
    sources = [
        cell.source for book in stored for cell in (*cells(book), new_code_cell("%reset -f"))
    ]
    rerun = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(
        rerun, resources={"metadata": {"path": str(ROOT)}}, kernel_name="python3"
    ).execute()
    for k, (book, screen) in enumerate(zip(stored, screens, strict=True)):
        code, plot, _ = rerun.cells[3 * k : 3 * k + 3]
        assert printed(code) == printed(cells(book)[0])
        assert figures(plot) == json.loads(json.dumps(figures(cells(book)[1])))
        words = set(printed(code).split())
        for id, number in screen.items():
            written = {f"{number:.4f}", f"{number:.3e}", f"{number:g}"}
            assert words & written, (ADDRESSES[k], id)
