"""One-dimensional orthonormal analysis matrices: periodised wavelets and those of blocks.

A transform of a few hundred samples is one small matrix product, which on a CPU is faster than
strided convolutions and is trivially differentiable; its inverse is the transpose.
"""

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

# Daubechies' orthonormal decomposition low-pass filters (db1 = Haar, db4 has 8 taps).
_LOW_PASS = {
    "haar": (math.sqrt(0.5), math.sqrt(0.5)),
    "db4": (
        -0.010597401785069032,
        0.032883011666885168,
        0.030841381835560763,
        -0.18703481171909308,
        -0.027983769416859854,
        0.63088076792985889,
        0.71484657055291564,
        0.23037781330889651,
    ),
}

WAVELETS = tuple(_LOW_PASS)


@lru_cache(maxsize=64)
def _wavelet_matrix(wavelet: str, size: int) -> np.ndarray:
    low = np.array(_LOW_PASS[wavelet])
    taps = len(low)
    high = low[::-1] * (-1.0) ** np.arange(1, taps + 1)
    matrix = np.zeros((size, size))
    half = size // 2
    for k in range(half):
        for j in range(taps):
            column = (2 * k + taps // 2 - j) % size
            matrix[k, column] += low[j]
            matrix[half + k, column] += high[j]
    return matrix


@lru_cache(maxsize=8)
def _dct_matrix(size: int) -> np.ndarray:
    k, i = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    matrix = np.sqrt(2 / size) * np.cos(np.pi * (2 * i + 1) * k / (2 * size))
    matrix[0] /= math.sqrt(2)
    return matrix


@lru_cache(maxsize=128)
@torch.inference_mode(False)
def wavelet_matrix(wavelet: str, size: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """One level of the periodised wavelet as a (size, size) orthonormal matrix.

    The first half of the rows gives the low-pass samples, the second half the high-pass ones;
    the same convention as PyWavelets' mode `periodization`. `size` must be even.
    """
    return torch.tensor(_wavelet_matrix(wavelet, size), dtype=dtype, device=device)


@lru_cache(maxsize=32)
@torch.inference_mode(False)
def dct_matrix(size: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The (size, size) orthonormal DCT-II."""
    return torch.tensor(_dct_matrix(size), dtype=dtype, device=device)


@lru_cache(maxsize=32)
@torch.inference_mode(False)
def pixel_matrix(size: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """The (size, size) identity: blocks of pixels as they are."""
    return torch.eye(size, dtype=dtype, device=device)
