"""Packages read back: what each encoding holds, and the package that ships."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

import package

BUNDLED = Path(__file__).parents[2] / "bundled"


def test_a_float32_tensor_is_itself() -> None:
    values = np.arange(6, dtype=np.float32)
    read = package.values_of(b"....." + values.tobytes(), {"encoding": "float32", "shape": [2, 3], "offset": 5})
    assert read.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_quants_of_8_bits_are_scaled_block_by_block() -> None:
    weights = bytes([128, 129, 0, 255]) + np.array([0.5, 2], np.float16).tobytes()
    tensor = {"encoding": "blocks", "shape": [1, 4], "bits": 8, "block": 2, "offset": 0, "scalesOffset": 4, "scales": "float16"}
    assert package.values_of(weights, tensor).tolist() == [[0, 0.5, -256, 254]]


def test_four_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="4 bits"):
        package.values_of(b"", {"encoding": "blocks", "shape": [1, 4], "bits": 4, "offset": 0})


def test_the_bundled_package_is_whole() -> None:
    model = package.load(BUNDLED)
    assert sum(parameter.numel() for parameter in model.parameters()) == json.loads((BUNDLED / "manifest.json").read_text())["parameters"]
    with torch.no_grad():
        logits = model.logits(model(torch.arange(64).unsqueeze(0)))
    assert bool(logits.isfinite().all())
