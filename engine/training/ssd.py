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
    x = x.view(batch, count, chunk, heads, width).transpose(2, 3)  # [batch, K, H, Q, P]
    decay = decay.view(batch, count, chunk, heads).transpose(2, 3)  # [batch, K, H, Q]
    b = b.view(batch, count, chunk, -1)  # [batch, K, Q, N]
    c = c.view(batch, count, chunk, -1)
    total = decay.cumsum(-1)  # log decay from the chunk's start up to and with each token, [batch, K, H, Q]

    # 1. Inside a chunk: y[i] += sum over j <= i of (C[i]·B[j]) exp(total[i] - total[j]) x[j].
    causal = torch.ones(chunk, chunk, dtype=torch.bool, device=x.device).tril()
    gap = (total.unsqueeze(-1) - total.unsqueeze(-2)).masked_fill(~causal, -torch.inf)  # [batch, K, H, Q, Q]
    scores = torch.matmul(c, b.transpose(-1, -2)).unsqueeze(2)  # [batch, K, 1, Q, Q]
    inside = torch.matmul(scores * gap.exp().to(scores.dtype), x)  # [batch, K, H, Q, P]

    # 2. What each chunk adds to the state at its end, [batch, K, H, P, N].
    to_end = (total[..., -1:] - total).exp().unsqueeze(-1).to(x.dtype)  # [batch, K, H, Q, 1]
    added = torch.matmul((x * to_end).transpose(-1, -2), b.unsqueeze(2)).float()

    # 3. The recurrence between chunks; K is small (8 for 512 tokens), so a loop is the fast way.
    whole = total[..., -1].exp()[..., None, None]  # [batch, K, H, 1, 1]
    state = torch.zeros_like(added[:, 0])
    entering = []
    for index in range(count):
        entering.append(state)
        state = state * whole[:, index] + added[:, index]
    states = torch.stack(entering, dim=1)  # [batch, K, H, P, N]: the state before each chunk

    # 4. What the entering state gives to each token.
    carried = torch.matmul(c.unsqueeze(2), states.transpose(-1, -2))  # [batch, K, H, Q, P]
    y = inside + carried * total.exp().unsqueeze(-1).to(carried.dtype)
    return y.transpose(2, 3).reshape(batch, length, heads, width)


def ssd_loop(x: Tensor, decay: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """The same, one token at a time: the definition that `ssd_chunked` is tested against."""
    batch, length, heads, width = x.shape
    state = x.new_zeros(batch, heads, width, b.shape[-1])
    out = []
    for t in range(length):
        state = state * decay[:, t].exp()[..., None, None] + x[:, t].unsqueeze(-1) * b[:, t, None, None, :]
        out.append((state * c[:, t, None, None, :]).sum(-1))
    return torch.stack(out, dim=1)
