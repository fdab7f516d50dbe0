"""Which files go together: by name, in sub-folders, by a table."""

from pathlib import Path
from unicodedata import normalize

import pytest

from sshr.batch.pairing import Pairing, pair_by_name, pair_by_table
from sshr.errors import UsageError


class Folders:
    """Sources, references and outputs below one folder."""

    def __init__(self, root: Path) -> None:
        self.own, self.shared, self.out = (root / name for name in ("own", "shared", "out"))

    def touch(self, own: tuple[str, ...] = (), shared: tuple[str, ...] = ()) -> None:
        for folder, names in ((self.own, own), (self.shared, shared)):
            folder.mkdir(exist_ok=True)
            for name in names:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).touch()

    def paired(self, recursive: bool = False) -> Pairing:
        return pair_by_name(self.own, self.shared, self.out, recursive)


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(tmp_path)


def test_names_agree_up_to_the_suffix(folders: Folders) -> None:
    folders.touch(("b.JPG", "a.heic", "lone.png", "notes.txt"), ("a.png", "b.jxl", "rest.png"))
    pairing = folders.paired()
    assert [(p.name, p.source.name, p.reference.name) for p in pairing.pairs] == [
        ("a.png", "a.heic", "a.png"),
        ("b.png", "b.JPG", "b.jxl"),
    ]
    assert [p.output for p in pairing.pairs] == [folders.out / "a.png", folders.out / "b.png"]
    assert pairing.lonely_sources == {"lone.png": folders.own / "lone.png"}
    assert pairing.lonely_references == (folders.shared / "rest.png",)
    assert pairing.skipped_folders == ()


def test_names_of_both_unicode_forms_are_one(folders: Folders) -> None:
    folders.touch((normalize("NFD", "née.png"),), (normalize("NFC", "née.png"),))
    (pair,) = folders.paired().pairs
    assert pair.name == normalize("NFC", "née.png")
    assert pair.source.exists()
    assert pair.reference.exists()


@pytest.mark.parametrize("other", ["p0.jpg", normalize("NFD", "né.png")])
def test_two_pictures_of_one_name_are_refused(folders: Folders, other: str) -> None:
    folders.touch(("p0.png", normalize("NFC", "né.png"), other), ("p0.png",))
    with pytest.raises(UsageError, match=r"own: .* and .* are two files of one name"):
        folders.paired()


def test_sub_folders_are_named_or_entered(folders: Folders) -> None:
    folders.touch(("a.png", "x/a.jpg", "y/z/b.png", "w/c.txt"), ("a.png", "x/a.png", "z/b.png"))
    assert [pair.name for pair in folders.paired().pairs] == ["a.png"]
    assert folders.paired().skipped_folders == (
        *(folders.own / "x", folders.own / "y", folders.shared / "x", folders.shared / "z"),
    )
    whole = folders.paired(recursive=True)
    assert [(pair.name, pair.output) for pair in whole.pairs] == [
        ("a.png", folders.out / "a.png"),
        (str(Path("x/a.png")), folders.out / "x" / "a.png"),
    ]
    assert whole.lonely_sources == {str(Path("y/z/b.png")): folders.own / "y" / "z" / "b.png"}
    assert whole.lonely_references == (folders.shared / "z" / "b.png",)
    assert whole.skipped_folders == ()


def test_outputs_and_references_inside_the_sources_are_not_read(folders: Folders) -> None:
    folders.touch(("a.png", "in/b.png", "refs/a.png", "refs/in/b.png", "out/a.png", "out/c.png"))
    own = folders.own
    pairing = pair_by_name(own, own / "refs", own / "out", recursive=True)
    assert [pair.name for pair in pairing.pairs] == ["a.png", str(Path("in/b.png"))]
    assert pairing.lonely_sources == {}
    flat = pair_by_name(own, own / "refs", own / "out")
    assert flat.skipped_folders == (own / "in", own / "refs" / "in")


def test_no_picture_is_an_error_that_tells_of_sub_folders(folders: Folders) -> None:
    folders.touch(("x/a.png",), ("a.png",))
    with pytest.raises(UsageError, match="own: holds no picture; its sub-folders do"):
        folders.paired()
    folders.touch(("a.png",))
    (folders.shared / "a.png").unlink()
    with pytest.raises(UsageError, match=r"shared: holds no picture$"):
        folders.paired(recursive=True)


@pytest.mark.parametrize(
    "text",
    [
        "secret,reference,output\na.png,b.png,sub/o.png\nc d.png,e;f.png,\n",
        'secret;reference;output\na.png;b.png;sub/o.png\nc d.png;"e;f.png";\n',
        "output\tsecret\treference\nsub/o.png\ta.png\tb.png\n\tc d.png\te;f.png\n",
        '\ufeff"Secret"; "Reference";output;note, or not\r\na.png;b.png;sub/o.png\r\n'
        '\r\nc d.png;"e;f.png"\r\n',
        "reference,a;b,secret,output\nb.png,,a.png,sub/o.png\ne;f.png,,c d.png\n",
    ],
    ids=["comma", "semicolon", "tab", "excel", "mixed"],
)
def test_tables(folders: Folders, tmp_path: Path, text: str) -> None:
    table = tmp_path / "pairs.csv"
    table.write_bytes(text.encode())
    pairing = pair_by_table(table, folders.own, folders.shared, folders.out)
    found = [(p.source.name, p.reference.name, p.name, p.output) for p in pairing.pairs]
    assert found == [
        ("a.png", "b.png", str(Path("sub/o.png")), folders.out / "sub" / "o.png"),
        ("c d.png", "e;f.png", "c d.png", folders.out / "c d.png"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column secret and reference"),
        ("\n", "no column secret and reference"),
        ("secret\np0.png\n", "no column reference"),
        ("secret;output\np0.png;\n", "no column reference"),
        ("secret,reference\n", "names no pair"),
        ("secret,reference\np0.png,\n", "row 2: secret or reference is empty"),
        ("secret,reference\np0.png\n", "row 2: secret or reference is empty"),
        ("secret,reference,output\na,b,../x.png\n", "not a plain name"),
        ("secret,reference,output\na,b,/x.png\n", "not a plain name"),
        ("secret,reference,output\na,b,.x/y.png\n", "not a plain name"),
        ("secret,reference\na,b\na,c\n", "row 3: another row has the output a.png"),
        ("secret,reference\n" + "x" * 200_000 + ",b\n", "cannot read it"),
    ],
)
def test_bad_tables_are_refused(folders: Folders, tmp_path: Path, text: str, words: str) -> None:
    table = tmp_path / "pairs.csv"
    table.write_text(text)
    with pytest.raises(UsageError, match=words):
        pair_by_table(table, folders.own, folders.shared, folders.out)


def test_no_table(folders: Folders, tmp_path: Path) -> None:
    for name in ("missing.csv", "latin.csv"):
        (tmp_path / "latin.csv").write_bytes(b"secret,reference\n\xfc,a\n")
        with pytest.raises(UsageError, match="cannot read it"):
            pair_by_table(tmp_path / name, folders.own, folders.shared, folders.out)
