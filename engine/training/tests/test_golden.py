"""The training model against logits of a float64 recurrence; skipped where the shared golden checkpoints are absent."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from config import Mamba2Config
from generate import greedy, last_logits
from model import Mamba2

GOLDEN = Path(__file__).parents[3].parent / "shared/golden/tied-one-group"


@pytest.mark.skipif(not GOLDEN.is_dir(), reason="no golden checkpoints in ../shared beside the repository")
def test_logits_and_greedy_ids_are_the_golden_ones() -> None:
    config = json.loads((GOLDEN / "config.json").read_text())
    names = set(Mamba2Config.__dataclass_fields__) & set(config) - {"chunk_size"}
    model = Mamba2(Mamba2Config(**{name: config[name] for name in names}, chunk_size=16))
    model.load_state_dict(load_file(GOLDEN / "model.safetensors"))
    expected = json.loads((GOLDEN / "expected.json").read_text())
    for position, logits in expected["logits"].items():
        found = last_logits(model, expected["prompt"][: int(position) + 1])
        torch.testing.assert_close(found, torch.tensor(logits), atol=2e-3, rtol=2e-3)
    assert greedy(model, expected["prompt"], 12) == expected["greedy"][:12]
