"""The examples in the docstrings of the core run, and every public function has one."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import core

MODULES = [f"core.{module.name}" for module in pkgutil.iter_modules(core.__path__)]


def test_modules_are_found():
    assert {"core.losses.activations", "core.losses.loss", "core.gradients.check"} <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_doctests(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


@pytest.mark.parametrize(
    "name", ["core.losses.activations", "core.losses.loss", "core.gradients.check"]
)
def test_public_functions_have_complete_docstrings(name):
    module = importlib.import_module(name)
    functions = [getattr(module, member) for member in module.__all__]
    for function in filter(inspect.isfunction, functions):
        for section in ("Parameters", "Returns", "Raises", "Examples"):
            assert f"{section}\n    ---" in function.__doc__, (function, section)


@pytest.mark.parametrize("name", MODULES)
def test_public_names_are_listed_and_exist(name):
    module = importlib.import_module(name)
    assert list(module.__all__)
    assert [member for member in module.__all__ if not hasattr(module, member)] == []
