"""Imports point one way: lesson -> ui -> core -> NumPy; the layout is the agreed one."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages.ui.stage.component import SCRIPTS

ROOT = Path(__file__).parents[2]
STANDARD = set(sys.stdlib_module_names)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def outside(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)} - STANDARD


def sources(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found
    return found


@pytest.mark.parametrize("path", sources("core"), ids=str)
def test_core_knows_numpy_only(path: Path) -> None:
    assert outside(path) <= {"core", "numpy"}


@pytest.mark.parametrize("path", sources("pages/ui/figures"), ids=str)
def test_figures_know_no_streamlit(path: Path) -> None:
    assert outside(path) <= {"core", "pages", "plotly", "numpy"}


@pytest.mark.parametrize("path", sources("pages/ui/stage"), ids=str)
def test_the_stage_knows_no_lesson_and_no_core(path: Path) -> None:
    assert not any(name.startswith("core") for name in imports(path))
    ours = {name for name in imports(path) if name.startswith("pages")}
    assert all(name.startswith("pages.ui.stage") for name in ours)


@pytest.mark.parametrize("path", sources("pages/ui"), ids=str)
def test_ui_knows_no_lesson(path: Path) -> None:
    ours = {name for name in imports(path) if name.startswith("pages")}
    assert all(name.startswith("pages.ui") for name in ours)


@pytest.mark.parametrize("path", sorted((ROOT / "pages").glob("*.py")), ids=str)
def test_a_page_is_thin_and_knows_no_other_page(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80
    ours = {name for name in imports(path) if name.startswith("pages")}
    assert all(name.startswith("pages.ui") for name in ours)


def test_the_example_codec_needs_no_streamlit() -> None:
    command = "import pages.ui.state.state, sys; assert 'streamlit' not in sys.modules"
    subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=True)


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.js")), ids=str)
def test_no_mathematics_in_javascript(path: Path) -> None:
    used = set(re.findall(r"Math\.(\w+)", path.read_text(encoding="utf-8")))
    assert used <= {"abs", "ceil", "floor", "max", "min", "round"}


def test_every_script_of_the_stage_is_sent() -> None:
    stage = ROOT / "pages/ui/stage"
    assert {path.name for path in stage.glob("*.js")} == set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_one_script_knows_plotly(name: str) -> None:
    script = (ROOT / "pages/ui/stage" / name).read_text(encoding="utf-8")
    for inside in (
        r"_fullLayout|_fullData|calcdata",
        r"\b[cdlpr]2[cdlpr]\b|\b_offset\b|\b_length\b",
        r"Plotly\.|plotly_|\.(react|animate|relayout|restyle|downloadImage|toImage|Plots)\b",
        r"\b(bar|scatter)layer\b|\.js-line|\.points?\b > path",
        r"\b(annotations|showarrow|yshift|xref|yref)\b",
    ):
        assert bool(re.search(inside, script)) == (name == "plotly.js"), inside


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_kind_is_a_class_and_never_asked_for(name: str) -> None:
    script = (ROOT / "pages/ui/stage" / name).read_text(encoding="utf-8")
    assert not re.search(
        r"""\b(mark|kind) *[!=]==? *["']|["'] *[!=]==? *\w*\.?(mark|kind)\b""", script
    )
