"""`SOFTQL_THOROUGH=1 python -m pytest`: also what is too long for every change, minutes more. Room: os."""

import os

THOROUGH = os.environ.get("SOFTQL_THOROUGH", "0") != "0"
