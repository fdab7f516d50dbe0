"""`sshr evaluate` as a user meets it."""

import json

import pytest
from PIL import Image


@pytest.fixture
def folder(desk, photo):
    pictures = desk / "pictures"
    pictures.mkdir()
    for i, name in enumerate(("parrots", "sailboats")):
        Image.fromarray(photo(name, 64, 64)).save(pictures / f"{i}.png")
    return pictures


def call(cli, folder, *more, out="report"):
    options = ("--protocol", "folder", "--data", folder, "--out", folder.parent / out)
    return cli("evaluate", *options, *more)


def test_a_report_is_written(cli, folder):
    said = call(cli, folder, "--method", "classical:4", "--channel", "png,float")
    assert (said.code, said.err) == (0, "")
    assert "classical:4, png" in said.out
    for name in ("report.html", "report.md", "report.json", "pairs.csv", "results.jsonl"):
        assert (folder.parent / "report" / name).stat().st_size > 100
    said = call(cli, folder, "--method", "classical:4", "--channel", "png,float", "--json")
    report = json.loads(said.out)
    assert report["methods"][0]["channels"]["png"]["outcomes"] == {"0": 2}


def test_transports_stand_beside_rivals_and_detectors_below(cli, folder, photo):
    for i in range(2, 5):
        Image.fromarray(photo("parrots", 64, 64, 60 * i)).save(folder / f"{i}.png")
    methods = ("--method", "sealed:uniform", "--method", "classical:4", "--detector", "spam")
    said = call(cli, folder, *methods, "--channel", "png")
    assert (said.code, said.err) == (0, "")
    assert "sealed:uniform, png" in said.out
    assert "sealed:uniform, spam" in said.out
    report = json.loads((folder.parent / "report" / "report.json").read_text())
    assert [line["method"] for line in report["detection"]] == ["sealed:uniform", "classical:4"]
    assert report["methods"][0]["channels"]["png"]["wrong_key"]["outcomes"] == {"4": 5}


def test_unreadable_pictures_end_in_exit_code_1(cli, folder):
    (folder / "2.png").write_bytes(b"\x89PNG")
    said = call(cli, folder, "--method", "classical:4", "--channel", "png")
    assert said.code == 1
    assert said.err.count("2.png") == 2
    assert "2 pairs were left out" in said.err
    assert (folder.parent / "report" / "report.html").exists()


@pytest.mark.parametrize(
    ("code", "arguments", "message"),
    [
        (2, (), "nothing to evaluate"),
        (2, ("--method", "lsb:2", "--jobs", "0"), "--jobs must be from 1 to"),
        (2, ("--method", "lsb:2", "--backend", "dask"), "--scheduler ADDRESS go together"),
        (2, ("--preset", "base", "--channel", "jpg"), "unknown channel"),
        (2, ("--method", "absent"), "package.module:factory"),
        (2, ("--method", "classical:99"), "from 2 to 32"),
        (2, ("--method", "classical:4", "--method", "classical:4"), "named twice"),
        (2, ("--method", "classical:4", "--attacks"), "for networks"),
        (2, ("--method", "classical:4", "--protocol", "cifar"), "--protocol"),
        (2, ("--method", "classical:4", "--pairs", "absent.csv"), "list of pairs"),
        (2, ("--method", "sealed:loud"), "is not one of uniform"),
        (2, ("--method", "sealed:nothing=1"), "no option 'nothing'"),
        (2, ("--method", "classical:4", "--detector", "nosuch"), "is not one of spam"),
        (2, ("--method", "classical:4", "--detector", "spam"), "at least 5 pairs"),
        (9, ("--preset", "absent"), "unknown preset"),
    ],
)
def test_nonsense_is_one_line_and_touches_nothing(refused, folder, code, arguments, message):
    said = refused(
        code, "evaluate", "--protocol", "folder", "--data", folder, "--out", "r", *arguments
    )
    assert message in said


def test_folders_without_pairs(refused, folder):
    (folder / "1.png").unlink()
    options = ("--method", "classical:4", "--out", "r")
    assert "holds 1 images" in refused(2, "evaluate", "--data", folder, *options)
    assert "not a folder" in refused(2, "evaluate", "--data", "absent", *options)
