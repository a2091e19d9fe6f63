"""Data-parallel training on the cores of one machine: a process of one thread a core, weights in shared memory.

One process with two threads synchronises at every operation, so it runs at the pace of whichever core another program
holds; here the workers meet three times a step. Seen on two busy cores: 1,600 tokens/s as threads; one core alone
does 2,900 tokens/s.
"""

import io
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer

from model import Mamba2
from optimizers import OWNERS, make_optimizer, parameters_of

MEETING_TIMEOUT_S = 3600.0  # longer than anyone pauses the training


@dataclass(frozen=True)
class Shared:
    """What the workers have in common; every tensor lies in shared memory."""

    model: Mamba2
    gradients: list[Tensor]  # a flat float32 buffer [parameters] for each worker
    squared_norms: Tensor  # [workers], of the mean gradient that each owns
    barrier: Barrier


class Worker:
    """One worker's view: it adds its gradients to its own buffer and updates the parameters that it owns."""

    def __init__(self, shared: Shared, rank: int, matrices: str) -> None:
        self.shared, self.rank, self.count = shared, rank, len(shared.gradients)
        self.owned: list[tuple[int, int]] = []  # [start, end) of the flat buffer
        self.optimizers: dict[str, Optimizer] = {}
        offset = 0
        for owner, units in OWNERS[self.count].items():
            for unit in units:
                start = offset
                for parameter in parameters_of(shared.model, unit):
                    view = shared.gradients[rank][offset : offset + parameter.numel()].view_as(parameter)
                    parameter.grad = view
                    offset += parameter.numel()
                if owner == rank:
                    self.owned.append((start, offset))
                    self.optimizers[unit] = make_optimizer(shared.model, unit, matrices)

    def load_states(self, states: dict[str, Any]) -> None:
        """Takes the states of its own optimizers from those of all, unit -> state dict."""
        for unit, optimizer in self.optimizers.items():
            if unit in states:
                optimizer.load_state_dict(states[unit])

    def gather_states(self, pipe: Connection) -> dict[str, Any]:
        """The optimizers' states of all workers for worker 0, of itself for another, which sends them."""
        states = {unit: optimizer.state_dict() for unit, optimizer in self.optimizers.items()}
        if self.rank > 0:
            buffer = io.BytesIO()
            torch.save(states, buffer)
            pipe.send_bytes(buffer.getvalue())
        elif self.count > 1:
            states |= torch.load(io.BytesIO(pipe.recv_bytes()), weights_only=True)
        return states

    def meet(self) -> None:
        self.shared.barrier.wait(MEETING_TIMEOUT_S)

    def update(self, learning_rate: float, clip: float) -> None:
        """Averages the workers' gradients, clips them to the norm `clip`, and steps; all workers call it together."""
        self.meet()  # all have their gradients
        mine = self.shared.gradients[self.rank]
        squared = 0.0
        for start, end in self.owned:
            for other in range(self.count):
                if other != self.rank:
                    mine[start:end].add_(self.shared.gradients[other][start:end])
            mine[start:end].div_(self.count)
            squared += float(mine[start:end].square().sum())
        self.shared.squared_norms[self.rank] = squared
        self.meet()  # all have read what the others hold
        norm = float(self.shared.squared_norms.sum().sqrt())
        for start, end in self.owned:
            mine[start:end].mul_(min(1.0, clip / (norm + 1e-6)))
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = learning_rate
            optimizer.step()
        mine.zero_()
        self.meet()  # all weights are new


def share(model: Mamba2, count: int, barrier: Barrier) -> Shared:
    """Moves the weights to shared memory and makes the buffers for `count` workers."""
    model.share_memory()
    size = sum(parameter.numel() for parameter in model.parameters())
    gradients = [torch.zeros(size).share_memory_() for _ in range(count)]
    return Shared(model, gradients, torch.zeros(count).share_memory_(), barrier)
