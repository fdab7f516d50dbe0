"""The network over the tiles of a picture: what a result depends on, and on what it does not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import sshr
from sshr.crypto.session import Session
from sshr.imaging.tiles import Tile, tile_grid
from sshr.metrics import psnr
from sshr.transports.analog.engine import SCALE, Engine, pack_scales, unpack_scales
from sshr.zoo.tiles import load_tiles

Rgb8 = NDArray[np.uint8]


@pytest.fixture(autouse=True)
def _threads_restored() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(params=[(128, 128), (144, 352)], ids=["one tile", "two tiles"])
def pair(request: pytest.FixtureRequest, photo: Callable[..., Rgb8]) -> tuple[Rgb8, Rgb8]:
    """With one tile threads work inside operations, with two side by side."""
    return photo("parrots", *request.param), photo("sailboats", *request.param)


@pytest.mark.parametrize("preset", ["base", "paper"])
def test_one_and_two_workers_make_the_same_before_rounding(
    pair: tuple[Rgb8, Rgb8], preset: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the bit without torch; within a fraction of a level with it."""
    session = Session(bytes(range(32)))
    for network, bound in ((load_tiles(preset), 0.0), (sshr.load_model(preset, "cpu"), 0.02)):
        engine, made = Engine(network), []
        for threads in (1, 2):
            monkeypatch.setenv("OMP_NUM_THREADS", str(threads))
            torch.set_num_threads(threads)
            k_sym = engine.rsrk_symmetric(engine.rsrk_public(pair[0]), pair[1])
            made.append(engine.conceal(*pair, k_sym, session))
            assert torch.get_num_threads() == threads
        one, two = made
        assert np.abs(one.unrounded - two.unrounded).max() <= bound
        ratio = unpack_scales(one.scales) / unpack_scales(two.scales)
        assert np.abs(np.log2(ratio)).max() <= (1.5 / 2048 if bound else 0)  # one step


@pytest.fixture(scope="module", params=["graphs", "torch"])
def engine(request: pytest.FixtureRequest) -> Engine:
    made = load_tiles("base") if request.param == "graphs" else sshr.load_model("base", "cpu")
    return Engine(made)


def keys_of(engine: Engine, secret: Rgb8, reference: Rgb8) -> NDArray[np.float32]:
    return engine.rsrk_symmetric(engine.rsrk_public(secret), reference)


def test_there_and_back(engine: Engine, pair: tuple[Rgb8, Rgb8]) -> None:
    secret, reference = pair
    k_sym, session, told = keys_of(engine, *pair), Session(bytes(32)), []
    made = engine.conceal(secret, reference, k_sym, session, lambda *step: told.append(step))
    stego = made.rounder.round()
    assert stego.shape == reference.shape
    assert psnr(stego, reference) > 40
    tiles = len(tile_grid(*reference.shape[:2]))
    assert told == [("concealing", done, tiles) for done in range(1, tiles + 1)]
    assert len(made.scales) == tiles * engine.scale_bytes
    found = engine.reveal(stego, reference, k_sym, made.scales, session)
    assert psnr(found, secret) > 46
    exact = engine.reveal(made.unrounded, reference, k_sym, made.scales, session)
    assert psnr(exact, secret) > psnr(found, secret)


def test_a_tile_does_not_depend_on_the_others(engine: Engine, photo: Callable[..., Rgb8]) -> None:
    """Another secret in the second tile changes nothing of the first."""
    secret, reference = photo("parrots", 144, 352), photo("sailboats", 144, 352)
    k_sym, session = keys_of(engine, secret, reference), Session(bytes(32))
    first, second = tile_grid(144, 352)
    other = secret.copy()
    other[second.slices] = 255 - other[second.slices]
    made, again = (engine.conceal(own, reference, k_sym, session) for own in (secret, other))
    one, two = (each.unrounded for each in (made, again))
    assert np.array_equal(one[first.with_rim], two[first.with_rim])
    assert np.abs(one[second.with_rim] - two[second.with_rim]).max() > 1
    scales = [unpack_scales(each.scales).reshape(2, -1) for each in (made, again)]
    assert np.array_equal(scales[0][0], scales[1][0])
    stego = made.rounder.round()
    damaged = stego.copy()
    damaged[second.with_rim] = reference[second.with_rim]
    found, left = (
        engine.reveal(seen, reference, k_sym, made.scales, session) for seen in (stego, damaged)
    )
    assert np.array_equal(found[first.slices], left[first.slices])
    assert (found[second.slices] != left[second.slices]).any()


