"""Whole evaluations of small pictures: results, resuming, reports, and methods that misbehave."""

import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sshr.errors import EvaluationError, OutputError, UsageError
from sshr.evaluation import measure as measuring
from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.methods.table import find_methods
from sshr.evaluation.run import Options, evaluate
from sshr.imaging.channels import parse_channels

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


class Additive:
    """stego = reference + secret / 16, floating; reveals from the difference."""

    def conceal(self, secrets, references, key):
        return references + secrets / 16.0

    def reveal(self, stegos, references, key):
        return (stegos - references.astype(float)) * 16


class Broken(Additive):
    def __init__(self, what):
        self.what = what

    def conceal(self, secrets, references, key):
        stegos = super().conceal(secrets, references, key)
        if self.what == "nan":
            stegos[0, 3, 4, 1] = np.nan
        if self.what == "raises":
            raise ZeroDivisionError("of all things")
        wrong = {"shape": stegos[:, :-1], "dtype": np.zeros(stegos.shape, np.int64), "list": [1]}
        return wrong.get(self.what, stegos)


@pytest.fixture
def data(tmp_path, photo):
    folder = tmp_path / "data"
    folder.mkdir()
    for i, name in enumerate(("parrots", "sailboats", "lighthouse")):
        Image.fromarray(photo(name, 64 + 5 * i, 80)).save(folder / f"{i}.png")
    return folder


def options(data, methods, channels="png,float", **more):
    out = data.parent / "out"
    return Options(methods, data, "folder", parse_channels(channels), out, **more)


def additive(name="additive"):
    return MethodEntry(name, Additive(), "1")


def test_reports_a_network_a_peer_and_an_outside_method_side_by_side(data):
    methods = [*find_methods(["base"], ["classical:4"], "cpu"), additive()]
    report = evaluate(options(data, methods, "png,float,lsb:50,jpeg:80,jpeg:90", limit=2))
    assert report.run.skipped == []
    base, peer, other = report.methods
    for entry in (base, peer, other):
        png = entry.channels["png"]
        assert png.outcomes == {"0": 2}
        assert png.stego.psnr.min > 23
        assert png.revealed.psnr.mean > png.secret_stego.psnr.mean + 5
        assert sum(png.change.histogram) == pytest.approx(1, abs=1e-3)
    # With the wrong key a network refuses and the peer's tag fails; the outside method has no key.
    assert base.channels["png"].wrong_key.outcomes == {"4": 2}
    assert peer.channels["png"].wrong_key.outcomes == {"5": 2}
    assert other.channels["png"].wrong_key.outcomes == {"0": 2}
    # The float channel rounds nothing: the additive method is exact there, and only there.
    assert other.channels["float"].revealed.psnr.mean == 100
    assert other.channels["png"].revealed.psnr.mean < 45
    # A lossy channel takes the header; what it said, handed over, still leaves a picture.
    jpeg, bits = base.channels["jpeg:80"], base.channels["lsb:50"]
    assert set(jpeg.outcomes) <= {"5", "6"}
    assert jpeg.revealed is None
    assert jpeg.oracle_header.psnr.mean < bits.oracle_header.psnr.mean
    assert all(found.oracle_header is None for found in other.channels.values())
    out = data.parent / "out"
    page = (out / "report.html").read_text()
    assert page.count("data:image/webp") > 10
    assert "Histogram of stego" in page
    assert "Revealed PSNR: JPEG 4:2:0" in page
    assert "http://" not in page
    assert "https://" not in page
    assert "<script" not in page
    rows = (out / "pairs.csv").read_text().splitlines()
    assert len(rows) == 1 + 3 * 5 * 2
    assert "revealed.psnr" in rows[0]
    Balanced().feed(page)
    if CHROMIUM:
        assert_opens(out / "report.html")


