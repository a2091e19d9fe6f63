"""Mamba-2 for training: one group of B and C, tied embeddings.

Numbered as in design note mamba2.md; parameter names are those of the Hugging Face layout, so that exporting is copying.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from config import Mamba2Config
from convolution import convolve
from ssd import ssd_chunked

DT_MIN, DT_MAX = 1e-3, 1e-1  # range of softplus(dt_bias) at the start, as mamba_ssm draws it


class RmsNorm(nn.Module):
    """x / rms(x) · weight over the last dimension."""

    def __init__(self, size: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, (x.shape[-1],), self.weight.to(x.dtype), self.epsilon)


class Mixer(nn.Module):
    """Steps 2 to 7 of a layer."""

    def __init__(self, config: Mamba2Config) -> None:
        super().__init__()
        if config.n_groups != 1:
            raise ValueError("training supports n_groups = 1 only")
        self.config = config
        width, heads = config.intermediate_size, config.num_heads
        self.in_proj = nn.Linear(config.hidden_size, width + config.conv_dim + heads, bias=False)
        self.conv1d = nn.Conv1d(
            config.conv_dim, config.conv_dim, config.conv_kernel, groups=config.conv_dim, padding=config.conv_kernel - 1
        )
        self.A_log = nn.Parameter(torch.empty(heads).uniform_(1, 16).log())
        self.D = nn.Parameter(torch.ones(heads))
        dt = torch.exp(torch.empty(heads).uniform_(math.log(DT_MIN), math.log(DT_MAX)))
        self.dt_bias = nn.Parameter(dt + torch.log(-torch.expm1(-dt)))  # the inverse of softplus
        self.norm = RmsNorm(width, config.layer_norm_epsilon)
        self.out_proj = nn.Linear(width, config.hidden_size, bias=False)

    def forward(self, u: Tensor) -> Tensor:
        """[batch, T, hidden] to the same."""
        config = self.config
        batch, length, _ = u.shape
        width, state = config.intermediate_size, config.state_size
        # A product for each part, as joining the parts' gradients costs more than they do.
        weights = self.in_proj.weight.split([width, width, state, state, config.num_heads])
        z, x, b, c, dt = (functional.linear(u, weight) for weight in weights)
        taps = self.conv1d.weight[:, 0].split([width, state, state])
        biases = self.conv1d.bias.split([width, state, state])
        x, b, c = (functional.silu(convolve(*of)) for of in zip((x, b, c), taps, biases, strict=True))  # 3
        x = x.reshape(batch, length, config.num_heads, config.head_dim)
        dt = functional.softplus(dt.float() + self.dt_bias)  # 4: [batch, T, H]
        decay = -self.A_log.exp() * dt
        y = ssd_chunked(x * dt.unsqueeze(-1).to(x.dtype), decay, b, c, config.chunk_size)  # 5, 6
        y = y + self.D.to(x.dtype).unsqueeze(-1) * x
        y = self.norm(y.reshape(batch, length, -1) * functional.silu(z))  # 7: the gate comes before the norm
        return self.out_proj(y)


class Layer(nn.Module):
    """Pre-norm residual layer: steps 1 and 8 around the mixer."""

    def __init__(self, config: Mamba2Config) -> None:
        super().__init__()
        self.norm = RmsNorm(config.hidden_size, config.layer_norm_epsilon)
        self.mixer = Mixer(config)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.mixer(self.norm(x))


class Backbone(nn.Module):
    """Embedding, layers and the last norm."""

    def __init__(self, config: Mamba2Config) -> None:
        super().__init__()
        self.embeddings = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.norm_f = RmsNorm(config.hidden_size, config.layer_norm_epsilon)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.embeddings(ids)
        for layer in self.layers:
            x = layer(x)
        return self.norm_f(x)


class Mamba2(nn.Module):
    """Language model with tied embeddings. ids: [batch, T], T a multiple of the chunk size."""

    def __init__(self, config: Mamba2Config) -> None:
        super().__init__()
        self.config = config
        self.backbone = Backbone(config)
        self.apply(self._initialise)

    def _initialise(self, module: nn.Module) -> None:
        """GPT-2's 0.02, with the residual branch's last matrix made smaller by sqrt(layers), as mamba_ssm does."""
        if isinstance(module, nn.Embedding | nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
        if isinstance(module, Mixer):
            with torch.no_grad():
                module.out_proj.weight.div_(math.sqrt(self.config.num_hidden_layers))

    def forward(self, ids: Tensor) -> Tensor:
        """Last hidden states [batch, T, hidden]; the head is left to the caller, who takes it in slices."""
        return self.backbone(ids)

    def logits(self, hidden: Tensor) -> Tensor:
        """[..., hidden] to [..., vocab]."""
        return functional.linear(hidden, self.backbone.embeddings.weight)
