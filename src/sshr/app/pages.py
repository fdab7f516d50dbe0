"""The pages: HTML made once, from the files in `pages/` and the texts in `texts/en.json`.

In a page `{{name}}` stands for a text, `{{content}}`, `{{nav}}` and the like for what is put in,
and `<include part="drop" name="stego">` for a part, in which `$name` is what the tag says.
"""

import json
import re
from functools import cache
from html import escape
from importlib.resources import files

WORK = ("conceal", "reveal", "inspect", "keys", "compare")
"""Pages that a browser inside may open, in the order of the navigation."""

_TEXT = re.compile(r"\{\{([\w.]+)\}\}")
_INCLUDE = re.compile(r'<include part="(\w+)"((?: \w+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_SAID = "say."
"""Begins the names of texts that the script says."""


@cache
def texts() -> dict[str, str]:
    """All that the pages say, by name."""
    found: dict[str, str] = json.loads(_read("texts/en.json"))
    return found


@cache
def page(name: str) -> str:
    """A page as HTML.

    Raises:
        KeyError: it names a text that there is not.
    """
    content, given = _read(f"pages/{name}.html"), texts()
    while _INCLUDE.search(content):
        content = _INCLUDE.sub(_part, content)
    put_in = {
        "content": content,
        "nav": _nav(name) if name in WORK else "",
        "title": escape(given[f"{name}.title"]),
        "said": _said(),
    }
    whole = re.sub(r"\{\{(content|nav|title|said)\}\}", lambda m: put_in[m[1]], _layout())
    return _TEXT.sub(lambda match: escape(given[match[1]]), whole)


def names_in(html: str) -> set[str]:
    """Of the texts that a file of `pages/` asks for."""
    return {name for name in _TEXT.findall(html) if "." in name}


def _layout() -> str:
    return _read("pages/layout.html")


def _part(match: re.Match[str]) -> str:
    part = _read(f"pages/parts/{match[1]}.html")
    for name, value in _ATTRIBUTE.findall(match[2]):
        part = part.replace(f"${name}", value)
    return part


def _nav(current: str) -> str:
    here = ' aria-current="page"'
    links = (
        f'<a href="/{name}"{here if name == current else ""}>{{{{nav.{name}}}}}</a>'
        for name in WORK
    )
    return f'<nav aria-label="{{{{nav.label}}}}">{"".join(links)}</nav>'


def _said() -> str:
    """What the script says, as JSON that cannot end the element that it stands in."""
    said = {name: text for name, text in texts().items() if name.startswith(_SAID)}
    return json.dumps(said).replace("<", "\\u003c")


def _read(path: str) -> str:
    return files("sshr.app").joinpath(path).read_text("utf-8")
