"""What the user should know of a conceal: conversions, resizing, a reference of little use."""

from sshr.imaging.fitting import FitMode, should_turn, size_left
from sshr.imaging.packing import is_grey
from sshr.imaging.reading import Picture
from sshr.transports.cover import is_packed

Size = tuple[int, int]


def notes_on(
    secret: Picture, reference: Picture, shown: Size, concealed: Size, fit: FitMode
) -> tuple[str, ...]:
    """One clause each; one that begins with "warning:" tells of a loss that shows.

    Args:
        shown: height and width of the fitted secret as a picture.
        concealed: height and width at which it is concealed; smaller where it was squeezed.
        fit: how it was brought to that size.
    """
    notes = [f"secret: {note}" for note in secret.notes]
    size, steps = secret.size, []
    if should_turn(size, shown, fit):
        size = size[::-1]
        steps.append("turned by a quarter")
    if size != shown:
        steps.append("resized")
    if steps:
        (h, w), (fh, fw) = secret.size, shown
        steps[-1] += f" to the reference's carrier ({fw}x{fh})"
        notes.append(f"the secret ({w}x{h}) was {' and '.join(steps)}")
    left = size_left(size, shown, fit)
    if 4 * left[0] * left[1] < size[0] * size[1]:
        notes.append(
            f"warning: only {left[1]}x{left[0]} of the secret's {size[1]}x{size[0]} pixels are "
            "left: a larger reference, or one of its shape, keeps more"
        )
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
