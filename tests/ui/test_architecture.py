"""Imports point one way: lesson -> ui -> core -> NumPy; the layout is the agreed one."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from pages.ui.lessons import Lesson, lessons
from pages.ui.stage.mount import SCRIPTS

ROOT = Path(__file__).parents[2]
STANDARD = set(sys.stdlib_module_names)

SHOWS = re.compile(
    r"(.*_)?(page|stage|panels|figures|controls|component)"
    r"|data|sources|results|pair|published|tables"
)
"""Modules of a lesson that may know the screen; all others compute, and can be read alone."""

LONGEST_FUNCTION, LONGEST_FILE = 60, 500


def sources(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found
    return found


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")


MODULES = {module_of(path) for folder in ("core", "pages") for path in sources(folder)}


def imports(path: Path) -> set[str]:
    """The modules that a file imports; of ours the very module, also in ``from package import``."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner & MODULES or {str(node.module)}
    return found


def outside(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)} - STANDARD


def ours(path: Path) -> set[str]:
    return {name for name in imports(path) if name.split(".")[0] == "pages"}


def is_in(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def package_of(module: str) -> str:
    """core.losses, pages.ui.kit, pages.hinge: the rooms of the house."""
    parts = module.split(".")
    return ".".join(parts[: 3 if parts[:2] == ["pages", "ui"] else 2])


@pytest.mark.parametrize("path", sources("core"), ids=name_of)
def test_core_knows_numpy_only(path: Path) -> None:
    assert outside(path) <= {"core", "numpy"}


@pytest.mark.parametrize("path", sources("pages/ui"), ids=name_of)
def test_ui_knows_no_lesson(path: Path) -> None:
    assert all(is_in(name, "pages.ui") for name in ours(path))


@pytest.mark.parametrize("path", sources("pages/ui/stage"), ids=name_of)
def test_the_stage_knows_nothing_of_ours(path: Path) -> None:
    assert outside(path) <= {"numpy", "plotly", "streamlit", "pages"}
    assert all(is_in(name, "pages.ui.stage") for name in ours(path))


@pytest.mark.parametrize("path", sources("pages/ui/state"), ids=name_of)
def test_the_state_knows_only_texts_besides(path: Path) -> None:
    assert all(is_in(name, "pages.ui.state", "pages.ui.text") for name in ours(path))


@pytest.mark.parametrize("path", sources("pages/ui/text"), ids=name_of)
def test_texts_need_nothing(path: Path) -> None:
    assert outside(path) <= {"pages"}
    assert all(is_in(name, "pages.ui.text") for name in ours(path))


@pytest.mark.parametrize("lesson", lessons())
def test_a_lesson_knows_no_other(lesson: str) -> None:
    for path in sources(f"pages/{lesson}"):
        assert all(is_in(name, "pages.ui", f"pages.{lesson}") for name in ours(path)), path


@pytest.mark.parametrize("lesson", lessons())
def test_what_a_lesson_computes_knows_no_screen(lesson: str) -> None:
    for path in sources(f"pages/{lesson}"):
        if not SHOWS.fullmatch(path.stem):
            assert outside(path) <= {"numpy", "core", "pages"}, path


def test_every_folder_below_pages_is_a_lesson() -> None:
    folders = {path.parent.name for path in (ROOT / "pages").glob("*/__init__.py")}
    assert folders == {*lessons(), "ui"}
    assert [path.name for path in (ROOT / "pages").glob("*.py")] == ["navigation.py"]


def test_no_package_imports_back_up() -> None:
    graph: dict[str, set[str]] = {}
    for folder in ("core", "pages"):
        for path in sources(folder):
            package = package_of(module_of(path))
            known = {package_of(name) for name in imports(path) if is_in(name, "core", "pages")}
            graph.setdefault(package, set()).update(known - {package})
    # Raises CycleError, which tells the cycle.
    order = list(TopologicalSorter(graph).static_order())
    assert order.index("core.losses") < order.index("pages.ui.kit") < order.index("pages.hinge")


@pytest.mark.parametrize("lesson", lessons().values(), ids=lessons())
def test_the_script_of_a_page_is_thin(lesson: Lesson) -> None:
    assert len(lesson.page.read_text(encoding="utf-8").splitlines()) <= 100


def length(function: ast.FunctionDef) -> int:
    """Lines of a function's body, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return 0 if not body else (function.end_lineno or 0) - body[0].lineno + 1


def test_no_function_is_long() -> None:
    long = {
        f"{name_of(path)}:{node.name}"
        for folder in ("core", "pages")
        for path in sources(folder)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and length(node) > LONGEST_FUNCTION
    }
    assert long == set()


def test_no_file_is_long() -> None:
    long = {
        name_of(path)
        for folder in ("core", "pages")
        for path in sources(folder)
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_FILE
    }
    assert long == set()


@pytest.mark.parametrize(
    "module", ["pages.ui.state.state", *(f"pages.{lesson}" for lesson in lessons())]
)
def test_a_state_needs_no_streamlit(module: str) -> None:
    command = f"import {module}, sys; assert not {{'streamlit', 'plotly'}} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=True)


@pytest.mark.parametrize("path", sorted((ROOT / "pages").rglob("*.js")), ids=name_of)
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


@pytest.mark.parametrize(
    "path", sorted((ROOT / "pages").rglob("*.css")), ids=lambda path: path.name
)
def test_no_style_is_tried_on_every_sibling_of_everything(path: Path) -> None:
    # On each of two thousand marks all those before it would be looked at: seconds for a step.
    css = re.sub(r"/\*.*?\*/|:not\([^()]*\)", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(r"[^{}]*[~+] *\*[^{}]*\{", css) == []
