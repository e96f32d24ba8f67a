"""`softql report RUN`: what a run folder holds, on one page that needs no network.

The page is made of the folder's own files: settings, verdict, exact figures, the last lines of the metrics, and each
picture, inlined. Needs the standard library only.
"""

from __future__ import annotations

import argparse
import base64
import csv
import html
import json
import re
import shlex
import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from softql import options
from softql.finding import label
from softql.mistakes import Mistake

__all__ = ["add_to", "page"]

STYLE = """
:root { color-scheme: light dark; --dim: #777; --line: #8884; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
td, th { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid var(--line); font-weight: normal; }
th { color: var(--dim); } td { font-variant-numeric: tabular-nums; } td:first-child { overflow-wrap: anywhere; }
img { max-width: 100%; background: white; border-radius: 4px; }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; } .dim { color: var(--dim); }
"""
FIGURES = ("learning_curves", "entropy", "value_map", "value_along_episode", "policy_at_states")  # of softql plot
VERDICT = {
    "greedy_returns": "mean greedy return",
    "suboptimality": "below V* with entropy, exactly",
    "greedy_suboptimality": "greedy policy below the best, exactly",
    "q_error": "largest |Q - Q*|",
}
"""What result.json may say of each seed, and how it is called on the page; reward units."""


OF_NETWORK, OF_CHAINS = {"particles", "noise", "policy_rate"}, {"chain", "step_size"}
IDLE = {
    "on_policy": {"batch", "updates", "buffer", "warmup", "polyak"},
    "replay": {"epochs", "minibatches", "lambda_"},
    "quadrature": {*OF_NETWORK, *OF_CHAINS, "samples"},
    "stein": {*OF_CHAINS, "nodes"},
    "langevin": OF_NETWORK,
    "mala": OF_NETWORK,
}
"""Settings that a mode does not use, and that `softql train` refuses there."""


def add_to(commands: Any) -> None:
    """The command."""
    report = commands.add_parser(
        "report",
        help="a run as one self-contained page",
        description="Write report.html into a run folder: the verdict of each seed, exact figures where the "
        "environment is a small MDP, pictures, settings, versions and the command that makes the run again.",
    )
    report.set_defaults(run=_report)
    report.add_argument("folder", type=options.folder, metavar="RUN", help="the run folder")
    report.add_argument("--out", type=options.folder, metavar="FILE", help="the page (default: RUN/report.html)")


def _report(arguments: argparse.Namespace) -> int:
    out: Path = arguments.out or arguments.folder / "report.html"
    text = page(arguments.folder)
    try:
        out.write_text(text, "utf-8")
    except OSError as error:
        raise Mistake(f"can't write {out}: {error.strerror or error}; --out FILE writes elsewhere") from error
    print(out)
    return 0


def page(folder: Path) -> str:
    """The whole page.

    Raises:
        Mistake: if the folder is none of a run that ended.
    """
    config = _json(folder / "config.json")
    if config.get("command") != "train":
        raise Mistake(f"{folder} is no run of softql train; a sweep is drawn by softql compare")
    result = _json(folder / "result.json")
    try:
        name = str(config["environment"])
        verdict = {about: list(result[key]) for key, about in VERDICT.items() if key in result}
        status = f"{result['status']}, {result['env_steps_per_seed']:,} environment steps a seed"
    except (KeyError, TypeError, ValueError) as error:
        raise Mistake(f"{folder} holds no report of softql train: {error!r} in config.json or result.json") from error
    seeds = config.get("seeds", "?")
    title = f"{label(name)}, {seeds} seed{'s' * (seeds != 1)}"
    parts = [
        f"<p>{_safe(status)}, in {float(result.get('seconds', float('nan'))):.0f} s.</p>",
        "<h2>What each seed learned</h2>",
        _by_seed(verdict),
        *_pictures(folder),
        "<h2>At the end</h2>",
        _last(folder / "metrics.csv"),
        "<h2>Settings</h2>",
        f"<p>Again: <code>{_safe(again(config))}</code></p>",
        _settings(config),
    ]
    body = "\n".join(parts)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{_safe(title)}</title><style>{STYLE}</style></head><body>
