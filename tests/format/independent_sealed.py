"""What a sealed stego holds, by docs/format.md alone; see `independent`."""

import hashlib
import struct
from decimal import Context, Decimal
from functools import cache
from math import isqrt

import numpy as np
import zstandard
from independent import Header, Refused, hkdf, opened, samples_of, stream

EXACT = Context(prec=40)
STEPS = {0: 1, 1: 41, 2: 25, 3: 1}
CHUNK = 4194304


@cache
def weights(level: int) -> list[int]:
    octaves = EXACT.divide(Decimal(256 - level), Decimal(64))
    rate = EXACT.exp(EXACT.multiply(octaves, EXACT.ln(Decimal(2))))
    found: list[int] = []
    while True:
        power = EXACT.multiply(rate, Decimal(-(len(found) ** 2)))
        weight = int(EXACT.multiply(EXACT.exp(power), Decimal(1 << 36)).to_integral_value())
        if weight < 65536:
            return found
        found.append(weight)


def frequencies(level: int, down: int, up: int) -> list[int]:
    own = [weights(level)[abs(d)] for d in range(-down, up + 1)]
    room, whole = (1 << 24) - len(own), sum(own)
    found = [1 + each * room // whole for each in own]
    found[down] += (1 << 24) - sum(found)
    return found


def noise_map(reference: np.ndarray, noise: int) -> np.ndarray:
    if noise in (0, 3):
        return np.zeros(reference.shape[:2], int)
    rgb = reference.astype(int)
    luma = np.pad(rgb[..., 0] + 2 * rgb[..., 1] + rgb[..., 2], 1, mode="reflect")
    height, width = reference.shape[:2]
    kernel = np.outer([-1, 2, -1], [-1, 2, -1])
    high = sum(
        kernel[y, x] * luma[y : y + height, x : x + width] for y in range(3) for x in range(3)
    )
    residual = np.abs(high) // 4
    if noise == 1:
        return steps(box(residual, 2) // 25, 4, 41, 8)
    inverse = (1 << 20) // (box(residual, 1) // 9 + 4)
    return 24 - steps(box(inverse, 7) // 225, 4096, 25, 4)


def box(values: np.ndarray, radius: int) -> np.ndarray:
    padded = np.pad(values, radius, mode="symmetric")
    height, width = values.shape
    span = range(2 * radius + 1)
    return sum(padded[y : y + height, x : x + width] for y in span for x in span)


def steps(values: np.ndarray, least: int, count: int, octave: int) -> np.ndarray:
    found = np.zeros(values.shape, int)
    for k in range(1, count):
        found += values >= -(-power(8 * k // octave) * least // 65536)
    return found


def power(eighths: int) -> int:
    return isqrt(isqrt(isqrt(1 << (eighths + 128))))


def tones(reference: np.ndarray) -> list[int]:
    """Of each sample value."""
    height, width = (side // 2 * 2 for side in reference.shape[:2])
    own = reference[:height, :width].astype(int)
    squares = [own[y::2, x::2] for y in (0, 1) for x in (0, 1)]
    inside = np.logical_and.reduce([(part > 0) & (part < 255) for part in squares])
    across = np.abs(squares[0] - squares[1] - squares[2] + squares[3])[inside]
    bins = (sum(squares) // 4 // 16)[inside]
    sums = [0] * 5
    for number in range(16):
        found = np.sort(across[bins == number]).tolist()
        calm = found[: (len(found) + 1) // 2]
        if not calm:
            continue
        x, n = 16 * number + 8, len(found)
        y = (sum(each**2 for each in calm) << 16) // len(calm)
        for place, term in enumerate((1, x, x * x, y, x * y)):
            sums[place] += n * term
    one, first, second, whole, both = sums
    line = [(one * both - first * whole) * v + whole * second - first * both for v in range(256)]
    if one * second == first**2 or max(line) <= 0:
        return [0] * 256
    least = max(min(line), max(line) // 16, 1)
    return [sum((own << 16) >= power(2 * k) * least for k in range(1, 17)) for own in line]


@cache
def mean_square(level: int) -> int:
    own = weights(level)
    squares = 2 * sum(weight * d * d for d, weight in enumerate(own))
    return (squares << 40) // (2 * sum(own) - own[0])


@cache
def louder(level: int, tone: int) -> int:
    wanted = mean_square(level) * power(2 * tone)
    while tone and level < 768 and mean_square(level) << 16 < wanted:
        level += 1
    return level


class Model:
    """Classes of all samples, and their tables."""

    def __init__(self, reference: np.ndarray, noise: int, base: int) -> None:
        self.flat = reference.reshape(-1).astype(int)
        self.tables: list[tuple[int, list[int]]] = [(0, [1 << 24])]
        known: dict[tuple[int, int, int], int] = {}
        lookup = np.zeros((STEPS[noise], 256), int)
        tone = tones(reference) if noise == 3 else [0] * 256
        for step in range(STEPS[noise]):
            quiet = min(max(base + 16 * step, 0), 768)
            for value in range(256):
                level = louder(quiet, tone[value])
                reach = len(weights(level)) - 1
                if not reach:
                    continue
                ends = min(value, reach), min(255 - value, reach)
                if (level, *ends) not in known:
                    known[level, *ends] = len(self.tables)
                    self.tables.append((ends[0], frequencies(level, *ends)))
                lookup[step, value] = known[level, *ends]
        pixels = np.repeat(noise_map(reference, noise).reshape(-1), 3)
        self.classes = lookup[pixels, self.flat]


def symbols(
    model: Model, header: Header, samples: np.ndarray, block: int
) -> list[tuple[int, list[int]]]:
    """Every sample's symbol with the frequencies of its table, in the order of decoding."""
    found: list[tuple[int, list[int]]] = []
    change = samples.reshape(-1).astype(int) - model.flat
    classes = model.classes.copy()
    classes[header.places] = 0
    for chunk in range(-(-classes.size // CHUNK)):
        own = classes[chunk * CHUNK : (chunk + 1) * CHUNK]
        key = hkdf(header.session, b"payload/order/" + struct.pack(">I", chunk))
        words = np.frombuffer(stream(key, 8 * -(-own.size // block)), "<u8").tolist()
        drawn = [word >> 22 & (1 << 30) - 1 for word in words]
        for number, _, i in sorted((int(own[i]), drawn[i // block], i) for i in range(own.size)):
            if number:
                down, table = model.tables[number]
                found.append((int(change[chunk * CHUNK + i]) + down, table))
    header_samples = set(header.places)
    still = np.flatnonzero((model.classes == 0) & (change != 0))
    if any(int(place) not in header_samples for place in still):
        raise Refused("damaged")
    flags = stream(hkdf(header.session, b"payload/pairs"), len(header.places))
    groups: dict[tuple[int, int], list[int]] = {}
    for i, place in enumerate(header.places):
        value, number = int(model.flat[place]), int(model.classes[place])
        down, up = model.tables[number][0], len(model.tables[number][1]) - 1
        up -= down
        odd = flags[i] & 1 and i < len(header.places) - header.seal_bits
        odd = bool(odd and value - down >= 1 and value + up <= 254)
        groups.setdefault((number, (value - odd) & 1), []).append(place)
    for (number, parity), places in sorted(groups.items()):
        down, table = model.tables[number]
        lowest = -down - ((down + parity) & 1)
        joined = [0] * (-down - lowest) + table
        joined += [0] * (len(joined) & 1)
        pairs = [joined[at] + joined[at + 1] for at in range(0, len(joined), 2)]
        if len(pairs) > 1:
            found += [((int(change[place]) - lowest) // 2, pairs) for place in places]
        elif any((int(change[place]) - lowest) // 2 for place in places):
            raise Refused("damaged")
    return found


def read_sealed(header: Header, stego: np.ndarray, reference: np.ndarray) -> dict[str, object]:
    """Kind, name and content of a file or text in an untouched sealed stego."""
    shared, seen, _ = samples_of(reference, stego)
    kind, noise, base, count, left, state, digest = struct.unpack_from(
        ">BBhIIQ32s", header.metadata["side"]
    )
    block, noise = 64 if noise & 16 else 1, noise & ~16
    model = Model(shared, noise, base)
    filler = np.frombuffer(stream(hkdf(header.session, b"payload/filler"), 4 * left), "<u4")
    stack = filler.tolist()
    cumulated: dict[int, list[int]] = {}
    for symbol, table in reversed(symbols(model, header, seen, block)):
        if not 0 <= symbol < len(table):
            raise Refused("damaged")
        if id(table) not in cumulated:
            cumulated[id(table)] = [0, *np.cumsum(table).tolist()]
        share = table[symbol]
        if state >= share << 40:
            stack.append(state & 0xFFFFFFFF)
            state >>= 32
        whole, rest = divmod(state, share)
        state = (whole << 24) + cumulated[id(table)][symbol] + rest
    if state >> 32 != 1:
        raise Refused("damaged")
    words = [*stack, state & 0xFFFFFFFF]
    below = len(words) - count
    expected = stream(hkdf(header.session, b"payload/filler"), 4 * max(below, 0))
    if below < 0 or struct.pack(f"<{below}I", *words[:below]) != expected:
        raise Refused("damaged")
    ciphertext = struct.pack(f"<{count}I", *words[below:])
    record = opened(hkdf(header.session, b"payload"), ciphertext, None)
    if hashlib.sha256(ciphertext).digest() != digest or record is None:
        raise Refused("damaged")
    own, codec, name_length, size = struct.unpack_from(">BBHQ", record)
    name = record[12 : 12 + name_length].decode()
    (length,) = struct.unpack_from(">Q", record, 12 + name_length)
    body = record[20 + name_length :][:length]
    if codec == 16:
        body = zstandard.ZstdDecompressor().decompress(body, max_output_size=size)
    assert own == kind
    assert len(body) == size
    assert not record[20 + name_length + length :].strip(b"\0")
    return {"kind": kind, "name": name, "data": body, "record": len(record)}
