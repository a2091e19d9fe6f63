"""Reads a model package of this extension back into the training model: to go on from the weights that ship."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from config import Mamba2Config
from model import Mamba2


def load(folder: Path) -> Mamba2:
    """The model of a Mamba-2 package whose matrices are float32 or have 8 bits; the format is described in engine/weights/manifest.ts."""
    manifest = json.loads((folder / "manifest.json").read_text())
    stored = manifest["config"]
    config = Mamba2Config(
        vocab_size=stored["vocabularySize"],
        hidden_size=stored["hiddenSize"],
        num_hidden_layers=stored["layers"],
        expand=stored["heads"] * stored["headDim"] // stored["hiddenSize"],
        head_dim=stored["headDim"],
        state_size=stored["stateSize"],
        n_groups=stored["groups"],
        conv_kernel=stored["convKernel"],
        layer_norm_epsilon=stored["epsilon"],
    )
    weights = (folder / manifest["weights"]["file"]).read_bytes()
    model = Mamba2(config)
    model.load_state_dict({name: values_of(weights, tensor) for name, tensor in manifest["tensors"].items()})
    return model


def values_of(weights: bytes, tensor: dict[str, Any]) -> Tensor:
    """A tensor's values in float32; of blocks, (quant − 128) · scale."""
    shape, offset = tensor["shape"], tensor["offset"]
    count = int(np.prod(shape))
    if tensor["encoding"] == "float32":
        values = np.frombuffer(weights, np.float32, count, offset)
    elif tensor["bits"] == 8:
        block = tensor["block"]
        quants = np.frombuffer(weights, np.uint8, count, offset).astype(np.float32).reshape(-1, block)
        scales = np.frombuffer(weights, tensor.get("scales", "float32"), count // block, tensor["scalesOffset"])
        values = (quants - 128) * scales[:, None].astype(np.float32)
    else:
        raise ValueError(f"matrices of {tensor['bits']} bits have lost too much to be trained further")
    return torch.from_numpy(values.reshape(shape).copy())
