"""The page's conceal and its forecast."""

import time
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from sshr.app.answers import Answer, AnswerFile
from sshr.app.faults import RequestFault
from sshr.app.forms import Form
from sshr.app.given import picture, recipient_count, secret, sender_keys
from sshr.progress import Progress
from sshr.types import Rgb8

if TYPE_CHECKING:
    from sshr.pipeline.conceal import Stego

SURVIVE: dict[str, str | None] = {"untouched": "sealed", "messenger": "robust", "best": None}
"""What the stego must survive, and the transport for it; None is the secret's default."""

DIFFERENCE = 10
"""How many times the difference of stego and reference is shown."""

CHANNELS = ("png", "jpeg:85", "jpeg:75", "webp:80", "blur")
"""What a stego that is to survive is measured behind, of one size all."""

TRYING = "trying channels"
"""The stage at which that is done."""

_PNG = "image/png"


def conceal(form: Form, progress: Progress) -> Answer:
    """The stego as a PNG, ten times its difference to the reference, and what was measured.

    Raises:
        SshrError, RequestFault: as the command line, or a form that lacks something.
    """
    import sshr
    from sshr.header.fingerprint import fingerprint

    started, transport = time.monotonic(), _transport(form)
    shared, own, keys = picture(form, "reference"), secret(form), sender_keys(form)
    if own is None:
        raise RequestFault(400, "the secret is missing")
    stego = sshr.conceal(own, shared, keys, transport, progress=progress)
    stream = BytesIO()
    report = stego.save(stream, progress=progress)
    facts: dict[str, Any] = report.as_dict() | {
        "notes": list(stego.notes),
        "fingerprint": fingerprint(shared.rgb),
        "name": _stego_name(form),
        "bytes": stream.tell(),
        "width": shared.size[1],
        "height": shared.size[0],
        "seconds": round(time.monotonic() - started, 2),
    }
    if report.transport == "robust":
        facts["channels"] = _on_its_way(stego, progress)
    shown = shared.rgb, np.broadcast_to(np.atleast_3d(stego.image), shared.rgb.shape)
    files = {
        "stego": AnswerFile(_PNG, stream.getvalue()),
        "reference": AnswerFile(_PNG, _png(shown[0])),
        "difference": AnswerFile(_PNG, _png(difference(*shown))),
    }
    return Answer(facts, files)


def forecast(form: Form, progress: Progress) -> Answer:
    """What to expect, before anything is concealed; without a secret, what fits.

    Raises:
        SshrError, RequestFault: as `conceal`.
    """
    import sshr
    from sshr.header.fingerprint import fingerprint

    shared, transport = picture(form, "reference"), _transport(form)
    given = {"recipients": recipient_count(form), "signed": form.flag("signed")}
    told = sshr.forecast(secret(form), shared, transport, **given)  # type: ignore[arg-type]
    return Answer(told.as_dict() | {"fingerprint": fingerprint(shared.rgb)})


def difference(reference: Rgb8, stego: Rgb8) -> Rgb8:
    """Ten times stego minus reference around middle grey, (H, W, 3) uint8 RGB, clipped."""
    shown = np.empty_like(reference)
    for row, (first, second) in enumerate(zip(reference, stego, strict=True)):
        change = second.astype(np.int16) - first
        shown[row] = np.clip(128 + DIFFERENCE * change, 0, 255)
    return shown


def _on_its_way(stego: "Stego", progress: Progress) -> list[dict[str, Any]]:
    """What comes back behind each of CHANNELS, revealed as the sender can, who has all keys."""
    from sshr.errors import SshrError
    from sshr.imaging.channels import parse_channel
    from sshr.imaging.modes import as_rgb

    found: list[dict[str, Any]] = []
    for done, name in enumerate(CHANNELS):
        progress(TRYING, done, len(CHANNELS))
        changed = parse_channel(name).distort(as_rgb(stego.image), np.random.default_rng(1))
        try:
            told = stego.check(changed)
        except SshrError as error:
            found.append({"channel": name, "refused": str(error)})
        else:
            found.append({"channel": name, "exact": told.exact, "psnr": told.revealed_psnr})
    return found


def _png(rgb: Rgb8) -> bytes:
    from sshr.imaging.writing import encode_image

    return encode_image(rgb)


def _transport(form: Form) -> str | None:
    word = form.text("survive") or "best"
    if word not in SURVIVE:
        raise RequestFault(400, f"'survive' is one of {', '.join(SURVIVE)}")
    return SURVIVE[word]


def _stego_name(form: Form) -> str:
    """Like the reference's, as a picture that is passed on is called."""
    stem = PurePath(form.file("reference", "the reference").name).stem
    return f"{stem or 'picture'}-copy.png"