def test_order_of_tiles_does_not_matter(photo: Callable[..., Rgb8]) -> None:
    secret, reference = photo("parrots", 96, 352), photo("sailboats", 96, 352)
    network, session = load_tiles("base"), Session(bytes(32))
    k_sym = keys_of(Engine(network), secret, reference)
    forth = Engine(network).conceal(secret, reference, k_sym, session)

    class Backwards:
        def __getattr__(self, name: str) -> Any:
            return getattr(network, name)

        def each(self, work: Callable[[Tile], None], tiles: list[Tile]) -> Iterator[None]:
            yield from map(work, tiles[::-1])

    back = Engine(Backwards()).conceal(secret, reference, k_sym, session)
    assert np.array_equal(forth.unrounded, back.unrounded)
    assert forth.scales == back.scales


@given(st.lists(st.floats(2**-15.9, 2**15.9), min_size=1, max_size=9))
def test_scales_come_back_to_a_step(scales: list[float]) -> None:
    data = pack_scales(np.array(scales))
    assert len(data) == SCALE.itemsize * len(scales)
    found = unpack_scales(data)
    assert np.abs(np.log2(found) - np.log2(scales)).max() <= 0.501 / 2048
    assert pack_scales(found.astype(np.float64)) == data


def test_scales_beyond_the_range_become_its_ends() -> None:
    assert pack_scales(np.array([1.0, 1e-9, 1e9])) == b"\x00\x80\x00\x00\xff\xff"


def test_another_session_does_not_reveal(engine: Engine, photo: Callable[..., Rgb8]) -> None:
    secret, reference = photo("parrots"), photo("sailboats")
    k_sym, session = keys_of(engine, secret, reference), Session(bytes(32))
    made = engine.conceal(secret, reference, k_sym, session)
    other = Session(bytes([1]) * 32)
    found = engine.reveal(made.unrounded, reference, k_sym, made.scales, other)
    assert psnr(found, secret) < 20


def test_left_out_mix_is_the_same_for_all_sessions(
    engine: Engine, photo: Callable[..., Rgb8]
) -> None:
    """So an attacker may try the network without any session key."""
    bare = replace(engine, mixed=False)
    secret, reference = photo("parrots"), photo("sailboats")
    k_sym = keys_of(engine, secret, reference)
    sessions = Session(bytes(32)), Session(bytes([1]) * 32)
    one, two = (bare.conceal(secret, reference, k_sym, session) for session in sessions)
    assert np.array_equal(one.unrounded, two.unrounded)
    found = bare.reveal(one.unrounded, reference, k_sym, one.scales, sessions[1])
    assert psnr(found, secret) > 50
    mixed = engine.conceal(secret, reference, k_sym, sessions[0])
    found = bare.reveal(mixed.unrounded, reference, k_sym, mixed.scales, sessions[0])
    assert psnr(found, secret) < 20


def test_what_does_not_fit_is_refused(engine: Engine, photo: Callable[..., Rgb8]) -> None:
    reference = photo("sailboats")
    with pytest.raises(ValueError, match="bytes of key for"):
        engine.rsrk_symmetric(bytes(3), reference)
    k_sym = keys_of(engine, reference, reference)
    with pytest.raises(ValueError, match="bytes of tile scales for 1 tiles"):
        engine.reveal(reference, reference, k_sym, b"", Session(bytes(32)))
