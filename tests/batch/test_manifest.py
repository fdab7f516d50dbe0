"""Records of single files: what counts as finished."""

from dataclasses import replace
from pathlib import Path

from sshr.batch.manifest import (
    ManifestEntry,
    file_hash,
    finished,
    read_record,
    write_manifest,
    write_record,
)


def test_a_file_is_finished_under_the_name_that_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("revealed")
    digest = file_hash(tmp_path / "notes.txt")
    entry = ManifestEntry("a.png", "s", "r", "done", inputs="i", sha256=digest, output="notes.txt")
    write_record(tmp_path, entry)
    assert read_record(tmp_path, "a.png") == finished(tmp_path, "a.png", "i") == entry
    assert finished(tmp_path, "a.png", "other inputs") is None
    assert finished(tmp_path, "b.png", "i") is None
    write_record(tmp_path, replace(entry, output=""))  # then it is called a.png, which is missing
    assert finished(tmp_path, "a.png", "i") is None
    (tmp_path / "notes.txt").rename(tmp_path / "a.png")
    assert finished(tmp_path, "a.png", "i") is not None
    (tmp_path / "a.png").write_text("changed")
    assert finished(tmp_path, "a.png", "i") is None


def test_records_that_make_no_sense_are_none(tmp_path: Path) -> None:
    write_record(tmp_path, ManifestEntry("a.png", "s", "r", "done"))
    (record,) = (tmp_path / ".sshr-records").glob("*.json")
    whole = record.read_text()
    for text in ("", "[]", "{}", whole[:-1] + ', "unknown": 1}', whole.replace("a.png", "b.png")):
        record.write_text(text)
        assert read_record(tmp_path, "a.png") is None


def test_the_table_has_a_column_for_every_figure(tmp_path: Path) -> None:
    entries = [
        ManifestEntry("b", "s", "r", "done", figures={"psnr": 40.5}),
        ManifestEntry("a", "s", "", "failed", 2, "no, none"),
    ]
    write_manifest(tmp_path, entries)
    head, *rows = (tmp_path / "manifest.csv").read_text().splitlines()
    assert head == "name,source,reference,state,code,error,inputs,sha256,output,seconds,psnr"
    assert rows == ['a,s,,failed,2,"no, none",,,,0.0,', "b,s,r,done,0,,,,,0.0,40.5"]
