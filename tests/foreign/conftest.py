"""The laws on other libraries run by a command of their own; in the ordinary suite they say so and are skipped."""

import os

import pytest


def pytest_collection_modifyitems(items):
    if "SOFTQL_FOREIGN" not in os.environ:
        how = "run by `python tests/foreign/run.py`, in pinned environments"
        for item in items:
            if "foreign" in item.path.parts:
                item.add_marker(pytest.mark.skip(reason=how))
