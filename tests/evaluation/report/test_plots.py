"""The report's figures: curves of what was measured, and pictures with their residuals."""

import re
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.records import Change, Comparison, PairLine, Run
from sshr.evaluation.report.build import make_report
from sshr.evaluation.report.plots import _residual, picture_rows, report_charts
from sshr.evaluation.summary import BINS, REACH

RUN = Run(2, "kodak", "d", 1, "64 px", 2, [], ["png"])
SEEN = Comparison(40, 0.9, 2.55, 2.55, 41, 0.1)
CHANGE = Change([1 / (2 * REACH + 1)] * (2 * REACH + 1), [1.0] * BINS)


def line(pair, channel, **more):
    return PairLine("m", "1", pair, "3+4", channel, 0, "", SEEN, **more)


def charts(*lines):
    found = report_charts(make_report(RUN, [MethodEntry("m", object(), "1")], lines, {}))
    return [figure.find("figcaption").text for figure in ElementTree.fromstring(f"<a>{found}</a>")]


def test_charts_are_those_for_which_there_are_figures():
    assert charts(line("a", "png")) == []
    titles = charts(line("a", "png", revealed=SEEN, change=CHANGE))
    assert [title.split(" ")[0] for title in titles] == ["Stego", "Histogram", "Spectrum"]
    two = [line("a", channel, revealed=SEEN) for channel in ("jpeg:80", "jpeg:90")]
    assert any(title.startswith("Revealed PSNR:") for title in charts(*two))
    assert charts(two[0]) == []  # one point is no curve


def test_rows_of_pictures(tmp_path):
    assert picture_rows(tmp_path / "missing") == ""
    (tmp_path / "m & n").mkdir()
    picture = Image.fromarray(np.full((64, 64, 3), 9, np.uint8))
    for role in ("secret", "reference"):
        picture.save(tmp_path / "m & n" / f"0-{role}.png")
    assert picture_rows(tmp_path) == ""  # without a stego there is nothing to show
    for role in ("stego", "revealed", "wrong-key"):
        picture.save(tmp_path / "m & n" / f"0-{role}.png")
    row = ElementTree.fromstring(re.sub(r"(<img[^>]*)>", r"\1/>", picture_rows(tmp_path)))
    assert row.find("h3").text == "m & n, pair 0"
    captions = [caption.text for caption in row.iter("figcaption")]
    assert captions[:4] == ["secret", "reference", "stego", "revealed"]
    assert captions[4:] == [
        *("stego residual x10", "revealed residual x10", "stego residual x20"),
        *("revealed residual x20", "wrong key"),
    ]


def test_residuals_are_magnified_and_cut_off():
    one, other = np.array([[[5, 0, 200]]], np.uint8), np.array([[[6, 3, 100]]], np.uint8)
    assert _residual(one, other, 10).tolist() == [[[10, 30, 255]]]
