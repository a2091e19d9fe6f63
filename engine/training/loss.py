"""The training loss, with the logits of a slice of tokens at a time."""

from torch import Tensor
from torch.nn import functional

from model import Mamba2

CHUNK_TOKENS = 2048  # tokens whose logits exist at once: 64 MiB in float32 with 8,192 tokens in the vocabulary


def loss_of(model: Mamba2, ids: Tensor, weights: Tensor) -> Tensor:
    """Mean cross-entropy of the next token in nats, weighted; ids and weights [batch, T + 1]."""
    hidden = model(ids[:, :-1]).flatten(0, 1)
    targets, weights = ids[:, 1:].flatten(), weights[:, 1:].flatten()
    total = weights.new_zeros(())
    for start in range(0, len(targets), CHUNK_TOKENS):
        part = slice(start, start + CHUNK_TOKENS)
        losses = functional.cross_entropy(model.logits(hidden[part]).float(), targets[part], reduction="none")
        total = total + (losses * weights[part]).sum()
    return total / weights.sum()
