"""The state space dual form: Mamba-2's recurrence over a whole sequence as matrix products.

Mamba-2, arXiv 2405.21060, listing 1 ("minimal SSD"), for one group of B and C. Written with `torch.matmul` instead
of einsum so that autocast runs every product in bfloat16; the decays stay in float32.
"""

import torch
from torch import Tensor


def ssd_chunked(x: Tensor, decay: Tensor, b: Tensor, c: Tensor, chunk: int) -> Tensor:
    """y[t] = C[t]·S[t] with S[t] = exp(decay[t])·S[t-1] + B[t] ⊗ x[t] and S[-1] = 0.

    x: [batch, T, H, P], already multiplied by dt; decay: A·dt, [batch, T, H], at most 0; b, c: [batch, T, N],
    shared by all heads. T must be a multiple of `chunk` (Q). Returns [batch, T, H, P].
    """
    batch, length, heads, width = x.shape
    count = length // chunk  # number of chunks (K)
    x = x.view(batch, count, chunk, heads, width)
    b = b.view(batch, count, chunk, -1)  # [batch, K, Q, N]
    c = c.view(batch, count, chunk, -1)
    total = decay.view(batch, count, chunk, heads).cumsum(2)  # log decay from the chunk's start up to and with each token, [batch, K, Q, H]

    # 1. Inside a chunk: y[i] += sum over j <= i of (C[i]·B[j]) exp(total[i] - total[j]) x[j].
    causal = torch.ones(chunk, chunk, dtype=torch.bool, device=x.device).tril()
    by_head = total.transpose(2, 3)
    gap = (by_head.unsqueeze(-1) - by_head.unsqueeze(-2)).masked_fill(~causal, -torch.inf)  # [batch, K, H, Q, Q]
    scores = torch.matmul(c, b.transpose(-1, -2)).unsqueeze(2)  # [batch, K, 1, Q, Q]
    inside = torch.matmul(scores * gap.exp().to(scores.dtype), x.transpose(2, 3)).transpose(2, 3)  # [batch, K, Q, H, P]

    # 2. What each chunk adds to the state at its end, [batch, K, N, H·P].
    last = total[:, :, -1:]
    to_end = (last - total).exp().unsqueeze(-1).to(x.dtype)  # [batch, K, Q, H, 1]
    added = torch.matmul(b.transpose(-1, -2), (x * to_end).flatten(3)).float()

    # 3. The recurrence between chunks; K is small (8 for 512 tokens), so a loop is the fast way.
    whole = last.exp().repeat_interleave(width, dim=-1)  # [batch, K, 1, H·P]
    state = torch.zeros_like(added[:, 0])
    entering = []
    for index in range(count):
        entering.append(state)
        state = state * whole[:, index] + added[:, index]
    states = torch.stack(entering, dim=1)  # [batch, K, N, H·P]: the state before each chunk

    # 4. What the entering state gives to each token.
    carried = torch.matmul(c, states).view(x.shape)  # [batch, K, Q, H, P]
    y = inside + carried * total.exp().unsqueeze(-1).to(carried.dtype)
    return y.reshape(batch, length, heads, width)


def ssd_loop(x: Tensor, decay: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """The same, one token at a time: the definition that `ssd_chunked` is tested against."""
    batch, length, heads, width = x.shape
    state = x.new_zeros(batch, heads, width, b.shape[-1])
    out = []
    for t in range(length):
        state = state * decay[:, t].exp()[..., None, None] + x[:, t].unsqueeze(-1) * b[:, t, None, None, :]
        out.append((state * c[:, t, None, None, :]).sum(-1))
    return torch.stack(out, dim=1)
