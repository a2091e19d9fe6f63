"""The learning rate: warm-up, stable, decay (WSD)."""

import time
from dataclasses import dataclass, field

WARM_UP_STEPS = 100
WARM_UP_SHARE = 0.1  # of a short run, where it is fewer steps
DECAY_SHARE = 0.35  # of the run; linear to zero
MICRO_STEPS = 2  # a step: with one, of 4,096 tokens, the loss hung at 4
BATCH_SLOTS = 8  # batch numbers set aside for a step and worker, so that other micro-steps draw other batches


def learning_rate_factor(step: int, progress: float) -> float:
    """0 to 1. `progress` is the share of the run that is done."""
    warm_up = max((step + 1) / WARM_UP_STEPS, progress / WARM_UP_SHARE)
    return min(warm_up, max(0.0, (1.0 - progress) / DECAY_SHARE), 1.0)


@dataclass
class Progress:
    """The share of the run that is done, by tokens or by a deadline on the wall clock.

    With a deadline the run ends on time whatever else the machine does; a pause (SIGSTOP) only costs its tokens.
    When resuming, `start` is the share that an earlier run did with its `tokens_before`; the rest is spread over what is left.
    """

    tokens: int | None
    minutes: float | None
    start: float = 0.0
    tokens_before: int = 0
    began: float = field(default_factory=time.monotonic)

    def share(self, tokens_seen: int) -> float:
        if self.minutes is not None:
            return self.start + (1 - self.start) * (time.monotonic() - self.began) / (self.minutes * 60)
        if self.tokens is None:
            raise ValueError("a run needs --tokens or --minutes")
        return self.start + (1 - self.start) * (tokens_seen - self.tokens_before) / (self.tokens - self.tokens_before)
