"""What a person does on each page, with real photographs, and what it looks like meanwhile."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from tests.app.browser.conftest import PHOTOS, Surf

import sshr
from sshr.app.pages import WORK

REFERENCE, SECRET = PHOTOS / "sailboats.png", PHOTOS / "parrots.png"
SHIFTS = """
  window.shifts = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifts += one.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
LEAST_SHIFT = 0.1
"""Google's bound for a page that does not jump about."""


def faults(page: Any) -> list[str]:
    """What axe finds, if it is serious."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}" for one in found if one["impact"] != "minor"]


def start(page: Any) -> None:
    page.locator("form button.main").first.click()


def done(page: Any, form: str = "#result") -> Any:
    result = page.locator(form)
    result.wait_for(state="visible")
    return result


def test_a_picture_there_and_back(surf: Surf, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    page = surf.page("")
    page.add_init_script(SHIFTS)
    page.goto(surf.base + "/conceal")
    page.set_input_files("#reference", REFERENCE)
    page.set_input_files("#secret", SECRET)
    expect(page.locator(".expect .hint")).to_contain_text("An estimate")
    expect(page.locator(".expect")).to_contain_text("all of it, exactly")
    page.click("[data-suggest]")
    expect(page.locator("#passphrase")).not_to_have_value("")
    word = page.input_value("#passphrase")
    assert len(word.split()) == 6
    expect(page.locator("#meter")).to_have_js_property("value", 66)
    start(page)
    result = done(page)
    assert "all of it came back, exactly" in result.inner_text()
    assert page.evaluate("window.shifts") < LEAST_SHIFT
    page.locator("#slider").press("Home")
    assert page.evaluate("document.querySelector('.stack').style.cssText") == "--at: 0%;"
    before = page.get_attribute(".over", "src")
    page.check("#difference")
    assert page.get_attribute(".over", "src") != before
    assert faults(page) == []
    with page.expect_download() as download:
        page.click("#result a.download")
    assert download.value.suggested_filename == "sailboats-copy.png"
    stego = tmp_path / "received.png"
    download.value.save_as(stego)
    assert word not in page.title() + page.url + str(page.evaluate("history.length"))
    page.click("#result .forget")
    expect(page.locator("#result")).to_be_hidden()
    assert page.input_value("#passphrase") == ""
    assert page.get_attribute("#result a.download", "href") is None

    page.goto(surf.base + "/reveal")
    page.set_input_files("#stego", stego)
    page.set_input_files("#reference", REFERENCE)
    page.fill("#passphrase", word)
    start(page)
    result = done(page)
    assert "Unchanged since it was made" in result.inner_text()
    assert page.evaluate("document.activeElement.id") == "result"
    with page.expect_download() as download:
        page.click("#result a.download")
    download.value.save_as(tmp_path / "revealed.png")
    with Image.open(tmp_path / "revealed.png") as found, Image.open(SECRET) as own:
        assert np.array_equal(np.array(found), np.array(own.convert("RGB")))
    assert faults(page) == []

    page.goto(surf.base + "/inspect")
    page.set_input_files("#stego", stego)
    page.set_input_files("#reference", REFERENCE)
    page.fill("#passphrase", word)
    start(page)
    assert "sealed" in done(page).inner_text()
    assert faults(page) == []
    assert surf.said == []


def test_two_tabs_do_not_mix(surf: Surf, small: Path) -> None:
    """Both at work at once, each with a text of its own."""
    pages = [surf.page("/conceal"), surf.page("/conceal")]
    words = ["at noon", "never"]
    for page, word in zip(pages, words, strict=True):
        page.set_input_files("#reference", small)
        page.check("input[name=kind][value=text]")
        page.fill("#text", word)
        page.fill("#passphrase", f"{word}, seven bridges")
    for page in pages:
        start(page)
    for page, word in zip(pages, words, strict=True):
        done(page)
        with page.expect_download() as download:
            page.click("#result a.download")
        keys = sshr.Keys(passphrase=sshr.passphrase_bytes(f"{word}, seven bridges"))
        assert sshr.reveal(download.value.path(), small, keys).text == word


def test_keys_by_the_keyboard_alone(surf: Surf) -> None:
    """Tab, type, Enter; then a public key is pasted and looked at."""
    page = surf.page("/keys")
    page.focus("#passphrase")
    page.keyboard.type("Trittbrett über 7 Bergen")
    page.keyboard.press("Enter")
    made = done(page, "form[data-action=new-key] .result")
    with page.expect_download() as download:
        made.get_by_role("link", name="Save the private key").click()
    private = Path(download.value.path()).read_text()
    assert "SSHR-PROTECTED-KEY-1" in private
    public = private.splitlines()[1].removeprefix("# public: ")
    page.fill("#line", public)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    seen = done(page, "form[data-action=show-key] .result")
    words = made.locator("dd").first.inner_text()
    assert len(words.split()) == 6
    assert seen.locator("dd").first.inner_text() == words
    assert faults(page) == []
    assert surf.said == []


def test_how_strong_a_passphrase_is(surf: Surf) -> None:
    """Each word of the list counts 11 bits; what people make up counts little."""
    page = surf.page("/conceal")
    script = """async (given) => {
      const { bitsOf } = await import("/static/strength.js");
      const words = (await (await fetch("/words.txt")).text()).split(/\\s+/).filter(Boolean);
      return [words.map(bitsOf), given.map(bitsOf)];
    }"""
    given = ["", "password", "Password1", "aaaaaaaaaaaaaaaa", "qwertyuiop", "12345678", "x x x x x"]
    listed, made_up = page.evaluate(script, given)
    assert set(listed) == {11}
    assert len(listed) == 2048
    assert made_up[0] == 0
    assert max(made_up) < 20


def test_references_are_compared(surf: Surf) -> None:
    from playwright.sync_api import expect

    page = surf.page("/compare")
    page.set_input_files("#reference", REFERENCE)
    start(page)
    words = done(page).locator(".six span").all_inner_texts()
    assert len(words) == 6
    page.fill("#theirs", ", ".join(words).upper())
    expect(page.locator(".badge.good")).to_contain_text("the same picture")
    page.fill("#theirs", " ".join(reversed(words)))
    expect(page.locator(".badge.bad")).to_contain_text("two pictures")
    assert faults(page) == []


def test_on_a_small_telephone(surf: Surf) -> None:
    """360 px wide: nothing is cut off, every text can be read, by day and by night."""
    context = surf.browser.new_context(viewport={"width": 360, "height": 740})
    page = surf.page("", context)
    page.goto(surf.link)
    for name in (*WORK, "nothing"):
        page.emulate_media(color_scheme="dark")
        page.goto(f"{surf.base}/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, name
        assert faults(page) == [], name
    page.emulate_media(color_scheme="light")
    assert faults(page) == []
    context.close()
