"""A report as one HTML page that needs no network: a line a law, its equation typeset, and what broke it.

`typeset` turns the laws' plain equations, `V = α log Σ_a w_a exp(Q_a / α)`, into italics, indices and exponents.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import text

if TYPE_CHECKING:
    from .report import Report, Result

STYLE = """
:root { color-scheme: light dark; --ok: #1a7f37; --bad: #c62828; --known: #9a5b00; --dim: #6b6b6b; }
:root { --line: #8884; }
@media (prefers-color-scheme: dark) { :root { --ok: #4cc76a; --bad: #ff7b72; --known: #e3a34a; --dim: #9a9a9a; } }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.eq { font-family: "STIX Two Math", "Cambria Math", Cambria, Georgia, serif; }
.eq sub, .eq sup { font-size: .75em; line-height: 0; }
.passed { color: var(--ok); } .failed, .xpassed { color: var(--bad); font-weight: 600; }
.xfailed { color: var(--known); }
.skipped, .tag { color: var(--dim); }
.found { border-left: 3px solid var(--bad); margin: .3rem 0 .8rem; padding: .2rem .8rem; }
.found.failed, .found.xfailed { color: inherit; font-weight: inherit; } .found.xfailed { border-color: var(--known); }
summary { margin: 1rem 0; cursor: pointer; }
.found td { border: 0; padding: .1rem .6rem .1rem 0; }
code, pre { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; } pre { white-space: pre-wrap; }
td.law code { white-space: nowrap; }
@media (max-width: 50rem) {
  thead { display: none; }
  tr.of { display: flex; flex-wrap: wrap; gap: 0 .8rem; padding: .5rem 0; border-bottom: 1px solid var(--line); }
  tr.of > td { border: 0; padding: 0; } tr.of > td.said { order: 1; flex-basis: 100%; min-width: 0; }
  td.law code { white-space: normal; } td.n:not(:empty)::before { content: attr(title) " "; color: var(--dim); }
}
"""


FIGURES = ("examples", "worst ulp", "limit")


def page(report: Report, title: str) -> str:
    """The whole page."""
    name = html.escape(title)
    verdict = "every law did as expected" if report.ok else "not every law did as expected"
    how = f"{report.examples} examples a law, {report.dtype}, seed {report.seed}, {report.seconds:.1f} s"
    put = "\n".join(_row(result) for result in report.results if not result.reason.startswith(text.MISSING))
    wanting = [result for result in report.results if result.reason.startswith(text.MISSING)]
    rest = f"<details><summary>{html.escape(text.wanting(report))}</summary>{_table(map(_row, wanting))}</details>"
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>softql verify {name}</title><style>{STYLE}</style></head><body>
<h1>The laws of soft Q-learning on <code>{name}</code></h1>
<p><strong class="{"passed" if report.ok else "failed"}">{verdict}</strong>: {text.summary(report)}. {how}.</p>
{_table([put])}
{rest if wanting else ""}</body></html>
"""


def _table(rows: Iterable[str]) -> str:
    heads = "".join(f"<th>{head}</th>" for head in ("law", "", "equation", *FIGURES))
    lines = "\n".join(rows)
    return f"<table><thead><tr>{heads}</tr></thead>\n<tbody>\n{lines}\n</tbody></table>"


def _row(result: Result) -> str:
    law = result.law
    tags = f'<span class="tag">{html.escape(" ".join(law.tags))}</span>'
    figures = ["", "", ""]
    if result.status != "skipped":
        figures = [f"{result.examples}", f"{result.worst:.3g}", f"{law.limit:g}"]
    equation = f'<span class="eq">{typeset(html.escape(law.equation, quote=False))}</span>'
    cells = "".join(f'<td class="n" title="{x}">{y}</td>' for x, y in zip(FIGURES, figures, strict=True))
    said = "".join(f"<div>{html.escape(note)}</div>" for note in _said(result))
    return (
        f'<tr class="of" id="{law.name}"><td class="law"><code>{law.name}</code></td>'
        f'<td class="{result.status}">{result.status}</td>'
        f'<td class="said">{equation} {tags}{said}{_found(result)}</td>{cells}</tr>'
    )


def _said(result: Result) -> list[str]:
    """The reason and the notes."""
    known = result.counterexample.reason if result.counterexample is not None else ""
    return [line for line in (result.reason, *result.notes) if line and line != known]


def _found(result: Result) -> str:
    """The counterexample: each input, both sides, how to see it again."""
    found = result.counterexample
    if found is None:
        return ""
    lines = [(name, text.number(value)) for name, value in found.inputs.items()]
    lines += [("", call) for call in text.calls(found)]
    lines += [*found.sides(), ("distance", f"{found.ulp:.3g} ulp")]
    rows = "".join(
        f'<tr><td class="eq"><i>{html.escape(name)}</i></td><td><code>{html.escape(value)}</code></td></tr>'
        for name, value in lines
    )
    return (
        f'<div class="found {result.status}"><table>{rows}</table><pre>{html.escape(result.reproduction)}</pre></div>'
    )


INDEX = re.compile(r"([_^])(?:\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}|(\((?:[^()]*)\))|(-?\w(?![a-z]{2})(?:,\w)*[*']?))")
WORD = re.compile(r"(?<![^\W\d_])(?<!\w')([^\W\d_]+[\u0300-\u036f]?)")
SYMBOL = re.compile(r"(?!Σ)(?:[A-Za-zα-ωΑ-Ω]|mm|[dkt][A-Zα-ω])[\u0300-\u036f]?")
SIGNS = {"&lt;=": "≤", "&lt;-": "←", "-&gt;": "→", " - ": " − ", "-∞": "−∞", "*": "<sup>*</sup>"}
ARTICLE = re.compile(r" [A-Za-z]{2}")


def typeset(equation: str) -> str:
    """An equation as HTML: letters in italics, _a and _{t+1} as indices, ^n as exponents.

    Example:
        >>> typeset("V = Σ_a w_a π_a")
        '<i>V</i> = Σ<sub><i>a</i></sub> <i>w</i><sub><i>a</i></sub> <i>π</i><sub><i>a</i></sub>'
    """
    done, at = [], 0
    for match in INDEX.finditer(equation):
        place = "sub" if match[1] == "_" else "sup"
        inner = match[2] if match[2] is not None else match[3] or match[4]
        done += [_letters(equation[at : match.start()]), f"<{place}>{typeset(inner)}</{place}>"]
        at = match.end()
    return "".join([*done, _letters(equation[at:])])


def _letters(plain: str) -> str:
    """Symbols in italics; words, function names and the article "a" upright; signs as they are printed."""

    def set_one(match: re.Match[str]) -> str:
        word = match[1]
        article = word in "aA" and ARTICLE.match(plain, match.end())
        return f"<i>{word}</i>" if SYMBOL.fullmatch(word) and not article else word

    letters = WORD.sub(set_one, plain)
    for typed, sign in SIGNS.items():
        letters = letters.replace(typed, sign)
    return letters
