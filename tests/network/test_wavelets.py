"""The one-dimensional matrices against PyWavelets and SciPy."""

import numpy as np
import pytest
import pywt
import torch
from scipy.fft import dct

from sshr.network.wavelets import WAVELETS, dct_matrix, wavelet_matrix

CPU = torch.device("cpu")


@pytest.mark.parametrize("wavelet", WAVELETS)
@pytest.mark.parametrize("size", [2, 4, 6, 8, 16, 62, 256])
def test_wavelet_matrix_is_periodization_of_pywavelets(wavelet: str, size: int) -> None:
    matrix = wavelet_matrix(wavelet, size, torch.float64, CPU).numpy()
    assert np.abs(matrix @ matrix.T - np.eye(size)).max() < 1e-12
    signal = np.random.default_rng(size).normal(size=size)
    expected = np.concatenate(pywt.dwt(signal, wavelet, mode="periodization"))
    assert np.abs(matrix @ signal - expected).max() < 1e-12


def test_low_pass_filters_are_those_of_pywavelets() -> None:
    for wavelet in WAVELETS:
        row = wavelet_matrix(wavelet, 64, torch.float64, CPU)[16]
        taps = np.sort(row[row != 0].numpy())
        assert np.allclose(taps, np.sort(pywt.Wavelet(wavelet).dec_lo), atol=1e-15)


@pytest.mark.parametrize("size", [2, 8, 16])
def test_dct_matrix_is_the_orthonormal_dct(size: int) -> None:
    matrix = dct_matrix(size, torch.float64, CPU).numpy()
    assert np.abs(matrix - dct(np.eye(size), axis=0, norm="ortho")).max() < 1e-12


def test_dtype_follows_the_request() -> None:
    assert wavelet_matrix("db4", 16, torch.float32, CPU).dtype == torch.float32
    assert dct_matrix(8, torch.float64, CPU).dtype == torch.float64


def test_a_matrix_first_made_under_inference_can_be_trained_through() -> None:
    with torch.inference_mode():
        wavelet_matrix("haar", 34, torch.float32, CPU)
        dct_matrix(34, torch.float32, CPU)
    x = torch.ones(34, requires_grad=True)
    total = wavelet_matrix("haar", 34, torch.float32, CPU) @ x
    (total.square().sum() + (dct_matrix(34, torch.float32, CPU) @ x).square().sum()).backward()
    assert x.grad is not None
    assert torch.allclose(x.grad, torch.full_like(x, 4.0), atol=1e-5)
