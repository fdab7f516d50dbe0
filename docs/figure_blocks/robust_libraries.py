"""What comes through the JPEG files of other libraries."""

from figure_blocks.base import Figures, Json, block, table

FIRST = "Pillow"


@block("robust-libraries")
def robust_libraries(figures: Figures) -> str:
    """A row for each writer, a column for each quality; then what other decoders change."""
    told = figures.result("robust-libraries")
    rows: list[Json] = told["rows"]
    first = {(row["writer"], row["quality"]): row for row in rows if row["reader"] == FIRST}
    qualities = sorted({quality for _, quality in first})
    writers = dict.fromkeys(writer for writer, _ in first)
    cells = [
        [writer, *(_cell(first[writer, quality]) for quality in qualities)] for writer in writers
    ]
    others = [row for row in rows if row["reader"] != FIRST]
    unlike = [
        f"{row['writer']} at {row['quality']} by {row['reader']}: {_cell(row)}"
        for row in others
        if _layers(row) != _layers(first[row["writer"], row["quality"]])
    ]
    readers = len({row["reader"] for row in others})
    same = (
        f"{readers} other decoders, of Pillow's files and of their own library's, let the same "
        "layers through" + (f", but for {'; '.join(unlike)}." if unlike else ".")
    )
    heads = ["writer", *map(str, qualities)]
    return (
        f"{table(heads, cells)}\n\nRevealed, dB (pairs of which the base came, and the "
        f"refinement), by the library's own scale of qualities, {told['folder']}, "
        f"{told['pairs']} pairs of {told['crop']} px, `--analog off`, files decoded by Pillow; "
        f"what fails counts as the secret's mean grey. {same}"
    )


def _cell(row: Json) -> str:
    return f"{row['psnr']:.2f} ({row['base']}, {row['refined']})"


def _layers(row: Json) -> tuple[int, int]:
    return row["base"], row["refined"]
