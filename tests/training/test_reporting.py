"""What a run leaves in its log and shows as pictures."""

from pathlib import Path

import torch

from sshr.training.reporting import COLUMNS, CsvLog, picture_grid


def row(step: int) -> dict[str, float]:
    return {name: step + index / 10 for index, name in enumerate(COLUMNS)} | {"step": step}


def test_a_resumed_log_drops_what_the_checkpoint_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    log = CsvLog(path, 0)
    for step in (10, 20, 30):
        log.add(row(step))
    path.write_text(path.read_text() + "40,1.")  # killed while writing
    CsvLog(path, 20).add(row(30))
    lines = path.read_text().splitlines()
    assert lines[0] == ",".join(COLUMNS)
    assert [line.split(",")[0] for line in lines[1:]] == ["10", "20", "30"]
    assert all(len(line.split(",")) == len(COLUMNS) for line in lines)
    CsvLog(path, 0)
    assert path.read_text().splitlines() == [",".join(COLUMNS)]


def test_a_grid_shows_five_pictures_side_by_side() -> None:
    secret, reference, revealed = (torch.full((3, 4, 6), v) for v in (0.1, 0.2, 0.3))
    stego = reference + 0.01
    grid = picture_grid((secret, reference, stego, revealed))
    assert grid.shape == (3, 4, 30)
    shown = grid[0, 0, ::6]
    assert torch.allclose(shown, torch.tensor([0.1, 0.2, 0.21, 0.6, 0.3]), atol=1e-6)
    assert float(picture_grid((secret, reference, stego + 1, revealed)).max()) == 1
