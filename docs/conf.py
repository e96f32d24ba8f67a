"""How the site is built: `python -m sphinx -W -b html docs docs/_build/html`, with the extra `docs` installed.

Equations become MathML, which browsers draw by themselves, so a page needs no script and no network for them.
"""

import re
import shutil
import sys
from pathlib import Path
from typing import Any

from docutils.nodes import SkipNode
from latex2mathml.converter import convert

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import measured  # noqa: E402

import softql  # noqa: E402

project, author, release = "softql", "The softql authors", softql.__version__
copyright = "2024 to 2026, the softql authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_enable_extensions = ["dollarmath", "substitution"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "softql"
html_static_path = ["_static"]
html_favicon = "_static/icon.svg"
html_css_files = ["softql.css"]
html_copy_source = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_use_rtype = False
napoleon_custom_sections = [("Fields", "params_style"), ("Yields", "params_style")]
default_role = "code"
smartquotes = False  # s' is a state
highlight_language = "none"  # a block without a language is a formula or a table
THEORIES = HERE.parent / "proofs" / "html"
there = '<a href="proofs/toc.html">the theories</a>'
myst_substitutions = {"theories": there if THEORIES.is_dir() else "not in this build"}

FORMULA = re.compile(r"(`[^`]*`)")


def plain(line: str) -> str:
    """A line of a docstring with the signs of formulas safe from reStructuredText: π*, |A|, w_."""
    parts = FORMULA.split(line)
    return "".join(p if i % 2 else re.sub(r"([*|\\]|_(?!\w))", r"\\\1", p) for i, p in enumerate(parts))


SECTION = re.compile(r"[A-Z]\w+:$")


def readable(app: Any, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are written to be read in the code: here their formulas are kept from being taken for markup, and what
    is set off by an indent, a formula or a table, stays as it is laid out."""
    found: list[str] = []
    example = displayed = section = False
    for line in lines:
        indented = line.startswith("    ")
        if line.strip() and not indented:
            section = bool(SECTION.match(line))
        example = line.strip().startswith(">>>") or (example and bool(line.strip()))
        begins = indented and not (section or example or displayed) and (not found or not found[-1].strip())
        if begins and not "".join(found[-2:]).endswith("::"):
            found += ["::", ""]
        displayed = begins or (displayed and (indented or not line.strip()))
        found.append(line if example or displayed else plain(line))
    lines[:] = found


def filled(app: Any, name: str, source: list[str]) -> None:
    source[0] = measured.filled(source[0])


def mathml(self: Any, node: Any, display: str) -> None:
    formula = convert(node.astext(), display=display)
    if display == "block" and node.get("number"):
        number = f'<span class="number">({node["number"]})</span>'
        formula = f'<div class="equation" id="{node["ids"][0]}">{formula}{number}</div>'
    elif display == "block":
        formula = f'<div class="equation">{formula}</div>'
    self.body.append(formula)
    raise SkipNode


def proofs(app: Any, problem: Any) -> None:
    """The theories as coqdoc wrote them (`make -C proofs html`), where they are there."""
    if problem is None and THEORIES.is_dir():
        shutil.copytree(THEORIES, Path(app.outdir) / "proofs", dirs_exist_ok=True)


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", readable, priority=100)
    app.connect("build-finished", proofs)
    app.connect("source-read", filled)
    app.add_html_math_renderer(
        "mathml",
        inline_renderers=(lambda self, node: mathml(self, node, "inline"), None),
        block_renderers=(lambda self, node: mathml(self, node, "block"), None),
    )
    app.config.html_math_renderer = "mathml"
