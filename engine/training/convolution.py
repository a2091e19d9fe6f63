"""The layers' causal depthwise convolution as shifted products, with its gradient written out the same way.

On a CPU this is faster than conv1d, which wants the channels before the tokens, and than the gradient that autograd finds of slices, for which
torch.compile makes loops of single numbers.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional


def convolve(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """y[t] = bias + sum over k of weight[k] · x[t - taps + 1 + k], with zeros before the beginning.

    x: [batch, T, channels]; weight: [channels, taps]; bias: [channels]. Returns [batch, T, channels] of x's type.
    """
    # A product puts the channels of a tap side by side; a copy torch.compile would leave out, to gather them one by one in the loops.
    weight = torch.eye(weight.shape[1], dtype=x.dtype) @ weight.to(x.dtype).T
    return _Convolution.apply(x, weight, bias.to(x.dtype))


def _shifted(x: Tensor, weight: Tensor, before: int, after: int) -> Tensor:
    """Sum over k of weight[k] · padded[k:], of x with so many zeros before and after it: taps - 1 together."""
    padded = functional.pad(x, (0, 0, before, after))
    total = padded[:, : x.shape[1]] * weight[0]
    for tap in range(1, len(weight)):
        total = total + padded[:, tap : tap + x.shape[1]] * weight[tap]
    return total


class _Convolution(Function):
    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        context.save_for_backward(x, weight)
        return bias + _shifted(x, weight, len(weight) - 1, 0)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x, weight = context.saved_tensors
        taps = len(weight)
        of_x = _shifted(gradient, weight.flip(0), 0, taps - 1)
        padded = functional.pad(x, (0, 0, taps - 1, 0))
        of_weight = [(gradient * padded[:, tap : tap + x.shape[1]]).sum((0, 1)) for tap in range(taps)]
        return of_x, torch.stack(of_weight), gradient.sum((0, 1))
