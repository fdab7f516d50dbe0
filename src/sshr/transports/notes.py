"""What the user should know of a conceal: conversions, resizing, a reference of little use."""

import numpy as np

from sshr.imaging.packing import is_grey
from sshr.imaging.reading import Picture
from sshr.transports.cover import FitPlan, is_packed
from sshr.types import Rgb8

_MUCH = {"flat": 0.3, "clipped": 0.2}
"""Shares of a reference from which on a warning is due."""


def notes_on(secret: Picture, reference: Picture, plan: FitPlan) -> tuple[str, ...]:
    """One clause each; one that begins with "warning:" tells of a loss that shows."""
    notes = [f"secret: {note}" for note in secret.notes]
    steps = ["turned by a quarter"] if plan.turned else []
    if (secret.size[::-1] if plan.turned else secret.size) != plan.shown:
        steps.append("resized")
    (h, w), (fh, fw), (ch, cw) = secret.size, plan.shown, plan.carried
    if steps:
        place = f"the reference's carrier ({fw}x{fh})"
        end = f" to {place}" if steps[-1] == "resized" else f" for {place}"
        notes.append(f"the secret ({w}x{h}) was {' and '.join(steps)}{end}")
    if 4 * ch * cw < h * w:
        notes.append(
            f"warning: only {cw}x{ch} of the secret's {w}x{h} pixels are left: a larger "
            "reference, or one of its shape, keeps more"
        )
    if plan.concealed != plan.shown:
        notes.append(
            "a greyscale stego has a third of the samples: the coloured secret was squeezed to "
            f"{plan.concealed[1]}x{plan.concealed[0]}"
        )
    return (*notes, *notes_on_reference(reference))


def notes_on_reference(reference: Picture) -> tuple[str, ...]:
    """What does not depend on the secret, one clause each."""
    notes = [f"reference: {note}" for note in reference.notes]
    if reference.inexact:
        notes.append(
            f"another program may decode the reference ({reference.inexact}) a little differently, "
            "and then cannot reveal: 'sshr reference' fixes one decoding for both sides"
        )
    if is_grey(reference.rgb) and not is_packed(reference.rgb):
        notes.append(
            "the reference is greyscale but under 96x128 px, so the stego has colour noise: "
            "prefer a larger or a coloured one"
        )
    return (*notes, *_shows_noise(reference.rgb))


def _shows_noise(rgb: Rgb8) -> tuple[str, ...]:
    """A warning where much of a reference hides nothing."""
    flat = np.ones((rgb.shape[0] - 1, rgb.shape[1] - 1), bool)
    clipped = 0
    for channel in np.moveaxis(rgb, 2, 0):  # one at a time, for the memory of large ones
        here = channel[:-1, :-1]
        flat &= (here == channel[:-1, 1:]) & (here == channel[1:, :-1])
        clipped += int(np.count_nonzero((channel == 0) | (channel == 255)))
    shares = {"flat": float(flat.mean()), "clipped": clipped / rgb.size}
    told = [f"{100 * share:.0f} % {word}" for word, share in shares.items() if share > _MUCH[word]]
    if not told:
        return ()
    return (
        f"warning: the stego's noise shows on this reference ({', '.join(told)}): prefer a "
        "photograph full of detail",
    )
