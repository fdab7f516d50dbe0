"""What the user should know of a conceal: conversions, resizing, a reference of little use."""

from sshr.imaging.packing import is_grey
from sshr.imaging.reading import Picture
from sshr.transports.cover import is_packed

Size = tuple[int, int]


def notes_on(secret: Picture, reference: Picture, shown: Size, concealed: Size) -> tuple[str, ...]:
    """One clause each.

    Args:
        shown: height and width of the fitted secret as a picture.
        concealed: height and width at which it is concealed; smaller where it was squeezed.
    """
    notes = [f"secret: {note}" for note in secret.notes]
    if shown != secret.size:
        (h, w), (fh, fw) = secret.size, shown
        notes.append(f"the secret ({w}x{h}) was resized to the reference's carrier ({fw}x{fh})")
    if concealed != shown:
        notes.append(
            "a greyscale stego has a third of the samples: the coloured secret was squeezed to "
            f"{concealed[1]}x{concealed[0]}"
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
