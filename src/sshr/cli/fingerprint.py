"""`sshr fingerprint`."""

from pathlib import Path
from typing import Annotated

import typer

from sshr.cli.options import Json
from sshr.cli.printing import print_json


def fingerprint(
    image: Annotated[Path, typer.Argument(help="The reference photograph.")],
    as_json: Json = False,
) -> None:
    """Print six words that tell whether two people hold the same reference, to the last pixel.

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
