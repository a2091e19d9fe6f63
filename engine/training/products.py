"""Which numbers matrix products are made in."""

import torch

# Without the processor's own bfloat16 products PyTorch's are many times slower than float32's.
DTYPE = torch.bfloat16 if torch.ops.mkldnn._is_mkldnn_bf16_supported() else torch.float32


def autocast() -> torch.autocast:
    """Products in DTYPE, whatever the weights are."""
    return torch.autocast("cpu", torch.bfloat16, enabled=DTYPE == torch.bfloat16)
