"""Muon: momentum whose matrix is replaced by the nearest orthogonal one.

Keller Jordan's Muon (https://kellerjordan.github.io/posts/muon/) with the step size of Moonlight (arXiv 2502.16982,
section 2.2), 0.2·sqrt(larger side), which gives updates AdamW's root mean square so that both share a learning rate.
"""

import torch
from torch import Tensor
from torch.optim import Optimizer

import products

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the quintic iteration, from the post
ITERATIONS = 5


def orthogonalise(matrices: Tensor) -> Tensor:
    """The orthogonal factors of `matrices` [count, rows, columns], rows <= columns, about: five Newton-Schulz steps.

    In bfloat16 where the processor has it, contiguous and batched: one transposed matrix at a time took 5 times as long on a CPU with AVX-512
    (2.4 s instead of 0.45 s for the 16 matrices of the model, both on one core).
    """
    a, b, c = COEFFICIENTS
    x = matrices.to(products.DTYPE).contiguous()
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        polynomial = torch.baddbmm(gram, gram, gram, beta=b, alpha=c)
        x = torch.baddbmm(x, polynomial, x, beta=a)
    return x.to(matrices.dtype)


class Muon(Optimizer):
    """For the matrices of the layers; embeddings, norms and vectors belong to AdamW. A group's matrices share one shape."""

    def __init__(self, groups, lr: float, momentum: float = 0.95, weight_decay: float = 0.1) -> None:
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        for group in self.param_groups:
            parameters = group["params"]
            shape = parameters[0].shape
            updates = [self._accumulate(parameter, group["momentum"]) for parameter in parameters]
            tall = shape[0] > shape[1]
            updates = orthogonalise(torch.stack([update.T if tall else update for update in updates]))
            for parameter, update in zip(parameters, updates, strict=True):
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(update.T if tall else update, alpha=-group["lr"] * 0.2 * max(shape) ** 0.5)

    def _accumulate(self, parameter: Tensor, momentum: float) -> Tensor:
        """Nesterov's momentum of the gradient."""
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        state["momentum"].lerp_(parameter.grad, 1 - momentum)
        return parameter.grad.lerp(state["momentum"], momentum)
