"""The examples in all docstrings run, and every public function of the core has one."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import core
import pages.ui

CORE = [m.name for m in pkgutil.walk_packages(core.__path__, "core.") if not m.ispkg]
UI = [module.name for module in pkgutil.walk_packages(pages.ui.__path__, "pages.ui.")]


def test_modules_are_found():
    assert {"core.losses.activations", "core.losses.loss", "core.gradients.check"} <= set(CORE)
    assert {"pages.ui.frame", "pages.ui.stage.number_format"} <= set(UI)


@pytest.mark.parametrize("name", [*CORE, *UI])
def test_examples_run(name):
    """Words under the heading "Examples" that no prompt stands before would run nothing."""
    module = importlib.import_module(name)
    found = doctest.DocTestFinder(exclude_empty=False).find(module)
    promised = {test.name for test in found if "Examples\n---" in inspect.cleandoc(test.docstring)}
    assert promised <= {test.name for test in found if test.examples}
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted >= len(promised)


@pytest.mark.parametrize(
    "name", ["core.losses.activations", "core.losses.hinge", "core.gradients.check"]
)
def test_public_functions_have_complete_docstrings(name):
    module = importlib.import_module(name)
    functions = [getattr(module, member) for member in module.__all__]
    for function in filter(inspect.isfunction, functions):
        for section in ("Parameters", "Returns", "Raises", "Examples"):
            assert f"{section}\n    ---" in function.__doc__, (function, section)


@pytest.mark.parametrize("name", CORE)
def test_public_names_are_listed_and_exist(name):
    module = importlib.import_module(name)
    assert list(module.__all__)
    assert [member for member in module.__all__ if not hasattr(module, member)] == []
