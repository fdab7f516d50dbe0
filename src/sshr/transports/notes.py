"""What the user should know of a conceal: conversions, resizing, a reference of little use."""

from sshr.imaging.packing import is_grey
from sshr.imaging.reading import Picture
from sshr.transports.cover import FitPlan, is_packed


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
    return tuple(notes)
