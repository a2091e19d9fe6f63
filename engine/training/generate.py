"""Greedy text from the training model, by running the whole sequence again for each token: slow, but it is the code
that was trained, so it can serve as a reference."""

import torch
from torch import Tensor
from torch.nn import functional

from model import Mamba2


def last_logits(model: Mamba2, ids: list[int]) -> Tensor:
    """Float32 logits [vocab] of the token after `ids`."""
    chunk = model.config.chunk_size
    padded = functional.pad(torch.tensor([ids]), (0, -len(ids) % chunk))  # what follows cannot reach back
    with torch.no_grad():
        return model.logits(model(padded)[0, len(ids) - 1]).float()


def greedy(model: Mamba2, ids: list[int], count: int, stop: int | None = None) -> list[int]:
    """Up to `count` greedy ids after `ids`; ends before `stop`."""
    out: list[int] = []
    while len(out) < count:
        token = int(last_logits(model, ids + out).argmax())
        if token == stop:
            break
        out.append(token)
    return out
