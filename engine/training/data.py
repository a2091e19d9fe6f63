"""Training samples: source files, holes and windows, one sample a sequence.

A batch is a function of (seed, index) alone, so resuming needs no other position than the step.
"""

import json
import random
from bisect import bisect
from collections import defaultdict
from itertools import accumulate
from pathlib import Path

import torch
from torch import Tensor

from corpus.languages import MIX
from fim import Encoder, assemble, cut
from middles import choose_middle
from tokenizer import BOS, MIDDLE, PAD, PREFIX

HEADER_SHARE = 0.80  # of samples; the others must do without language and path
PLAIN_SHARE = 0.10  # samples without a hole
MAX_SUFFIX_SHARE = 0.35  # of the sequence
MAX_HEADER_TOKENS = 40
MAX_TAIL_TOKENS = 100
MAX_MIDDLE_TOKENS = 120
MAX_FILE_WEIGHT = 60_000  # characters; a longer file is drawn no more often
CHARACTERS_PER_TOKEN = 8  # a generous bound for the windows; code has about 3.3


class Samples:
    """Draws samples from one split of the corpus."""

    def __init__(self, corpus: Path, encoder: Encoder, seed: int = 0) -> None:
        self.encoder = encoder
        self.seed = seed
        self.files: dict[str, list[tuple[str, str]]] = defaultdict(list)  # language -> [(path, text)]
        with corpus.open() as lines:
            for line in lines:
                row = json.loads(line)
                self.files[row["language"]].append((row["path"], row["text"]))
        self.languages = [language for language in MIX if self.files[language]]
        self.shares = [MIX[language] for language in self.languages]
        self.weights = {
            language: list(accumulate(min(len(text), MAX_FILE_WEIGHT) for _, text in self.files[language]))
            for language in self.languages
        }

    def draw(self, length: int, rng: random.Random) -> list[int]:
        """The ids of one sample, at most `length` tokens."""
        while True:
            language = rng.choices(self.languages, self.shares)[0]
            weights = self.weights[language]
            path, text = self.files[language][bisect(weights, rng.random() * weights[-1])]
            ids = self.sample(language, path, text, length, rng)
            if ids:
                return ids

    def sample(self, language: str, path: str, text: str, length: int, rng: random.Random) -> list[int] | None:
        header: list[int] = []
        if rng.random() < HEADER_SHARE:
            header = self.encoder.header(language, path)
            if len(header) > MAX_HEADER_TOKENS:
                header = []
        near = rng.randrange(len(text))
        if rng.random() < PLAIN_SHARE:
            start = text.rfind("\n", 0, max(0, near - 2 * length)) + 1
            body = self.encoder.text(text[start : start + length * CHARACTERS_PER_TOKEN])
            return [BOS, *header, PREFIX, *body][:length]
        span = choose_middle(text, near, rng)
        if span is None:
            return None
        lines = rng.randint(1, 12) if rng.random() < 1 / 3 else 0
        hole = cut(text, *span, lines)
        middle, tail = self.encoder.text(hole.middle), self.encoder.text(hole.tail)
        if len(middle) > MAX_MIDDLE_TOKENS or len(tail) > MAX_TAIL_TOKENS:
            return None
        room = length - len(header) - len(middle) - len(tail) - 6  # six marks at most
        suffix = self.head(hole.suffix, int(rng.random() * MAX_SUFFIX_SHARE * length))
        prefix = self.last(hole.prefix, room - len(suffix))
        return assemble(header, suffix, prefix, tail, middle)

    def head(self, text: str, budget: int) -> list[int]:
        """The first whole lines of `text` that fit in `budget` tokens."""
        ids = self.encoder.text(text[: budget * CHARACTERS_PER_TOKEN])
        if len(ids) <= budget and len(text) <= budget * CHARACTERS_PER_TOKEN:
            return ids
        ends = self.encoder.lines_end(ids[:budget])
        return ids[: ends[-1] + 1] if ends else []

    def last(self, text: str, budget: int) -> list[int]:
        """The last lines of `text` that fit in `budget` tokens, from a line's start where there is one. Line starts
        are token boundaries, so cutting the ids there is the same as tokenizing the window."""
        start = 0
        if len(text) > budget * CHARACTERS_PER_TOKEN:
            start = text.rfind("\n", 0, len(text) - budget * CHARACTERS_PER_TOKEN) + 1
        ids = self.encoder.text(text[start:])
        if len(ids) <= budget:
            return ids
        window = ids[-budget:]
        ends = self.encoder.lines_end(window[:-1])
        return window[ends[0] + 1 :] if ends else window

    def batch(self, index: int, length: int, count: int, middle_weight: float = 1.0) -> tuple[Tensor, Tensor]:
        """(ids, weights), both [count, length + 1]; a weight belongs to the token as a target, padding has none."""
        rng = random.Random(self.seed * 1_000_003 + index)
        ids = torch.full((count, length + 1), PAD)
        weights = torch.zeros(count, length + 1)
        for row in range(count):
            sample = self.draw(length + 1, rng)
            ids[row, : len(sample)] = torch.tensor(sample)
            weights[row, : len(sample)] = 1.0
            if MIDDLE in sample:
                weights[row, sample.index(MIDDLE) + 1 : len(sample)] = middle_weight
        return ids, weights