class Balanced(HTMLParser):
    """Fails on a tag that is closed without or before being open."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "img", "path", "circle", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in ("path", "circle", "polyline"):
            assert self.open.pop() == tag


def assert_opens(page: Path):
    """Chromium lays the page out, dark and printed, and prints more than one sheet."""
    pdf = page.with_suffix(".pdf")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--force-dark-mode"]
    flags.append(f"--user-data-dir={page.parent / 'profile'}")
    command = [CHROMIUM, *flags, f"--print-to-pdf={pdf}", page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert pdf.read_bytes().startswith(b"%PDF")
    assert pdf.stat().st_size > 50_000


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
def test_a_browser_lays_out_every_table_and_figure(data):
    evaluate(options(data, [additive()], "png,noise:0.01,noise:0.05"))
    page = data.parent / "out" / "report.html"
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    flags.append(f"--user-data-dir={page.parent / 'profile'}")
    done = subprocess.run(
        [CHROMIUM, *flags, page.as_uri()], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("<table") == page.read_text().count("<table")
    assert done.stdout.count("<svg") == 4


def test_a_rerun_measures_nothing_again_and_says_the_same(data, monkeypatch):
    channels = "png,float,noise"
    first = evaluate(options(data, [additive()], channels, limit=2))
    calls = []
    line = measuring.Trial.line
    monkeypatch.setattr(measuring.Trial, "line", lambda *a: calls.append(a[1].name) or line(*a))
    assert evaluate(options(data, [additive()], channels, limit=2)) == first
    assert calls == []
    evaluate(options(data, [additive()], channels + ",poisson"))
    assert len(calls) == 2 + 4  # the new channel of two pairs, and the third pair whole
    shutil.rmtree(data.parent / "out")
    again = evaluate(options(data, [additive()], channels, limit=2))
    assert again == first


def test_a_replaced_picture_is_measured_again(data, photo):
    evaluate(options(data, [additive()], "png"))
    Image.fromarray(photo("red-barn", 64, 96)).save(data / "1.png")
    evaluate(options(data, [additive()], "png"))
    lines = (data.parent / "out" / "results.jsonl").read_text().splitlines()
    assert len(lines) == 1 + 3 + 2


def test_an_interrupted_run_goes_on(data, monkeypatch):
    seen = []

    def stop(stage, done, total):
        seen.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evaluate(options(data, [additive()], "png,float"), stop)
    path = data.parent / "out" / "results.jsonl"
    path.write_text(path.read_text() + '{"method": "addi')  # what a kill may leave
    seen.clear()
    report = evaluate(options(data, [additive()], "png,float"), lambda *a: seen.append(a[1:]))
    assert seen == [(i, 4) for i in (1, 2, 3, 4)]
    assert report.run.pairs == 3


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("shape", "gave shape"),
        ("dtype", "gave int64"),
        ("nan", "not finite"),
        ("list", "not a NumPy array"),
        ("raises", "ZeroDivisionError: of all things"),
    ],
)
def test_a_method_that_breaks_its_contract_stops_the_run_and_keeps_the_rest(data, what, message):
    methods = [additive(), MethodEntry("broken", Broken(what), "1")]
    with pytest.raises(EvaluationError, match=f"broken: conceal.*{message}"):
        evaluate(options(data, methods, "png"))
    assert len((data.parent / "out" / "results.jsonl").read_text().splitlines()) == 2


def test_another_runs_folder_is_refused(data):
    evaluate(options(data, [additive()], "png"))
    with pytest.raises(UsageError, match="another run"):
        evaluate(options(data, [additive()], "png", seed=2))
    (data.parent / "out" / "results.jsonl").write_text("hello\n")
    with pytest.raises(OutputError, match="no file of results"):
        evaluate(options(data, [additive()], "png"))


def test_unreadable_and_small_pictures_are_named_and_left_out(data, photo):
    (data / "3.png").write_bytes(b"no picture")
    said = []
    report = evaluate(options(data, [additive()], "png"), say=said.append)
    assert report.run.pairs == 2
    assert len(said) == len(report.run.skipped) == 2  # as a reference and as a secret
    assert all("3.png" in line for line in said)
    assert "left out" in (data.parent / "out" / "report.md").read_text()
    with pytest.raises(UsageError, match="not a single pair"):
        evaluate(Options([additive()], data, "kodak", parse_channels("png"), data.parent / "other"))


def test_attacks_say_what_they_need(data):
    with pytest.raises(UsageError, match="for networks"):
        evaluate(options(data, [additive()], "png", attacks=True))
    with pytest.raises(UsageError, match="at least 5 pairs"):
        evaluate(options(data, find_methods(["base"], [], "cpu"), "float", attacks=True))
    assert not (data.parent / "out").exists()  # said before anything was measured


def test_detectors_stand_in_the_report(tmp_path, photo):
    folder = tmp_path / "data"
    folder.mkdir()
    for i in range(5):
        Image.fromarray(photo("parrots", 64, 64, 60 * i)).save(folder / f"{i}.png")
    report = evaluate(options(folder, [additive()], "png", detectors=["spam"]))
    (line,) = report.detection
    assert (line.method, line.detector, line.photographs) == ("additive", "spam", 5)
    assert "additive, spam" in (tmp_path / "out" / "report.md").read_text()
    with pytest.raises(UsageError, match="at least 5 pairs"):
        evaluate(options(folder, [additive()], "png", detectors=["spam"], limit=4))
    with pytest.raises(UsageError, match="is not one of"):
        evaluate(options(folder, [additive()], "png", detectors=["nosuch"]))
