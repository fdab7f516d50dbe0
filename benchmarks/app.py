"""The page under load, and as a browser sees it.

    python benchmarks/app.py [--requests 1000] [--at-once 8] [--load-only] [--json OUT]

Starts `sshr app` and sends it requests: conceals and reveals of small pieces of the example
photographs, and garbage of many kinds. After every hundred it waits until all are answered and adds
up the resident memory of the server and its processes. Then a Chromium opens the pages, if there is
one (needs the packages of `sshr[dev]`).
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
import psutil
from PIL import Image
from printing import keep, show

import sshr

PHOTOS = Path(__file__).parents[1] / "examples" / "photos"
WORD = "Trittbrett 7 Bergen"
REFERENCE, SECRET = "sailboats", "parrots"
ROUND = 100
WARM_UP = 3
"""Rounds of which the memory does not count."""

FIRST_PAINT = """new Promise((told) => new PerformanceObserver(
  (list) => told(list.getEntries()[0].startTime)
).observe({ type: "paint", buffered: true }))"""
REPEATS = 5
STEGOS = 8
"""Made before the load, to be revealed under it."""

PATIENCE_MS = 120_000


@dataclass
class Served:
    """A running `sshr app`, and a browser's way to it."""

    process: psutil.Process
    link: str
    base: str

    @property
    def mebibytes(self) -> float:
        """Resident memory of all its processes."""
        every = [self.process, *self.process.children(recursive=True)]
        return sum(one.memory_info().rss for one in every) / 2**20


