"""Pages and the one file of texts: nothing lacks, is left over, or comes from outside."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sshr.app.pages import WORK, names_in, page, texts

APP = Path(__file__).parents[2] / "src" / "sshr" / "app"
PAGES = sorted((APP / "pages").glob("*.html"))
ALL = [path.stem for path in PAGES if path.stem != "layout"]


class Outline(HTMLParser):
    """Tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize("name", ALL)
def test_a_page_is_whole(name: str) -> None:
    html = page(name)
    assert "{{" not in html
    assert "<include" not in html
    assert not re.search(r"\$\w", html)
    assert html.count("<h1>") == 1
    assert "say.missing_password" in html
    assert f"<title>{texts()[f'{name}.title']} · sshr</title>" in html


@pytest.mark.parametrize("name", ALL)
def test_a_page_obeys_its_own_policy(name: str) -> None:
    """No style, handler or address that the Content-Security-Policy would refuse."""
    for tag, given in Outline(page(name)).tags:
        assert tag != "style"
        assert "style" not in given
        assert not [one for one in given if one.startswith("on")]
        for link in ("src", "href"):
            assert (given.get(link) or "/").startswith(("/", "#"))
        assert not (given.get("src") or "").startswith("//")
        if tag == "script" and "src" not in given:
            assert given["type"] == "application/json"


@pytest.mark.parametrize("name", ALL)
def test_every_field_has_a_label(name: str) -> None:
    tags = Outline(page(name)).tags
    ids = [given["id"] for _, given in tags if given.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {given.get("for") for tag, given in tags if tag == "label"}
    for tag, given in tags:
        if tag in ("input", "textarea") and given.get("type") not in ("radio", "checkbox"):
            assert given.get("id") in labelled, given
        for link in ("aria-describedby", "aria-labelledby", "for", "data-for"):
            assert given.get(link, None) in (None, *ids), (tag, given)


def test_every_text_is_used_and_there() -> None:
    own = {path.stem for path in PAGES}
    sources = [path.read_text("utf-8") for path in (APP / "pages").rglob("*.html")]
    wanted = {name for text in sources for name in names_in(text)}
    wanted |= {name for text in sources for name in re.findall(r'text="([\w.]+)"', text)}
    wanted |= {f"{name}.title" for name in ALL if name in own} | {f"nav.{name}" for name in WORK}
    wanted |= {"nav.label"}
    page_texts = {name for name in texts() if not name.startswith("say.")}
    assert page_texts == wanted


def test_every_text_of_the_script_is_used_and_there() -> None:
    script = "".join(path.read_text("utf-8") for path in (APP / "static").glob("*.js"))
    said = {name.removeprefix("say.") for name in texts() if name.startswith("say.")}
    named = set(re.findall(r'say\(\s*"([^"]+)"', script))
    assert named <= said
    made = re.findall(r"say\(\s*`(\w+_)\$\{", script)
    words = set(re.findall(r'"([^"\s]+)"', script)) | {
        "encoding",
        "concealing",
        "revealing",
        "checking",
        "trying channels",
    }
    left = {name for name in said - named - words if not name.startswith(tuple(made))}
    assert left == set()


def test_texts_go_in_escaped() -> None:
    assert "“sshr app”" in page("outside")
    assert "</script><" not in page("conceal").split('id="texts">')[1].split("</script>")[0]
