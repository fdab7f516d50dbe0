"""How a command prints its result."""

import json

import pytest

from sshr.cli.printing import print_forecast, print_json, print_report
from sshr.transports.analog.options import AnalogOptions
from sshr.transports.protocol import Forecast
from sshr.transports.sealed.options import SealedOptions

FACTS = {
    **{"stego": "a\nb.png", "stego_psnr": 41.128, "stego_ssim": 0.98765, "exact": False},
    **{"revealed_psnr": 50.0, "revealed_ssim": 1.0, "notes": ["first [b]", "second"]},
    **{"fingerprint": "one two", "seconds": 1.5},
}
PLAIN = Forecast("x", (130, 128), True, 300, 3000, 0.1234)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.replace("│", " ").split())


def test_json_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"text": "a\nb", "figure": 1.5, "nothing": None})
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == {"text": "a\nb", "figure": 1.5, "nothing": None}
    with pytest.raises(ValueError, match="Out of range float"):
        print_json({"figure": float("inf")})


def test_report_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(FACTS)
    out = said(capsys)
    for words in (
        *("stego against reference 41.13 0.9877", "revealed against secret 50.00 1.0000"),
        *("note: first [b]", "note: second", "the reference's fingerprint: one two"),
        r"a\nb.png written in 1.5 s",
    ):
        assert words in out


def test_report_of_what_comes_back_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(FACTS | {"exact": True, "payload_bytes": 77})
    out = said(capsys)
    assert "revealed against secret all of it" in out
    assert out.endswith("written in 1.5 s; it holds 77 bytes")


def test_forecast_in_json_names_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    print_forecast(PLAIN, SealedOptions(ecc=True), "one two", as_json=True)
    facts = json.loads(capsys.readouterr().out)
    assert (facts["transport"], facts["ecc"], facts["fingerprint"]) == ("x", True, "one two")
    assert facts["stego"] == [130, 128]


def test_forecast_of_bytes_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    told = Forecast(
        *("x", (130, 128), True, 300, 3000, 0.1234),
        **{"payload_bytes": 99, "stego_psnr": (44.0, 44.0), "exact": True, "notes": ("careful",)},
        capacity={38.0: 900, 44.5: 500},
    )
    print_forecast(told, SealedOptions(), "one two", as_json=False)
    out = said(capsys)
    for words in (
        *("transport x", "stego 130x128, greyscale", "secret takes 99 bytes"),
        "header 300 of at most 3000 bytes, 12.3 % of the samples",
        *("stego to reference about 44.0 dB", "revealed to what was concealed all of it"),
        *("38 900", "44.5 500", "note: careful", "reference's fingerprint one two"),
    ):
        assert words in out
    assert "time" not in out


def test_forecast_of_a_picture_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    told = Forecast(
        *("x", (130, 128), False, 300, 3000, 0.1),
        **{"secret": (90, 80), "carried": (128, 114), "resized": True, "carrier": (128, 128)},
        **{"tiles": 2, "stego_psnr": (40.9, 41.2), "seconds": 4.5, "mebibytes": 400},
    )
    print_forecast(told, AnalogOptions(fit="cover"), "one two", as_json=False)
    out = said(capsys)
    for words in (
        *("carrier 128x128 in 2 tile(s)", "secret 90x80", "carried as 128x114, cover"),
        "stego to reference 40.9 to 41.2 dB, means of the measured sets",
        *("revealed to what was concealed not measured", "time about 4.5 s", "about 400 MiB"),
    ):
        assert words in out
    print_forecast(PLAIN, AnalogOptions(), "one two", as_json=False)
    assert "stego to reference as the secret asks for" in said(capsys)
