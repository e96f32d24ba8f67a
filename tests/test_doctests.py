"""Every example in a docstring runs, and every public function has one."""

import doctest
import importlib
import inspect

import pytest
from test_architecture import module_name, modules

NAMES = [module_name(path) for path in modules()]


@pytest.mark.parametrize("name", NAMES)
def test_examples(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0


def test_every_public_equation_has_an_example():
    rooms = ("equations", "measures", "returns", "temperature", "tabular", "equivalences")
    for room in (f"softql.{name}" for name in rooms):
        module = importlib.import_module(room)
        functions = [(n, f) for n, f in vars(module).items() if inspect.isfunction(f) and f.__module__.startswith(room)]
        public = [function for name, function in functions if name[0] != "_"]
        assert len(public) >= 3
        for function in public:
            doc = inspect.getdoc(function) or ""
            for part in ("Args:", "Returns:", "Raises:", "Example", ">>>", "["):
                assert part in doc, f"{function.__name__} has no {part}"
