"""What the foreign tests share: how expected failures are written down, and how many inputs a law gets."""

from __future__ import annotations

import os

EXAMPLES = int(os.environ.get("SOFTQL_LAW_EXAMPLES", "100"))


def because(reasons: dict[str, str]) -> dict[str, str]:
    """law -> reason, from reason -> laws."""
    return {law: reason for reason, laws in reasons.items() for law in laws.split()}
