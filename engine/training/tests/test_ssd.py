"""The chunked form against the recurrence, values and gradients; and causality of the whole model."""

import pytest
import torch

from config import Mamba2Config
from model import Mamba2
from ssd import ssd_chunked, ssd_loop


@pytest.mark.parametrize("chunk", [1, 16, 64])
def test_chunked_equals_the_recurrence(chunk: int) -> None:
    torch.manual_seed(0)
    inputs = [torch.randn(2, 64, 3, 8), torch.randn(2, 64, 3), torch.randn(2, 64, 5), torch.randn(2, 64, 5)]
    inputs = [tensor.double().requires_grad_() for tensor in inputs]
    x, raw, b, c = inputs
    weight = torch.randn(2, 64, 3, 8, dtype=torch.double)

    def decay() -> torch.Tensor:
        return -torch.nn.functional.softplus(raw)

    # The states between chunks are float32 by design, hence the tolerance.
    expected = ssd_loop(x, decay(), b, c)
    expected_gradients = torch.autograd.grad((expected * weight).sum(), inputs)
    found = ssd_chunked(x.float(), decay().float(), b.float(), c.float(), chunk)
    gradients = torch.autograd.grad((found * weight).sum(), inputs)
    torch.testing.assert_close(found.double(), expected, atol=1e-5, rtol=1e-5)
    for gradient, expected_gradient in zip(gradients, expected_gradients, strict=True):
        torch.testing.assert_close(gradient, expected_gradient, atol=1e-4, rtol=1e-4)


def test_strong_decay_stays_finite() -> None:
    """exp of the differences, never of the sums alone: -20 a token over 64 tokens must give no NaN."""
    x = torch.randn(1, 64, 1, 4, requires_grad=True)
    decay = torch.full((1, 64, 1), -20.0, requires_grad=True)
    y = ssd_chunked(x, decay, torch.randn(1, 64, 4), torch.randn(1, 64, 4), 64)
    y.sum().backward()
    assert y.isfinite().all() and x.grad.isfinite().all() and decay.grad.isfinite().all()


def test_a_later_token_changes_nothing_before_it() -> None:
    torch.manual_seed(0)
    model = Mamba2(Mamba2Config(vocab_size=32, hidden_size=64, num_hidden_layers=2, state_size=8, chunk_size=8))
    ids = torch.randint(0, 32, (1, 24))
    changed = ids.clone()
    changed[0, 13] = (ids[0, 13] + 1) % 32
    with torch.no_grad():
        before, after = model(ids), model(changed)
    torch.testing.assert_close(before[:, :13], after[:, :13])
    assert (before[:, 13] - after[:, 13]).abs().max() > 1e-3
