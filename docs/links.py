"""Reads the built pages as a browser would look for what they name: `python docs/links.py docs/_build/html`.

Prints each link within the site that leads nowhere, and each script, style, font or picture that is not the site's own.
With `--external` it asks every address outside the site too: a check for a person with a network, since what others
keep may be gone for an hour and no change here be wrong.
"""

from __future__ import annotations

import argparse
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urldefrag, urlsplit
from urllib.request import Request, urlopen


class Page(HTMLParser):
    """What a page links to, what it loads, and the places in it that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attributes}
        self.places |= {named[key] for key in ("id", "name") if key in named}
        if tag == "a" and "href" in named:
            self.links.append(named["href"])
        elif tag == "link" and named.get("rel") in ("stylesheet", "icon", "preload"):
            self.loads.append(named["href"])
        elif "src" in named:
            self.loads.append(named["src"])


def faults(site: Path) -> list[str]:
    """One line for each fault of the pages below a folder."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        here = path.relative_to(site)
        found += [f"{here} loads {url}" for url in page.loads if urlsplit(url).netloc]
        for url in page.links + page.loads:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc or not (parts.path or parts.fragment):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                found.append(f"{here} links to {url}, which is not there")
            elif here.parts[0] == "proofs":
                continue  # coqdoc links bound variables to places that it does not write
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].places:
                found.append(f"{here} links to {url}, a place that is not in that page")
    return found


ANSWERS = (401, 403, 405, 406, 429)  # a server that is there and does not serve programs
SECONDS = 20


def outside(site: Path) -> list[str]:
    """Every address outside the site that its pages link to."""
    pages = (Page(path.read_text("utf-8")) for path in site.rglob("*.html"))
    links = {urldefrag(url).url for page in pages for url in page.links}
    return sorted(url for url in links if urlsplit(url).scheme in ("http", "https"))


def unanswered(url: str) -> str | None:
    """What is wrong with an address, None where somebody answers."""
    request = Request(url, headers={"User-Agent": "Mozilla/5.0 (check of links)"})
    try:
        with urlopen(request, timeout=SECONDS):
            return None
    except HTTPError as error:
        return None if error.code in ANSWERS else f"{url} answers {error.code}"
    except (OSError, ValueError) as error:
        return f"{url} does not answer: {getattr(error, 'reason', error)}"


def main() -> int:
    """Look at a site, print what is wrong; 1 where anything is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path, help="the folder that sphinx built")
    parser.add_argument("--external", action="store_true", help="ask the addresses outside it too")
    arguments = parser.parse_args()
    site = arguments.site.resolve()
    lines = faults(site)
    if arguments.external:
        lines += [line for url in outside(site) if (line := unanswered(url))]
    print("\n".join(lines) or "every link leads somewhere")
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
