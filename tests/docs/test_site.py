"""The site of the documents: every page is reachable, every public name is on the API page."""

import importlib
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md"))
TREE = re.compile(r"^```\{toctree\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^()\s]+)\)")
DIRECTIVE = re.compile(r"^\.\. auto(?:function|class|exception|module):: (\S+)$", re.MULTILINE)
MAX_PICTURE = 130_000
"""Bytes of a picture in the documents: the first page has to be there at once."""


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(DOCS))
    yield importlib.import_module("site_links")
    del sys.modules["site_links"]


def children(page: str) -> list[str]:
    """What the tables of contents of a page name, from docs/."""
    text, found = (DOCS / f"{page}.md").read_text("utf-8"), []
    for block in TREE.findall(text):
        lines = [line for line in block.splitlines() if line and not line.startswith(":")]
        names = [line.split("<")[1].rstrip(">") if "<" in line else line for line in lines]
        found += [(Path(page).parent / name).as_posix() for name in names]
    return found


def test_every_page_is_in_one_table_of_contents() -> None:
    named = [child for page in PAGES for child in children(page)]
    assert sorted([*named, "index"]) == PAGES, "name each page once, in index.md or howto/index.md"


def public_names() -> list[str]:
    """Every name in an `__all__` of the package, in full."""
    found = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        module = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
        module = module.removesuffix(".__init__")
        if re.search(r"^__all__", path.read_text("utf-8"), re.MULTILINE):
            found += [f"{module}.{name}" for name in importlib.import_module(module).__all__]
    return found


def test_every_public_name_is_on_the_api_page() -> None:
    names = public_names()
    assert {"sshr.conceal", "sshr.Keys", "sshr.batch.run_folder"} <= set(names)
    shown = DIRECTIVE.findall((DOCS / "api.md").read_text("utf-8"))
    assert set(names) <= set(shown), sorted(set(names) - set(shown))
    assert len(shown) == len(set(shown))


def test_everything_on_the_api_page_is_there_and_says_what_it_is() -> None:
    for name in DIRECTIVE.findall((DOCS / "api.md").read_text("utf-8")):
        module, _, attribute = name.rpartition(".")
        found = getattr(importlib.import_module(module), attribute, None)
        assert (found or importlib.import_module(name)).__doc__, name


@pytest.mark.parametrize("page", PAGES)
def test_links_between_files_lead_somewhere(page: str) -> None:
    path = DOCS / f"{page}.md"
    for target in LINK.findall(path.read_text("utf-8")):
        place = target.partition("#")[0]
        if place and ":" not in place:
            assert (path.parent / place).exists(), target


def test_links_out_of_the_documents_become_pages_of_the_site(links) -> None:
    def made(line: str, place: str) -> str:
        return links.rewritten(line, ROOT / place)

    assert made("[a](docs/cli.md#keys)", "README.md") == "[a](/cli.md#keys)"
    assert made("[a](cli.md)", "docs/files.md") == "[a](/cli.md)"
    assert made("![a](images/ladder.svg)", "docs/method.md") == "![a](/images/ladder.svg)"
    assert made("[a](../CONTRIBUTING.md#x)", "docs/cli.md") == "[a](/project/contributing.md#x)"
    assert made("[a](../src/sshr/zoo)", "docs/cli.md") == "a"
    for kept in ("[a](#keys)", "[a](https://x.org/y)", "[a](nothing.md)", "[a](/cli.md)"):
        assert made(kept, "README.md") == kept


def test_every_page_that_links_are_sent_to_is_there(links) -> None:
    for outside, page in links.PAGES.items():
        assert (ROOT / outside).exists()
        text = (DOCS / page).read_text("utf-8")
        assert (ROOT / outside).is_dir() or page == "index.md" or outside in text


def test_every_picture_is_shown_and_small() -> None:
    texts = [path.read_text("utf-8") for path in (ROOT / "README.md", *DOCS.rglob("*.md"))]
    pictures = sorted((DOCS / "images").iterdir())
    assert len(pictures) > 4
    for path in pictures:
        assert any(f"images/{path.name})" in text for text in texts), path.name
        assert path.stat().st_size < MAX_PICTURE, path.name
