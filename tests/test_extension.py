"""One more transport, and one more header carrier, is a folder and a line in a table."""

import io
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from toy_transport import add_toy

import sshr
from sshr.cli.runner import run
from sshr.errors import OutputError, TooSmallError, UsageError
from sshr.header import reader
from sshr.header.carriers import CARRIERS
from sshr.transports.kind import Kind

Rgb8 = NDArray[np.uint8]
Call = Callable[..., tuple[int, str, str]]
OPEN = ("-r", "reference.png", "--no-passphrase")


@pytest.fixture(autouse=True)
def _toy(monkeypatch: pytest.MonkeyPatch) -> None:
    add_toy(monkeypatch)


@pytest.fixture
def desk(photo: Callable[..., Rgb8], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    Image.fromarray(photo("parrots", 90, 110)).save(tmp_path / "secret.png")
    Image.fromarray(photo("sailboats")).save(tmp_path / "reference.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    def one(*arguments: object) -> tuple[int, str, str]:
        code = run([str(each) for each in arguments])
        return code, *capsys.readouterr()

    return one


def conceal(secret: object, reference: object, keys: sshr.Keys, **options: object) -> sshr.Stego:
    draw = random.Random(1).randbytes
    return sshr.conceal(secret, reference, keys, "toy", random=draw, **options)  # type: ignore[arg-type]


def test_picture_through_the_python_api(desk: Path) -> None:
    keys, told = sshr.Keys(reference_alone=True), []
    stego = conceal("secret.png", "reference.png", keys, progress=lambda *step: told.append(step))
    assert told == [("laying", 0, 1), ("laying", 1, 1)]
    assert stego.notes == ("a toy",)
    report = stego.save("stego.png")
    assert (report.transport, report.carried, report.exact) == ("toy", (24, 24), False)
    assert report.fitted_psnr == 100
    assert report.stego_psnr > 51
    found = sshr.reveal("stego.png", "reference.png", keys)
    assert (found.transport, found.kind, found.intact) == ("toy", Kind.PICTURE, True)
    assert found.image is not None
    assert found.image.shape == (90, 110, 3)
    told_of = sshr.inspect("stego.png", "reference.png", keys).as_dict()
    assert told_of == {
        **{"transport": "toy", "kind": "picture", "secret_width": 110, "secret_height": 90},
        **{"greyscale": False, "side": 24, "intact": True, "sender": None},
        "note": "",
    }


def test_options_reach_the_transport(desk: Path) -> None:
    plain, other = (
        conceal(
            "secret.png",
            "reference.png",
            sshr.Keys(reference_alone=True),
            side=16,
            upside_down=turned,
        )
        for turned in (False, True)
    )
    assert (plain.image != other.image).any()
    images = [
        sshr.reveal(each.image, "reference.png", sshr.Keys(reference_alone=True)).fitted
        for each in (plain, other)
    ]
    assert images[0] is not None
    assert images[0].shape == (16, 16, 3)
    assert np.array_equal(*images)
    with pytest.raises(UsageError, match="side 7 is not one of 8 to 40"):
        conceal("secret.png", "reference.png", sshr.Keys(reference_alone=True), side=7)
    with pytest.raises(UsageError, match="the toy transport has no option 'fit'"):
        conceal("secret.png", "reference.png", sshr.Keys(reference_alone=True), fit="cover")
    with pytest.raises(UsageError, match="the analog transport has no option 'side'"):
        sshr.conceal("secret.png", "reference.png", sshr.Keys(reference_alone=True), side=16)


def test_text_through_streams(desk: Path) -> None:
    stego, file = (
        conceal(sshr.Blob.text("grüße"), "reference.png", sshr.Keys(reference_alone=True)),
        io.BytesIO(),
    )
    report = stego.save(file)
    assert (report.exact, report.payload_bytes, report.carried) == (True, 7, None)
    found = sshr.reveal(Image.open(file), "reference.png", sshr.Keys(reference_alone=True))
    assert found.text == "grüße"
    out = io.BytesIO()
    found.save(out)
    assert out.getvalue() == "grüße".encode()


def test_changed_sample_is_told(desk: Path) -> None:
    stego = conceal(
        sshr.Blob.text("grüße"), "reference.png", sshr.Keys(reference_alone=True)
    ).image.copy()
    stego[60, 60, 1] ^= 2
    found = sshr.reveal(stego, "reference.png", sshr.Keys(reference_alone=True))
    assert (found.text, found.intact) == ("grüße", False)
    assert not sshr.inspect(stego, "reference.png", sshr.Keys(reference_alone=True)).intact


def test_only_its_own_files_are_written(desk: Path) -> None:
    stego = conceal(sshr.Blob.text("x"), "reference.png", sshr.Keys(reference_alone=True))
    with pytest.raises(OutputError, match=r"\.webp files do not keep what the toy .* Use \.png"):
        stego.save("stego.webp")
    assert not Path("stego.webp").exists()


def test_kinds_and_sizes_that_it_does_not_carry(desk: Path) -> None:
    with pytest.raises(
        UsageError, match="the toy transport carries no file; sealed or robust does"
    ):
        conceal(sshr.Blob(b"x"), "reference.png", sshr.Keys(reference_alone=True))
    with pytest.raises(TooSmallError, match="too many for the toy"):
        conceal(sshr.Blob.text("x" * 7000), "reference.png", sshr.Keys(reference_alone=True))


def test_forecast_agrees_with_what_fits(desk: Path) -> None:
    told = sshr.forecast(None, "reference.png", "toy")
    assert (told.transport, told.stego, told.payload_bytes) == ("toy", (128, 128), None)
    room = told.capacity[51.0]
    conceal(sshr.Blob.text("x" * room), "reference.png", sshr.Keys(reference_alone=True))
    with pytest.raises(TooSmallError):
        conceal(sshr.Blob.text("x" * (room + 1)), "reference.png", sshr.Keys(reference_alone=True))
    own = sshr.forecast("secret.png", "reference.png", "toy", side=10)
    assert own.payload_bytes == 300


def test_conceal_and_reveal_on_the_command_line(desk: Path, call: Call) -> None:
    made = ("conceal", "secret.png", "--transport", "toy", "--side", 20, "--upside-down", *OPEN)
    code, out, err = call(*made, "-o", "stego.png", "--json")
    assert code == 0, err
    facts = json.loads(out)
    assert {name: facts[name] for name in ("transport", "side", "upside_down", "notes")} == {
        **{"transport": "toy", "side": 20, "upside_down": True, "notes": ["a toy"]}
    }
    code, out, err = call(*made, "-o", "plain.png")
    assert code == 0, err
    assert "note: a toy" in out
    code, out, err = call("reveal", "stego.png", *OPEN, "-o", "back.png", "--json")
    assert code == 0, err
    assert (json.loads(out)["transport"], json.loads(out)["width"]) == ("toy", 110)
    with Image.open("back.png") as back:
        assert back.size == (110, 90)
    code, out, _ = call("inspect", "stego.png", *OPEN, "--json")
    assert (code, json.loads(out)["side"]) == (0, 20)
    code, out, _ = call("inspect", "stego.png", *OPEN)
    assert (code, "toy" in out) == (0, True)


def test_dry_run_on_the_command_line(desk: Path, call: Call) -> None:
    asked = ("conceal", "secret.png", "--transport", "toy", "--dry-run", "--side", 20, *OPEN)
    code, out, err = call(*asked, "--json")
    assert code == 0, err
    facts = json.loads(out)
    assert (facts["transport"], facts["side"], facts["payload_bytes"]) == ("toy", 20, 1200)
    code, out, err = call(*asked)
    assert code == 0, err
    assert "1200 bytes" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--transport", "toy", "--fit", "cover"), "--fit belongs to the analog transport"),
        (("--transport", "toy", "--noise", "uniform"), "--noise belongs to the sealed transport"),
        (("--side", "20"), "--side belongs to the toy transport, not to analog"),
        (("--transport", "sealed", "--upside-down"), "--upside-down belongs to the toy transport"),
        (("--transport", "toy", "--side", "99"), "side 99 is not one of 8 to 40"),
        (("--transport", "radio"), "is not one of analog, sealed, robust, toy"),
    ],
)
def test_foreign_options_are_refused_in_words(
    desk: Path, call: Call, arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = call("conceal", "secret.png", *OPEN, "-o", "stego.png", *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert not Path("stego.png").exists()


def test_name_that_it_does_not_survive_is_refused_before_any_work(
    desk: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("toy_transport.ToyTransport.embed")
    made = ("conceal", "secret.png", "--transport", "toy", *OPEN)
    code, _, err = call(*made, "-o", "stego.webp")
    assert (code, "Use .png." in err) == (8, True)


def test_help_shows_its_options(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    code, out, _ = call("conceal", "--help")
    assert code == 0
    for words in ("--side", "--upside-down", "Toy: a picture rides on its head."):
        assert words in out


@pytest.fixture
def folders(photo: Callable[..., Rgb8], desk: Path) -> Path:
    for folder, name in (("secrets", "parrots"), ("references", "sailboats")):
        (desk / folder).mkdir()
        for n in range(3):
            picture = Image.fromarray(photo(name, 96, 96, 60 * n))
            picture.save(desk / folder / f"p{n}.png")
    return desk


def test_whole_folders_there_and_back(folders: Path, call: Call) -> None:
    both = ("-r", "references", "--no-passphrase", "--json")
    made = ("conceal", "secrets", *both, "--transport", "toy", "--side", 20, "-o", "out")
    code, out, err = call(*made)
    assert (code, json.loads(out)["done"]) == (0, 3), err
    entries = json.loads(Path("out/manifest.json").read_text())
    assert {entry["figures"]["transport"] for entry in entries} == {"toy"}
    assert {entry["figures"]["carried_width"] for entry in entries} == {20}
    times = [path.stat().st_mtime_ns for path in sorted(Path("out").glob("p*.png"))]
    assert call(*made)[0] == 0
    assert [path.stat().st_mtime_ns for path in sorted(Path("out").glob("p*.png"))] == times
    assert call(*made[:-3], 16, "-o", "out")[0] == 1  # another option is another stego
    code, out, err = call("reveal", "out", *both, "-o", "back")
    assert (code, json.loads(out)["done"]) == (0, 3), err
    with Image.open("back/p2.png") as back:
        assert back.size == (96, 96)


def test_folder_names_that_it_does_not_survive_fail_before_any_work(
    folders: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("pairs.csv").write_text("secret,reference,output\np0.png,p0.png,a.webp\n")
    monkeypatch.delattr("toy_transport.ToyTransport.embed")
    asked = ("conceal", "secrets", "-r", "references", "--no-passphrase", "--json", "-o", "out")
    code, out, _ = call(*asked, "--transport", "toy", "--pairs", "pairs.csv")
    assert (code, json.loads(out)["done"]) == (1, 0)
    assert "Use .png." in json.loads(out)["failed"]["a.webp"]


def test_carrier_that_is_not_in_the_table_opens_nothing(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stego = conceal(sshr.Blob.text("x"), "reference.png", sshr.Keys(reference_alone=True)).image
    monkeypatch.setattr(reader, "CARRIERS", CARRIERS)
    with pytest.raises(sshr.SshrError, match="fingerprint of this reference"):
        sshr.reveal(stego, "reference.png", sshr.Keys(reference_alone=True))


def test_carriers_share_one_table(desk: Path) -> None:
    """A stego of each transport opens while all carriers are asked."""
    seal = sshr.conceal(
        *(sshr.Blob.text("x"), "reference.png", sshr.Keys(reference_alone=True), "sealed"),
        random=random.Random(2).randbytes,
    )
    assert (
        sshr.reveal(seal.image, "reference.png", sshr.Keys(reference_alone=True)).transport
        == "sealed"
    )
