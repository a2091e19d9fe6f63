"""Checkpoints: weights, optimizers and position in one file, replaced in one step.

A batch is a function of the seed and the step, and nothing else in training is random, so the position holds the
whole random state.
"""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from config import Mamba2Config
from model import Mamba2


def save(path: Path, model: Mamba2, optimizers: dict[str, Any], position: dict[str, Any]) -> None:
    """Writes beside `path` and renames, so that a reader never sees half a file. `optimizers`: unit -> state dict."""
    partial = path.with_suffix(".incomplete")
    torch.save(
        {
            "config": asdict(model.config),
            "model": model.state_dict(),
            "optimizers": optimizers,
            "position": position,
        },
        partial,
    )
    os.replace(partial, path)


def load(path: Path) -> tuple[Mamba2, dict[str, Any]]:
    """The model in float32 and the whole checkpoint."""
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    model = Mamba2(Mamba2Config(**checkpoint["config"]))
    model.load_state_dict(checkpoint["model"])
    return model, checkpoint