<h1>{_safe(title)}</h1>
{body}
</body></html>
"""


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        what = "of a run that ended" if path.name == "result.json" and path.parent.is_dir() else "a run folder"
        raise Mistake(f"{path.parent} is not {what}: it has no {path.name}") from error
    except (OSError, ValueError) as error:
        raise Mistake(f"can't read {path}: {error}") from error
    if not isinstance(found, dict):
        raise Mistake(f"{path} is no record of a run")
    return found


def _by_seed(verdict: Mapping[str, list[float]]) -> str:
    rows = [["seed", *verdict]]
    rows += [[str(i), *(f"{x:.4g}" for x in row)] for i, row in enumerate(zip(*verdict.values(), strict=False))]
    rows += [["mean", *(f"{statistics.fmean(found):.4g}" for found in verdict.values() if found)]]
    return _table(rows)


def _pictures(folder: Path) -> Iterable[str]:
    """Every picture of the folder and of what `softql plot` drew in it, inlined; a dark one where the page is dark."""
    kinds = [sorted(folder.glob(f"*.{kind}")) for kind in ("png", "gif")]  # a GIF takes the place of its strip
    found = {path.stem: path for paths in kinds for path in paths}
    figures = {path.stem: path for path in sorted((folder / "figures").glob("*.png"), key=_place)}
    if "learning_curves" in figures:
        found = {stem: path for stem, path in found.items() if stem not in ("learning_curve", "learning_curve-dark")}
    for pictures in (figures, found):
        for stem, path in pictures.items():
            if stem.removesuffix("-dark") in pictures and stem.endswith("-dark"):
                continue
            dark = pictures.get(f"{stem}-dark")
            caption = _safe(re.sub("[_-]", " ", stem))
            source = f'<source media="(prefers-color-scheme: dark)" srcset="{_inlined(dark)}">' if dark else ""
            yield f"<h2>{caption.capitalize()}</h2>"
            yield f'<picture>{source}<img alt="{caption}" src="{_inlined(path)}"></picture>'
    more = [command for command, there in (("plot", figures), ("show", "episode" in found)) if not there]
    if more:
        words = " and ".join(f"<code>softql {command} {_safe(str(folder))}</code>" for command in more)
        yield f'<p class="dim">{words} draw{"s" * (len(more) == 1)} more, which this page then shows.</p>'


def _place(path: Path) -> tuple[int, str]:
    """Curves first, whatever is not known last."""
    known = [name for name in FIGURES if path.stem.startswith(name)]
    return (FIGURES.index(known[0]) if known else len(FIGURES), path.stem)


def _inlined(path: Path) -> str:
    kind = path.suffix.removeprefix(".")
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _last(path: Path) -> str:
    """The last line of the metrics of each seed."""
    try:
        with path.open(newline="") as file:
            header, *lines = csv.reader(file)
    except (OSError, ValueError):
        return '<p class="dim">There is no metrics.csv.</p>'
    last = {line[0]: line for line in lines if len(line) == len(header)}
    return _table([header, *([_short(cell) for cell in line] for line in last.values())])


def _short(cell: str) -> str:
    try:
        return cell if cell.isdigit() else f"{float(cell):.4g}"
    except ValueError:
        return cell or "–"


def again(config: Mapping[str, Any]) -> str:
    """The command that makes the run again, every setting that has a flag written out."""
    hyper, shape = config.get("hyper", {}), config.get("shape", {})
    given: dict[str, Any] = {"mode": config.get("mode"), "seed": config.get("seed"), "seeds": config.get("seeds")}
    given |= {"steps": config.get("env_steps_per_seed"), "episodes": config.get("evaluation_episodes")}
    given |= {name: hyper[name] for name in options.HYPER if name in hyper}
    given |= {name: shape[name] for name in (*options.SHAPE, *options.SIZE) if name in shape}
    given = {name: x for name, x in given.items() if name not in IDLE.get(str(shape.get("mode")), ())}
    if config.get("network"):
        given["network"] = config["network"]
    elif "hidden" in shape:
        given["hidden"] = ",".join(map(str, shape["hidden"]))
    flags = [word for name, x in given.items() if x is not None for word in (options.flag(name), str(x))]
    return shlex.join(["softql", "train", config["environment"], *flags])


def _settings(config: Mapping[str, Any]) -> str:
    """Every leaf of config.json."""

    def leaves(x: Any, name: str) -> Iterable[list[str]]:
        if isinstance(x, dict):
            for key, value in x.items():
                yield from leaves(value, f"{name}.{key}" if name else key)
        else:
            yield [name, ", ".join(map(str, x)) if isinstance(x, list) else str(x)]

    return _table([["setting", "value"], *leaves(config, "")])


def _table(rows: Iterable[Iterable[str]]) -> str:
    head, *body = (list(row) for row in rows)
    lines = ["<tr>" + "".join(f"<th>{_safe(cell)}</th>" for cell in head) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{_safe(cell)}</td>" for cell in row) + "</tr>" for row in body]
    return "<table>" + "\n".join(lines) + "</table>"


def _safe(text: str) -> str:
    return html.escape(text)
