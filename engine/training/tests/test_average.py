import pytest
import torch

from average import average
from config import Mamba2Config
from model import Mamba2


def test_weights_are_the_mean() -> None:
    models = [Mamba2(Mamba2Config()) for _ in range(2)]
    expected = {name: (one + models[1].state_dict()[name]) / 2 for name, one in models[0].state_dict().items()}
    for name, value in average(models).state_dict().items():
        torch.testing.assert_close(value, expected[name])


def test_other_sizes_are_refused() -> None:
    with pytest.raises(SystemExit, match="differ in size"):
        average([Mamba2(Mamba2Config()), Mamba2(Mamba2Config(num_hidden_layers=2))])
