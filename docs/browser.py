"""Opens every built page in a real browser, as readers would: `python docs/browser.py docs/_build/html`.

Each page is drawn by headless Chromium on a desk (1200 pixels) and on a phone (390), light and dark, from the disk and
with no network. Printed is each error of the console, request that fails or leaves the site, picture that does not
load, equation that is not typeset, text that is hard to tell from its ground, and what sticks out beyond a phone's
edge; then what `docs/links.py` finds. It looks first at a page of its own that has each of these faults, and stops if
it misses one. `--shots DIR` keeps a picture of each page, to be looked at.

Needs an environment of its own with `pip install playwright` and a Chromium, the system's or
`playwright install chromium`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import links

WIDTHS = {"desk": 1200, "phone": 390}
SCHEMES = ("light", "dark")
TALL = 5_000  # pixels of a page that are kept in a picture
LOOK = r"""width => {
  const found = [];
  const sees = e => { const r = e.getBoundingClientRect(); return r.width > 0 && r.height > 0; };
  const held = e => {  // by something of its own that scrolls, as wide tables are
    for (let x = e.parentElement; x; x = x.parentElement)
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(x).overflowX)) return true;
    return false;
  };
  const named = e => e.tagName.toLowerCase() + " " + JSON.stringify(e.textContent.trim().slice(0, 40));
  const page = document.documentElement;
  if (page.scrollWidth > width) found.push(`is ${page.scrollWidth} pixels wide, ${width} are there`);
  for (const e of document.querySelectorAll("article *"))
    if (e.getBoundingClientRect().right > width + 1 && sees(e) && !held(e)) {
      found.push(`${named(e)} sticks out to ${Math.round(e.getBoundingClientRect().right)} pixels`);
      break;
    }
  for (const e of document.images)
    if (e.currentSrc && !(e.complete && e.naturalWidth > 0)) found.push(`does not show ${e.getAttribute("src")}`);
  for (const e of document.querySelectorAll("math"))
    if (!sees(e) || e.querySelector("merror") || /\\[a-zA-Z]/.test(e.textContent))
      found.push(`has an equation that is not typeset: ${e.textContent.trim().slice(0, 40)}`);
  const words = document.createTreeWalker(document.querySelector("article") || document.body, NodeFilter.SHOW_TEXT);
  const tex = /\$\$|\\(frac|sum|log|exp|alpha|pi|left|right|begin|mathcal|mathbb|int)\b|\\[\[(]/;
  for (let t; (t = words.nextNode());)
    if (tex.test(t.data) && !t.parentElement.closest("pre, code, script, style"))
      found.push(`has TeX in its text: ${t.data.trim().slice(0, 40)}`);
  const light = c => {  // relative luminance of WCAG
    const linear = x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
    const [r, g, b] = c.match(/[\d.]+/g).map(x => linear(x / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = e => {
    for (let x = e; x; x = x.parentElement) {
      const c = getComputedStyle(x).backgroundColor;
      if (/^rgb\(/.test(c)) return c;
    }
    return "rgb(255, 255, 255)";
  };
  const dim = new Set();
  for (const e of document.querySelectorAll("article :is(p, li, td, th, code, math, h1, h2, a, pre span)")) {
    const ink = getComputedStyle(e).color;
    if (!sees(e) || !e.textContent.trim() || !/^rgb\(/.test(ink)) continue;
    const [a, b] = [light(ink), light(ground(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 3) dim.add(`${named(e)} is ${ink} on ${ground(e)}`);
  }
  found.push(...[...dim].slice(0, 3));
  return found;
}"""
"""What is wrong with the page as it is drawn, a line each. (A phone makes `innerWidth` as wide as what sticks out.)"""


BAD = """<!doctype html><meta name="viewport" content="width=device-width"><article>
<p>Let $$x$$ be one.</p> <p style="color: #aaa">Pale</p> <math><merror><mi>x</mi></merror></math> <img src="none.png">
<p style="width: 500px">Wide</p> <script src="https://elsewhere.example/a.js"></script>
<script>console.error("broken"); throw Error("thrown")</script></article>"""
FOUND = (
    *(
        " pixels wide, 390 are there",
        'p "Wide" sticks out',
        "does not show none.png",
        "an equation that is not typeset",
    ),
    *(
        "TeX in its text",
        'p "Pale" is rgb(170, 170, 170) on',
        "says error: broken",
        "raises thrown",
        "can't load file:",
    ),
    "asks for https://elsewhere.example/a.js",
)
"""A page with every fault, and the beginnings of what is to be said of it on a phone."""


def missed(chromium: str | None = None) -> list[str]:
    """What is not found on a page that has every fault."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "bad.html").write_text(BAD, "utf-8")
        said = [line for line in faults(Path(folder).resolve(), chromium) if "(phone, light)" in line]
    return [words for words in FOUND if not any(words in line for line in said)]


def faults(site: Path, chromium: str | None = None, shots: Path | None = None) -> Iterator[str]:
    """One line for each fault of the pages in a folder, as they are drawn."""
    from playwright.sync_api import sync_playwright

    pages = [path for path in sorted(site.rglob("*.html")) if path.relative_to(site).parts[0] not in ("_static",)]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for where, width in WIDTHS.items():
            for scheme in SCHEMES:
                how: Any = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme, "offline": True}
                with browser.new_context(**how, is_mobile=where == "phone") as context:
                    for path in pages:
                        name = path.relative_to(site).as_posix()
                        for line in dict.fromkeys(_looked(context, path, site)):
                            yield f"{name} ({where}, {scheme}) {line}"
                        if shots is not None:
                            stem = name.removesuffix(".html").replace("/", "-")
                            _kept(context, shots / f"{stem}-{where}-{scheme}.png")
                        context.pages[0].close()
        browser.close()


def _looked(context: Any, path: Path, site: Path) -> list[str]:
    """Open a page, and say what is wrong with it; it stays open."""
    page, said = context.new_page(), []
    page.on("console", lambda m: said.append(f"says {m.type}: {m.text}") if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(f"raises {error}"))
    page.on("requestfailed", lambda request: said.append(f"can't load {request.url}"))
    page.on("request", lambda r: None if _own(r.url, site) else said.append(f"asks for {r.url}"))
    page.goto(path.as_uri(), wait_until="load")
    page.evaluate("() => document.querySelectorAll('img[loading=lazy]').forEach(x => x.loading = 'eager')")
    page.evaluate("() => Promise.allSettled([...document.images].map(x => x.decode()))")
    return said + page.evaluate(LOOK, page.viewport_size["width"])


def _own(url: str, site: Path) -> bool:
    return url.startswith((site.as_uri(), "data:", "about:", "blob:"))


def _kept(context: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    page = context.pages[0]
    tall = min(TALL, page.evaluate("document.body.scrollHeight"))
    page.set_viewport_size({"width": page.viewport_size["width"], "height": tall})
    page.screenshot(path=path, timeout=120_000)


def main() -> int:
    """Look at a site, print what is wrong; 1 where anything is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path, help="the folder that sphinx built")
    parser.add_argument("--shots", type=Path, metavar="DIR", help="keep a picture of each page")
    parser.add_argument("--chromium", default=shutil.which("chromium"), help="the browser (default: that on the path)")
    arguments = parser.parse_args()
    if unseen := missed(arguments.chromium):
        print(f"this browser does not show what is wrong with a page: missed {unseen}")
        return 2
    site, count = arguments.site.resolve(), 0
    for line in faults(site, arguments.chromium, arguments.shots):
        print(line, flush=True)
        count += 1
    broken = links.faults(site)
    print("\n".join(broken) or "every link leads somewhere")
    print(f"{count} faults in the browser")
    return int(bool(count or broken))


if __name__ == "__main__":
    sys.exit(main())
