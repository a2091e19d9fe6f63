"""The shape of a Mamba-2 model, with the paper's symbols."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mamba2Config:
    """Sizes of the model; the defaults are those of the first bundled model (10.7 million parameters)."""

    vocab_size: int = 8192
    hidden_size: int = 384  # model dimension (D)
    num_hidden_layers: int = 8
    expand: int = 2
    head_dim: int = 64  # head dimension (P)
    state_size: int = 64  # state dimension (N)
    n_groups: int = 1  # groups of B and C (G)
    conv_kernel: int = 4
    layer_norm_epsilon: float = 1e-5
    chunk_size: int = 64  # tokens of one block of the block-diagonal form (Q); training only

    @property
    def intermediate_size(self) -> int:
        """Width of x and z (H·P)."""
        return self.expand * self.hidden_size

    @property
    def num_heads(self) -> int:
        """Number of heads (H)."""
        return self.intermediate_size // self.head_dim

    @property
    def conv_dim(self) -> int:
        """Channels of the convolution: x, B and C."""
        return self.intermediate_size + 2 * self.n_groups * self.state_size
