"""`softql cite TAG`: BibTeX of the paper behind an equation, and of softql. Reads the catalogue of the laws.

A tag is what stands in brackets in docstrings, laws and theorems: `H17 Eq. 5`, `N17`, `Note L58`.
"""

from __future__ import annotations

import argparse
import difflib
import json
from importlib import resources
from typing import Any

from softql import __version__
from softql.mistakes import Mistake

__all__ = ["SOURCES", "bibtex"]

Entry = tuple[str, str, dict[str, str]]

SOURCES: dict[str, tuple[Entry, ...]] = {
    "H17": (
        (
            "inproceedings",
            "haarnoja2017reinforcement",
            {
                "title": "Reinforcement Learning with Deep Energy-Based Policies",
                "author": "Haarnoja, Tuomas and Tang, Haoran and Abbeel, Pieter and Levine, Sergey",
                "booktitle": "Proceedings of the 34th International Conference on Machine Learning",
                "series": "Proceedings of Machine Learning Research",
                "volume": "70",
                "pages": "1352--1361",
                "year": "2017",
                "eprint": "1702.08165",
                "archiveprefix": "arXiv",
            },
        ),
    ),
    "H18": (
        (
            "inproceedings",
            "haarnoja2018soft",
            {
                "title": "Soft Actor-Critic: Off-Policy Maximum Entropy Deep Reinforcement Learning with a Stochastic "
                "Actor",
                "author": "Haarnoja, Tuomas and Zhou, Aurick and Abbeel, Pieter and Levine, Sergey",
                "booktitle": "Proceedings of the 35th International Conference on Machine Learning",
                "series": "Proceedings of Machine Learning Research",
                "volume": "80",
                "pages": "1861--1870",
                "year": "2018",
                "eprint": "1801.01290",
                "archiveprefix": "arXiv",
            },
        ),
        (
            "inproceedings",
            "haarnoja2018composable",
            {
                "title": "Composable Deep Reinforcement Learning for Robotic Manipulation",
                "author": "Haarnoja, Tuomas and Pong, Vitchyr and Zhou, Aurick and Dalal, Murtaza and Abbeel, Pieter "
                "and Levine, Sergey",
                "booktitle": "IEEE International Conference on Robotics and Automation",
                "year": "2018",
                "eprint": "1803.06773",
                "archiveprefix": "arXiv",
            },
        ),
    ),
    "S17": (
        (
            "misc",
            "schulman2017equivalence",
            {
                "title": "Equivalence Between Policy Gradients and Soft {Q}-Learning",
                "author": "Schulman, John and Chen, Xi and Abbeel, Pieter",
                "year": "2017",
                "eprint": "1704.06440",
                "archiveprefix": "arXiv",
            },
        ),
    ),
    "N17": (
        (
            "inproceedings",
            "nachum2017bridging",
            {
                "title": "Bridging the Gap Between Value and Policy Based Reinforcement Learning",
                "author": "Nachum, Ofir and Norouzi, Mohammad and Xu, Kelvin and Schuurmans, Dale",
                "booktitle": "Advances in Neural Information Processing Systems",
                "volume": "30",
                "year": "2017",
                "eprint": "1702.08892",
                "archiveprefix": "arXiv",
            },
        ),
    ),
    "V20": (
        (
            "inproceedings",
            "vieillard2020munchausen",
            {
                "title": "{Munchausen} Reinforcement Learning",
                "author": "Vieillard, Nino and Pietquin, Olivier and Geist, Matthieu",
                "booktitle": "Advances in Neural Information Processing Systems",
                "volume": "33",
                "year": "2020",
                "eprint": "2007.14430",
                "archiveprefix": "arXiv",
            },
        ),
    ),
    "AL17": (
        (
            "inproceedings",
            "asadi2017alternative",
            {
                "title": "An Alternative Softmax Operator for Reinforcement Learning",
                "author": "Asadi, Kavosh and Littman, Michael L.",
                "booktitle": "Proceedings of the 34th International Conference on Machine Learning",
                "series": "Proceedings of Machine Learning Research",
                "volume": "70",
                "pages": "243--252",
                "year": "2017",
                "eprint": "1612.05628",
                "archiveprefix": "arXiv",
            },
        ),
    ),
    "Note": (),
}
"""The papers behind each kind of tag; the note's lines, which docs/errata.md restates, stand for softql itself."""

SOFTQL: Entry = (
    "software",
    "softql",
    {
        "title": "softql: soft {Q}-learning as pure functions, held to laws",
        "author": "{The softql authors}",
        "version": __version__,
        "license": "Apache-2.0",
    },
)


def bibtex(tag: str | None = None) -> str:
    """BibTeX for what a tag names and for softql; for softql alone without a tag.

    Args:
        tag: as in a docstring, with or without brackets: "H17 Eq. 5". A source alone, "N17", is a tag too.

    Returns:
        The formula as a comment, the entries of its sources, and softql's, which names the equation.

    Raises:
        Mistake: if no function, law or theorem carries the tag and no source has its name.

    Example:
        >>> print(*bibtex("AL17").splitlines()[:2], sep=chr(10))
        % [AL17] α log mean_a exp(Q(s,a)/α) = V(s) - α log|A|
        @inproceedings{asadi2017alternative,
    """
    if tag is None:
        return _entry(SOFTQL)
    catalogue = json.loads(resources.files("softql").joinpath("laws", "catalogue.json").read_text("utf-8"))
    formulas = {name: about["formula"] for name, about in catalogue["tags"].items()}
    name = _found(tag, list(dict.fromkeys([*formulas, *SOURCES])))
    kind, key, fields = SOFTQL
    about = [f"% [{name}] {formulas[name]}"] if name in formulas else []
    own = (kind, key, {**fields, "note": f"[{name}]"})
    return "\n".join([*about, *(_entry(entry) for entry in SOURCES[name.split()[0]]), _entry(own)])


def _found(tag: str, known: list[str]) -> str:
    """The tag as it is written here."""
    tag = " ".join(tag.split()).strip("[] ")
    match = {name.casefold(): name for name in known}.get(tag.casefold())
    if match is None:
        near = difflib.get_close_matches(tag, known, n=3, cutoff=0.5)
        raise Mistake(
            f"there is no tag {tag!r}; "
            + (f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(known)}")
        )
    return match


def _entry(entry: Entry) -> str:
    kind, key, fields = entry
    return "\n".join([f"@{kind}{{{key},", *(f"  {name} = {{{value}}}," for name, value in fields.items()), "}"])


def add_to(commands: Any) -> None:
    """The command."""
    cite = commands.add_parser(
        "cite",
        help="BibTeX for an equation's source and for softql",
        description="BibTeX for the source of an equation, and for softql; for softql alone without a tag.",
    )
    cite.set_defaults(run=_cite)
    cite.add_argument("tag", nargs="*", help='a tag such as H17 Eq. 5, "Note L58" or N17')


def _cite(arguments: argparse.Namespace) -> int:
    print(bibtex(" ".join(arguments.tag) or None))
    return 0
