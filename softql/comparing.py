"""`softql compare RUN RUN ...`: runs of one environment side by side, by interquartile means with intervals.

Nothing heavy is imported before the command runs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from softql import finding, options
from softql.mistakes import Mistake, packages_for

if TYPE_CHECKING:
    from softql.comparison import Entry

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """The command."""
    compare = commands.add_parser(
        "compare",
        help="hold runs of one environment against each other",
        description="Hold run folders of softql train and softql sweep against each other: for each run, and each "
        "combination of a sweep, the interquartile mean over seeds of the greedy return and its 95 % bootstrap "
        "interval, as a table and with the learning curves as comparison.png; all numbers in comparison.csv and .json.",
    )
    compare.set_defaults(run=_compare)
    compare.add_argument("folders", nargs="+", type=options.folder, metavar="RUN", help="a run folder")
    options.add_style(compare)
    compare.add_argument(
        "--out", type=options.folder, metavar="DIR", help="where to draw (default: compared/ENVIRONMENT)"
    )


def _compare(arguments: argparse.Namespace) -> int:
    with packages_for("comparing"):
        from rich.console import Console

        from softql import comparison, plots, runs
    folders: list[Path] = list(dict.fromkeys(arguments.folders))
    configs = [_config(folder) for folder in folders]
    _same_world(folders, configs)
    names = _short(folders)
    entries = [entry for x in zip(folders, configs, names, strict=True) for entry in _entries(*x)]
    name = finding.label(configs[0]["environment"])
    out = arguments.out if arguments.out is not None else Path("compared") / name
    console = Console(highlight=False, soft_wrap=True)
    found = _tell(console, name, entries)
    try:
        out.mkdir(parents=True, exist_ok=True)
        title, styles = f"{name}: runs compared", options.styles_of(arguments.style)
        drawn = plots.save(out, "comparison", lambda p: comparison.comparison_picture(entries, title, p), styles)
        runs.write_json(out / "comparison.json", {"environment": configs[0]["environment"], "runs": found})
        table = runs.write_table(out / "comparison.csv", *comparison.rows(entries))
    except OSError as error:
        raise Mistake(f"can't write in {out}: {error.strerror or error}; --out DIR writes elsewhere") from error
    console.print(f"drawn: {', '.join(map(str, drawn))}; numbers: {table}, {out / 'comparison.json'}")
    return 0


def _config(folder: Path) -> dict[str, Any]:
    from softql import runs

    try:
        found: dict[str, Any] = json.loads((folder / runs.CONFIG).read_text())
        found["environment"], found["environment_parameters"]
    except OSError as error:
        raise Mistake(f"{folder} holds no run: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Mistake(f"{folder}: its {runs.CONFIG} is not that of a run ({error})") from error
    return found


def _same_world(folders: list[Path], configs: list[dict[str, Any]]) -> None:
    """Returns of two environments can't be compared, nor those of one with other parameters."""
    first = configs[0]
    for folder, config in zip(folders[1:], configs[1:], strict=True):
        if config["environment"] != first["environment"]:
            raise Mistake(
                f"{folders[0]} is of {first['environment']} and {folder} of {config['environment']}: returns of "
                "different environments can't be compared"
            )
        one, two = first["environment_parameters"], config["environment_parameters"]
        for name in sorted({*one, *two}):
            if one.get(name) != two.get(name):
                raise Mistake(
                    f"{folders[0]} and {folder} are of {first['environment']} with different parameters: {name} is "
                    f"{one.get(name)} and {two.get(name)}"
                )


def _short(folders: list[Path]) -> list[str]:
    """The last parts of the paths, as many as it takes to tell them apart."""
    for parts in range(1, 1 + max(len(folder.resolve().parts) for folder in folders)):
        names = ["/".join(folder.resolve().parts[-parts:]) for folder in folders]
        if len({*names}) == len(names):
            return names
    raise Mistake("these are the same folder under several names")


def _entries(folder: Path, config: dict[str, Any], name: str) -> list[Entry]:
    """One line for a run, one a combination for a sweep."""
    import numpy as np

    from softql import runs
    from softql.comparison import Entry
    from softql.grids import combinations

    sweep = config.get("command") == "sweep"
    try:
        result = json.loads((folder / runs.RESULT).read_text()) if (folder / runs.RESULT).exists() else {}
        status = result.get("status", "not finished")
        if status != "done":
            command = "sweep" if sweep else "train"
            more = "" if status == "diverged" else f"; softql {command} --resume {folder} goes on"
            raise Mistake(f"{folder} is {status}, so there is nothing to compare{more}")
        seeds = int(config["seeds"])
        settings = combinations({k: tuple(v) for k, v in config["sweep"].items()}) if sweep else [{}]
        scores = np.array(result["greedy_returns"], float).reshape(len(settings), seeds)
        read = runs.read_lanes(folder)
        curves = read["episode_return"].reshape(len(settings), seeds, -1)
        steps = read["env_steps"][0]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Mistake(f"can't read the run in {folder}: {error}") from error
    varied = [k for k, v in config["sweep"].items() if len(v) > 1] if sweep else []
    names = [", ".join([name, *(f"{k.rstrip('_')} {setting[k]:.4g}" for k in varied)]) for setting in settings]
    return [Entry(n, s, steps, c) for n, s, c in zip(names, scores, curves, strict=True)]


def _tell(console: Any, name: str, entries: list[Entry]) -> list[dict[str, Any]]:
    """The table, and what it says as data."""
    import numpy as np
    from rich.table import Table

    from softql.intervals import interval
    from softql.progress import print_table

    table = Table(title=f"{name}: greedy return, IQM over seeds and 95 % bootstrap interval", title_justify="left")
    for heading, side in (("run", "left"), ("seeds", "right"), ("IQM", "right"), ("95 %", "right"), ("mean", "right")):
        table.add_column(heading, justify="left" if side == "left" else "right")
    estimates = [interval(entry.scores[:, None]) for entry in entries]
    best = int(np.argmax([e.iqm for e in estimates]))
    found = []
    for at, (entry, e) in enumerate(zip(entries, estimates, strict=True)):
        between = f"{e.low:.4g} to {e.high:.4g}" if np.isfinite(e.low) else "-"
        cells = (entry.name, str(len(entry.scores)), f"{e.iqm:.4g}", between, f"{entry.scores.mean():.4g}")
        table.add_row(*cells, style="bold" if at == best else None)
        ends = [float(x) if np.isfinite(x) else None for x in (e.iqm, e.low, e.high)]
        numbers = dict(zip(("iqm", "low", "high"), ends, strict=True))
        found.append({"name": entry.name, "scores": entry.scores.tolist(), **numbers})
    print_table(console, table)
    return found
