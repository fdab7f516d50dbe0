"""`sshr reference` and `sshr fingerprint`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from sshr.cli.options import Force, Json
from sshr.cli.printing import print_json, print_notes
from sshr.errors import UsageError
from sshr.files.names import shown


def reference(
    image: Annotated[Path, typer.Argument(help="A photograph in any format that can be read.")],
    output: Annotated[str, typer.Option("--output", "-o", help="The reference, lossless.")],
    max_side: Annotated[
        int | None, typer.Option(help="Scale down to at most so many pixels a side.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Make a lossless file of IMAGE, for both sides to hold.

    It fixes one decoding of the image, and has no metadata.

    Example: sshr reference garden.jpg -o garden.png
    """
    from rich.console import Console

    from sshr.header.fingerprint import fingerprint as words_for
    from sshr.imaging.limits import MIN_SIDE
    from sshr.imaging.reading import read_image
    from sshr.imaging.writing import check_alpha, check_output, write_image

    if max_side is not None and max_side < MIN_SIDE:
        raise UsageError(f"--max-side must be at least {MIN_SIDE}")
    check_output(output, force, (image,))
    picture = read_image(image, srgb=True)
    check_alpha(output, picture.alpha is not None)
    if max_side is not None:
        picture = picture.scaled_down(max_side)
    samples = picture.rgb[:, :, 0] if picture.greyscale else picture.rgb
    write_image(output, samples, force, alpha=picture.alpha)
    words, (height, width) = words_for(picture.rgb), picture.size
    facts: dict[str, Any] = {"reference": output, "width": width, "height": height}
    if as_json:
        print_json(facts | {"fingerprint": words, "notes": list(picture.notes)})
        return
    console = Console()
    print_notes(console, picture.notes)
    console.print(f"{shown(output)} ({width}x{height}) written", markup=False)
    console.print(f"its fingerprint: {words}", markup=False)


def fingerprint(
    image: Annotated[Path, typer.Argument(help="The reference photograph.")],
    as_json: Json = False,
) -> None:
    """Print six words by which two people compare their references.

    They agree only if the references do, to the last pixel.

    Example: sshr fingerprint garden.png
    """
    from sshr.header.fingerprint import fingerprint as words_for
    from sshr.imaging.reading import read_image

    picture = read_image(image)
    words = words_for(picture.rgb)
    if as_json:
        height, width = picture.size
        print_json({"image": str(image), "width": width, "height": height, "fingerprint": words})
        return
    print(words)
