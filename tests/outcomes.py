"""What two run folders are held equal by: everything but the clock."""

import csv
import json

from softql import runs


def lines(folder):
    """metrics.csv without the clock."""
    with open(folder / runs.METRICS, newline="") as file:
        return [{k: v for k, v in line.items() if k != "seconds"} for line in csv.DictReader(file)]


def outcome(folder):
    """All that a run is for: parameters, metrics without the clock, greedy returns, status."""
    result = json.loads((folder / runs.RESULT).read_text())
    return (folder / runs.PARAMETERS).read_bytes(), lines(folder), result.get("greedy_returns"), result["status"]
