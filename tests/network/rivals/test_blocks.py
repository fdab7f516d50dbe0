import torch

from sshr.network.rivals.blocks import AffineCoupling, DenseBlock, conv_block


def louder(module: torch.nn.Module) -> None:
    """Weights far from their start."""
    generator = torch.Generator().manual_seed(3)
    for parameter in module.parameters():
        parameter.data = 0.05 * torch.randn(parameter.shape, generator=generator)


def test_a_coupling_starts_as_the_identity_and_inverts() -> None:
    torch.manual_seed(0)
    block = AffineCoupling(3).double()
    one, other = torch.rand(2, 1, 3, 16, 16, dtype=torch.float64).unbind()
    assert all(torch.equal(a, b) for a, b in zip(block(one, other), (one, other), strict=True))
    louder(block)
    block.double()
    with torch.no_grad():
        made = block(one, other)
        assert (made[0] - one).abs().max() > 0.01
        assert (made[1] - other).abs().max() > 0.01
        back = block.inverse(*made)
    assert (back[0] - one).abs().max() < 1e-12
    assert (back[1] - other).abs().max() < 1e-12


def test_a_dense_block_has_the_published_sizes() -> None:
    assert sum(p.numel() for p in DenseBlock(12).parameters()) == 84_380
    assert sum(p.numel() for p in DenseBlock(3).parameters()) == 62_420


def test_every_layer_of_a_dense_block_sees_the_input() -> None:
    block = DenseBlock(3)
    assert [layer.in_channels for layer in block.layers] == [3, 35, 67, 99, 131]


def test_a_convolution_block_is_normalised_and_not_negative() -> None:
    block = conv_block(3, 8)
    found = block(5 + 3 * torch.rand(4, 3, 8, 8))
    assert found.min() == 0
    assert sum(p.numel() for p in block.parameters()) == 8 * 27 + 8 + 16
