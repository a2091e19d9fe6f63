"""The shifted products against conv1d, values and gradients."""

import torch
from torch.nn import functional

from convolution import convolve


def test_equals_conv1d() -> None:
    torch.manual_seed(0)
    x, weight, bias = (torch.randn(*shape, dtype=torch.double, requires_grad=True) for shape in ((2, 9, 5), (5, 4), (5,)))
    expected = functional.conv1d(functional.pad(x.mT, (3, 0)), weight.unsqueeze(1), bias, groups=5).mT
    factors = torch.randn_like(expected)
    found = convolve(x, weight, bias)
    torch.testing.assert_close(found, expected)
    gradients = [torch.autograd.grad((y * factors).sum(), (x, weight, bias)) for y in (found, expected)]
    for gradient, expected_gradient in zip(*gradients, strict=True):
        torch.testing.assert_close(gradient, expected_gradient)
