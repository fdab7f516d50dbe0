"""Reports as HTML: one file that fetches nothing."""

import re
from xml.etree import ElementTree

import numpy as np
from PIL import Image

from sshr.evaluation.methods.method import MethodEntry
from sshr.evaluation.records import Comparison, PairLine, Run
from sshr.evaluation.report.build import make_report
from sshr.evaluation.report.html import to_html

LINE = PairLine("m", "1", "a", "3+4", "png", 0, "", Comparison(40, 0.9, 2.55, 2.55, 41, 0.1))
RUN = Run(1, "kodak", "d", 1, "64 px", 2, ["<b>one</b>"], ["png"])


def page(folder):
    entry = MethodEntry("m", object(), "1")
    return to_html([make_report(RUN, [entry], [LINE], {})], folder)


def test_names_are_escaped_and_the_page_is_well_formed(tmp_path):
    found = page(tmp_path / "missing")
    body = re.search(r"<body>(.*)</body>", found, re.DOTALL)[1]
    tree = ElementTree.fromstring(f"<body>{body}</body>")
    text = " ".join(tree.itertext())
    assert "left out: <b>one</b>" in text
    assert "(quoted)" in text
    assert "40.00" in text


def test_nothing_is_fetched(tmp_path):
    found = page(tmp_path)
    assert "<script" not in found
    assert not re.search(r"(src|href)=\"(?!data:)", found)
    assert "STYLE" not in found
    assert "BODY" not in found


def test_pictures_are_shown_where_there_are_some(tmp_path):
    assert "<h2>Pictures</h2>" not in page(tmp_path)
    (tmp_path / "m").mkdir()
    for role in ("secret", "reference", "stego"):
        Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(tmp_path / "m" / f"0-{role}.png")
    assert "<h2>Pictures</h2>" in page(tmp_path)
