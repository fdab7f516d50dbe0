"""A real browser, and the server as a user starts it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

PATIENCE_MS = 300_000
PHOTOS = Path(__file__).parents[3] / "examples" / "photos"
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP rebound.example 127.0.0.1",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Surf:
    """A browser that has been let in.

    Attributes:
        base: the page's origin.
        context: of the browser, with the cookie.
        said: errors in the console, and exceptions of pages.
    """

    base: str
    link: str
    browser: Any
    context: Any
    said: list[str] = field(default_factory=list)

    def page(self, path: str = "/conceal", context: Any = None) -> Any:
        page = (context or self.context).new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda m: m.type == "error" and self.said.append(m.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        if path:
            page.goto(self.base + path)
        return page


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("there is no Chromium (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as started:
        playwright.expect.set_options(timeout=PATIENCE_MS)
        browser = started.chromium.launch(
            executable_path=path, args=list(FLAGS), timeout=PATIENCE_MS
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def link() -> Iterator[str]:
    """What `sshr app` prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sshr", "app", "--no-browser"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found
    yield found[0]
    process.send_signal(signal.SIGTERM)
    process.wait(PATIENCE_MS / 1000)
    process.stdout.close()


@pytest.fixture
def surf(chromium: Any, link: str) -> Iterator[Surf]:
    context = chromium.new_context(viewport={"width": 1200, "height": 900})
    made = Surf(link.split("/enter")[0], link, chromium, context)
    page = made.page("")
    page.goto(link)
    page.close()
    yield made
    context.close()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A reference of 128 px."""
    with Image.open(PHOTOS / "sailboats.png") as image:
        image.crop((150, 300, 278, 428)).save(tmp_path / "small.png")
    return tmp_path / "small.png"