@contextmanager
def served() -> Iterator[Served]:
    """The server, from start to end."""
    command = [sys.executable, "-m", "sshr", "app", "--no-browser"]
    source = str(Path(sshr.__file__).parents[1])
    path = os.pathsep.join(filter(None, [source, os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": path}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found, "the server does not start"
    link = found[0]
    try:
        yield Served(psutil.Process(process.pid), link, link.split("/enter")[0])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def piece(name: str, draw: random.Random) -> bytes:
    """A piece of a photograph as a PNG: 64 to 80 px a side, a reference of 112 to 128."""
    least = 112 if name == REFERENCE else 64
    width, height = draw.randint(least, least + 16), draw.randint(least, least + 16)
    with Image.open(PHOTOS / f"{name}.png") as image:
        left, top = draw.randint(0, 256), draw.randint(0, 256)
        stream = BytesIO()
        image.crop((left, top, left + width, top + height)).save(stream, "PNG")
    return stream.getvalue()


Form = dict[str, Any]
Request = tuple[str, Form, dict[str, str], bytes | None]
"""Path, parts of the form, headers, or a body as it is."""


def good(draw: random.Random, stegos: list[tuple[bytes, bytes]]) -> Request:
    """One that is to be answered."""
    kind = draw.choice(("conceal", "conceal", "reveal", "reveal", "inspect", "text", "forecast"))
    lock = {"lock": (None, draw.choice(("passphrase", "reference")))}
    if kind in ("reveal", "inspect"):
        stego, reference = draw.choice(stegos)
        sent = {"stego": ("s.png", stego), "reference": ("r.png", reference)}
        return f"/api/{kind}", sent | {"passphrase": (None, WORD)}, {}, None
    sent = {"reference": ("r.png", piece(REFERENCE, draw)), "survive": (None, "untouched")}
    if kind == "forecast":
        return "/api/forecast", sent, {}, None
    if kind == "text":
        sent |= {"text": ("text", draw.randbytes(40).hex().encode())}
    else:
        sent |= {"secret": ("s.png", piece(SECRET, draw))}
        sent["survive"] = (None, draw.choice(("untouched", "untouched", "untouched", "best")))
    return "/api/conceal", sent | lock | {"passphrase": (None, WORD)}, {}, None


def garbage(draw: random.Random, stegos: list[tuple[bytes, bytes]]) -> Request:
    """One that is to be refused."""
    stego, reference = draw.choice(stegos)
    sent: Form = {"stego": ("s.png", stego), "reference": ("r.png", reference)}
    word = {"passphrase": (None, WORD)}
    plain = {"Content-Type": "multipart/form-data; boundary=x"}
    cut = ("s.png", stego[: draw.randrange(len(stego))])
    noise = ("s.png", draw.randbytes(draw.randrange(5000)))
    return draw.choice(
        [
            ("/api/reveal", sent | {"passphrase": (None, "wrong")}, {}, None),
            ("/api/reveal", sent | {"stego": cut} | word, {}, None),
            ("/api/reveal", sent | {"stego": noise} | word, {}, None),
            ("/api/reveal", sent | {"stego": ("s.png", reference)} | word, {}, None),
            ("/api/reveal", word, {}, None),
            ("/api/reveal", sent | {"lock": (None, "key"), "identity": noise}, {}, None),
            ("/api/conceal", sent | word, {}, None),
            ("/api/show-key", {"key": (None, draw.randbytes(20).hex())}, {}, None),
            ("/api/nothing", word, {}, None),
            ("/api/reveal", {}, plain, draw.randbytes(3000)),
            ("/api/reveal", {}, {"Content-Type": "application/json"}, b"{}"),
            ("/api/reveal", {}, plain | {"X-Sshr-Job": "x"}, b"--x--"),
            ("/api/reveal", word, {"Host": "evil.example"}, None),
            ("/api/reveal", word, {"Origin": "https://evil.example"}, None),
            ("/api/reveal", word, {"Sec-Fetch-Site": "cross-site"}, None),
            ("/api/reveal", word, {"Cookie": "sshr=x"}, None),
        ]
    )


def ask(client: httpx2.Client, request: Request, cookie: str) -> tuple[int, str, float]:
    """Status, the words of a refusal, and seconds."""
    path, form, headers, body = request
    given = {"Origin": str(client.base_url).rstrip("/"), "Cookie": cookie} | headers
    started = time.perf_counter()
    if body is None:
        answer = client.post(path, files=form, headers=given)
    else:
        answer = client.post(path, content=body, headers=given)
    seconds = time.perf_counter() - started
    return answer.status_code, "" if answer.is_success else answer.json()["error"], seconds


def stego_of(client: httpx2.Client, cookie: str, draw: random.Random) -> tuple[bytes, bytes]:
    """A stego and its reference, to be revealed."""
    reference = piece(REFERENCE, draw)
    sent = {"reference": ("r.png", reference), "secret": ("s.png", piece(SECRET, draw))}
    sent |= {"passphrase": (None, WORD), "survive": (None, "untouched")}  # type: ignore[dict-item]
    given = {"Origin": str(client.base_url).rstrip("/"), "Cookie": cookie}
    answer = client.post("/api/conceal", files=sent, headers=given)
    assert answer.status_code == 200, answer.text[:200]
    stego = answer.content.split(b'filename="stego"')[1].split(b"\r\n\r\n", 1)[1]
    return stego[: stego.index(b"IEND") + 8], reference


def under_load(server: Served, requests: int, at_once: int) -> dict[str, Any]:
    """Statuses, times and memory."""
    draw = random.Random(17)
    limits = httpx2.Limits(max_connections=at_once)
    statuses: Counter[str] = Counter()
    seconds: list[float] = []
    memory: list[float] = []
    faults: list[str] = []
    with httpx2.Client(base_url=server.base, timeout=600, limits=limits, trust_env=False) as client:
        name, value = next(iter(client.get(server.link).cookies.items()))
        cookie = f"{name}={value}"
        client.cookies.clear()
        stegos = [stego_of(client, cookie, draw) for _ in range(STEGOS)]
        with ThreadPoolExecutor(at_once) as pool:
            for first in range(0, requests, ROUND):
                kinds = [draw.random() < 0.6 for _ in range(min(ROUND, requests - first))]
                asked = [(good if kind else garbage)(draw, stegos) for kind in kinds]
                answers = list(pool.map(lambda one: ask(client, one, cookie), asked))
                for kind, (path, *_), (status, words, took) in zip(
                    kinds, asked, answers, strict=True
                ):
                    statuses[f"{'good' if kind else 'garbage'} {status}"] += 1
                    seconds.append(took)
                    if (status == 200) is not kind or not (kind or (status < 500 and words)):
                        faults.append(f"{path}: {status} {words}")
                memory.append(round(server.mebibytes, 1))
                print(f"{first + len(kinds)} requests, {memory[-1]:.0f} MiB", file=sys.stderr)
    counted = memory[WARM_UP - 1 :]
    return {
        "requests": requests,
        "at_once": at_once,
        "statuses": dict(sorted(statuses.items())),
        "not_as_expected": faults,
        "memory_mebibytes": memory,
        "growth_mebibytes": round(max(counted) - counted[0], 1),
        "median_seconds": median(seconds),
        "longest_seconds": max(seconds),
    }


def in_browser(server: Served, path: str) -> dict[str, Any]:
    """First paint, bytes of what a page loads, and seconds from the link to a revealed picture."""
    from playwright.sync_api import sync_playwright

    photos = {name: PHOTOS / f"{name}.png" for name in (SECRET, REFERENCE)}
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    paints, sizes = [], {}
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=flags, timeout=PATIENCE_MS)
        for _ in range(REPEATS):
            context = browser.new_context()
            page = context.new_page()
            page.goto(server.link)
            page.goto(f"{server.base}/reveal")
            paints.append(page.evaluate(FIRST_PAINT))
            loaded = "performance.getEntriesByType('resource')"
            page.wait_for_load_state("networkidle")
            own = page.evaluate(f"{loaded}.reduce((sum, one) => sum + one.decodedBodySize, 0)")
            sizes["reveal"] = own + len(page.content().encode())
            context.close()
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        begun = time.perf_counter()
        page.goto(server.link)
        page.set_input_files("#reference", photos[REFERENCE])
        page.set_input_files("#secret", photos[SECRET])
        page.fill("#passphrase", WORD)
        page.click("form button.main")
        page.locator("#result").wait_for(state="visible")
        with page.expect_download() as download:
            page.click("#result a.download")
        concealed = time.perf_counter()
        page.goto(f"{server.base}/reveal")
        page.set_input_files("#stego", download.value.path())
        page.set_input_files("#reference", photos[REFERENCE])
        page.fill("#passphrase", WORD)
        page.click("form button.main")
        page.locator("#result img").wait_for(state="visible")
        revealed = time.perf_counter()
        version = browser.version
        browser.close()
    return {
        "chromium": version,
        "first_paint_seconds": median(paints) / 1000,
        "asset_bytes": sizes["reveal"],
        "conceal_seconds": concealed - begun,
        "reveal_seconds": revealed - concealed,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--requests", type=int, default=1000, help="0: the page alone")
    parser.add_argument("--load-only", action="store_true", help="without a browser")
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all figures here too")
    args = parser.parse_args()
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    told: dict[str, Any] = {}
    begun = time.perf_counter()
    with served() as server:
        start = time.perf_counter() - begun
        if browser and not args.load_only:
            told["page"] = in_browser(server, browser) | {"start_seconds": start}
            show("the page", [told["page"]])
        if args.requests:
            told["load"] = under_load(server, args.requests, args.at_once)
            show("under load", [told["load"]])
    keep(args.json, **told)
    faults = told.get("load", {}).get("not_as_expected", [])
    for fault in faults:
        print(f"not as expected: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
