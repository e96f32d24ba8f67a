"""The run: inputs, columns in processes of their own, truth, tables, picture."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.accuracy import cases, page, picture

HERE, ROOT = Path(__file__).parent, cases.ROOT
DOCS = ROOT / "docs"
CACHE = ROOT / "build" / "accuracy"  # compiled operators, and the peers' environment


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy", description="Generate docs/accuracy.md.")
    parser.add_argument("--rows", type=int, default=200, help="rows of each regime (4,096 actions: a fiftieth)")
    parser.add_argument("--peers", help="a Python that has the peers; without it, an environment is made for them")
    parser.add_argument("--price", action="store_true", help="only measure the price in speed: on a quiet machine")
    parser.add_argument("--bits", action="store_true", help="only count results that depend on the way of calling")
    arguments = parser.parse_args()
    if arguments.bits:
        found = run([sys.executable, "-m", "benchmarks.accuracy.bits"])
        page.write_bits(DOCS / "accuracy.md", json.loads(found))
        return
    if arguments.price:
        found = run([sys.executable, "-m", "benchmarks.accuracy.price"])
        page.write_price(DOCS / "accuracy.md", json.loads(found))
        return
    start = time.monotonic()
    peers = arguments.peers or environment()
    with tempfile.TemporaryDirectory() as folder:
        columns = {dtype: measure(Path(folder), dtype, arguments.rows, peers) for dtype in ("float32", "float64")}
    edges = edge_answers(peers)
    page.write(DOCS / "accuracy.md", columns, edges, arguments.rows)
    picture.write(DOCS / "accuracy.png", columns["float32"])
    print(f"docs/accuracy.md, accuracy.png and accuracy.csv written in {time.monotonic() - start:.0f} s")


def run(command: list[str], x64: bool = False) -> str:
    """A process with softql on its path, its compiled operators kept for the next run."""
    extra = {
        "PYTHONPATH": str(ROOT),
        "JAX_ENABLE_X64": str(int(x64)),
        "JAX_PLATFORMS": "cpu",
        "JAX_COMPILATION_CACHE_DIR": str(CACHE / "compiled"),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.5",
    }
    out = subprocess.run(command, cwd=ROOT, env=os.environ | extra, stdout=subprocess.PIPE, text=True)
    if out.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return out.stdout


def environment() -> str:
    """The peers' own environment, made at the first run; a peer that cannot be installed is left out."""
    python = CACHE / "peers" / "bin" / "python"
    if not python.exists():
        run([sys.executable, "-m", "venv", str(CACHE / "peers")])
        for line in (HERE / "requirements.txt").read_text().split():
            subprocess.run([python, "-m", "pip", "install", "-q", line])
    return str(python)


def measure(folder: Path, dtype: str, rows: int, peers: str) -> page.Column:
    """Every column in one dtype; 16-bit floats with float32."""
    inputs, x64 = folder / f"{dtype}.npz", dtype == "float64"
    arrays = cases.inputs(rows, dtype) | ({} if x64 else cases.low_inputs(rows))
    np.savez(inputs, **arrays)
    found: dict[str, np.ndarray] = {}
    for name, command in {
        "ours": [sys.executable, "-m", "benchmarks.accuracy.operators"],
        "theirs": [peers, str(HERE / "peers.py")],
    }.items():
        output = folder / f"{dtype}.{name}.npz"
        run([*command, str(inputs), str(output)], x64)
        found |= dict(np.load(output))
    return page.Column(dtype, arrays, found)


def edge_answers(peers: str) -> dict[str, list]:
    """What each column answers at the edges."""
    ours = run([sys.executable, str(HERE / "edge_answers.py"), "softql"])
    theirs = run([peers, str(HERE / "edge_answers.py"), "peers"])
    return json.loads(ours) | json.loads(theirs)


if __name__ == "__main__":
    main()
