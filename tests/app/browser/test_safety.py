"""What goes wrong, and what others try: errors, cancel, slow lines, hostile pages."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image
from tests.app.browser.conftest import PHOTOS, Surf

from sshr.app.limits import MAX_UPLOAD_BYTES

REFERENCE, SECRET = PHOTOS / "sailboats.png", PHOTOS / "parrots.png"
HOSTILE = """<!doctype html><title>hostile</title>
<img src="{base}/static/icon.svg" onload="loaded=1">
<iframe src="{base}/conceal"></iframe>
<form method="post" action="{base}/api/new-key" enctype="multipart/form-data">
<input name="passphrase" value="x"><button>go</button></form>"""


@pytest.fixture
def hostile(surf: Surf) -> Iterator[str]:
    """A page on another port, which for cookies is the same site."""
    body = HOSTILE.replace("{base}", surf.base).encode()

    class Hostile(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_faults_in_words(surf: Surf, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    page = surf.page("/reveal")
    start, fault = page.locator("form button.main"), page.locator(".fault")
    start.click()
    expect(fault).to_contain_text("Choose the picture that you were sent first.")
    assert page.evaluate("document.activeElement.id") == "stego"
    (tmp_path / "garbage.png").write_bytes(b"garbage")
    page.set_input_files("#stego", tmp_path / "garbage.png")
    expect(fault).to_be_hidden()
    page.set_input_files("#reference", REFERENCE)
    page.fill("#passphrase", "x")
    start.click()
    expect(fault).to_contain_text("garbage.png: is not an image that can be read")
    page.set_input_files("#stego", REFERENCE)
    start.click()
    expect(fault).to_contain_text("nothing was concealed in this one")
    with open(tmp_path / "bomb.png", "wb") as bomb:
        bomb.truncate(MAX_UPLOAD_BYTES + 1)
    page.set_input_files("#stego", tmp_path / "bomb.png")
    start.click()
    expect(fault).to_contain_text("at most 128 MiB")
    assert not [one for one in surf.said if "422" not in one]


def test_cancelled(surf: Surf, small: Path, tmp_path: Path) -> None:
    """Work that would take many seconds; and the page works on."""
    from playwright.sync_api import expect

    with Image.open(REFERENCE) as image:
        image.resize((1536, 2304)).save(tmp_path / "large.jpg")
    page = surf.page("/conceal")
    page.set_input_files("#reference", tmp_path / "large.jpg")
    page.set_input_files("#secret", SECRET)
    page.check("input[value=messenger]")
    page.fill("#passphrase", "x")
    page.locator("form button.main").click()
    page.locator(".cancel").click()
    expect(page.locator(".stage")).to_have_text("Cancelled. Nothing was kept.")
    expect(page.locator(".cancel")).to_be_hidden()
    page.check("input[value=untouched]")
    page.set_input_files("#reference", small)
    page.check("input[name=kind][value=text]")
    page.fill("#text", "at noon")
    page.locator("form button.main").click()
    page.locator("#result").wait_for(state="visible")
    assert surf.said == []


def test_a_slow_line(surf: Surf, small: Path) -> None:
    """What is sent is told while it is sent."""
    page = surf.page("/compare")
    line = surf.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 50, "downloadThroughput": 200_000}
    line.send("Network.emulateNetworkConditions", slow | {"uploadThroughput": 20_000})
    page.evaluate(
        """() => {
          window.seen = new Set();
          const stage = document.querySelector(".stage");
          new MutationObserver(() => window.seen.add(stage.textContent)).observe(
            stage, { childList: true, characterData: true, subtree: true });
        }"""
    )
    page.set_input_files("#reference", small)
    page.locator("form button.main").click()
    page.locator("#result").wait_for(state="visible")
    assert "Sending to the program…" in page.evaluate("[...window.seen]")


def test_a_hostile_page_gets_nothing(surf: Surf, hostile: str) -> None:
    page = surf.page("")
    answers = []
    page.on("response", lambda one: answers.append((one.request.method, one.url, one.status)))
    page.goto(hostile)
    sent = """async (base) => {
      const form = new FormData();
      form.append("passphrase", "x");
      const given = { method: "POST", body: form, credentials: "include" };
      const seen = [];
      for (const mode of ["no-cors", "cors"]) {
        try { seen.push((await fetch(base + "/api/new-key", { ...given, mode })).type); }
        catch (error) { seen.push("blocked"); }
      }
      return seen;
    }"""
    assert set(page.evaluate(sent, surf.base)) <= {"opaque", "blocked"}
    assert page.evaluate("window.loaded") is None
    with page.expect_navigation():
        page.click("button")
    assert "another page has asked for this" in page.content()
    own = [answer for answer in answers if answer[1].startswith(surf.base)]
    posts = [status for method, _, status in own if method == "POST"]
    assert posts
    assert set(posts) == {403}
    assert {status for _, url, status in own if url.endswith("/conceal")} <= {403}


def test_a_foreign_name_for_this_machine(surf: Surf) -> None:
    """DNS rebinding: rebound.example leads to 127.0.0.1."""
    page = surf.page("")
    port = surf.base.rsplit(":", 1)[1]
    answer = page.goto(f"http://rebound.example:{port}/conceal")
    assert answer.status == 421
    assert "not the one that sshr was started for" in page.content()


def test_the_link_leaves_the_address_bar(surf: Surf) -> None:
    page = surf.page("")
    page.goto(surf.link)
    assert page.url == surf.base + "/conceal"
    assert page.evaluate("history.length") <= 2
    page.go_back()
    assert "ticket" not in page.url
    other = surf.browser.new_context()
    stranger = surf.page("/conceal", other)
    assert "has not been let in" in stranger.inner_text("h1")
    other.close()
