"""Training samples: source files, holes and windows.

A sequence is filled with samples one behind the other; the state goes on from one to the next, and <|bos|> says that it means nothing.
A batch is a function of (seed, index) alone, so resuming needs no other position than the step.
"""

import json
import random
from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import torch
from torch import Tensor

from corpus.languages import MIX
from fim import Encoder, assemble, cut, lines_above
from middles import choose_middle
from tokenizer import BOS, END, PAD, PREFIX

HEADER_SHARE = 0.80  # of samples; the others must do without language and path
PLAIN_SHARE = 0.10  # samples without a hole
MAX_SUFFIX_SHARE = 0.35  # of the sequence
MAX_HEADER_TOKENS = 40
MAX_TAIL_TOKENS = 100
MAX_MIDDLE_TOKENS = 120
MAX_RECENT_LINES = 12  # behind the mark, above the cursor's; the editor asks with 2 to 9
MAX_RECENT_TOKENS = 200
TAIL_LINES_SHARE = 0.4  # of samples: 1 to 12 lines below the cursor's in the tail
CONTEXT_SHARE = 1 / 3  # of samples: parts of other files of the same package at the front
MAX_CONTEXT_SHARE = 0.4  # of the sequence
MAX_CONTEXT_FILES = 3
MAX_CONTEXT_LINES = 64  # of one file
MIN_SAMPLE_TOKENS = 96  # a smaller rest of a sequence stays empty
MAX_FILE_WEIGHT = 60_000  # characters; a longer file is drawn no more often
CHARACTERS_PER_TOKEN = 8  # a generous bound for the windows; code has about 3.3


@dataclass(frozen=True)
class Sample:
    """A sequence for training."""

    ids: list[int]
    answer: int  # index in `ids` from which on they are what the product is asked for; len(ids) where nothing is


@dataclass(frozen=True)
class File:
    """A file of the corpus."""

    package: str
    path: str
    text: str


class Samples:
    """Draws samples from one split of the corpus."""

    def __init__(self, corpus: Path, encoder: Encoder, seed: int = 0) -> None:
        self.encoder = encoder
        self.seed = seed
        self.files: dict[str, list[File]] = defaultdict(list)  # language -> files
        self.packages: dict[str, list[File]] = defaultdict(list)  # package and language -> files
        with corpus.open() as lines:
            for line in lines:
                row = json.loads(line)
                file = File(row["package"], row["path"], row["text"])
                self.files[row["language"]].append(file)
                self.packages[f"{file.package} {row['language']}"].append(file)
        self.languages = [language for language in MIX if self.files[language]]
        self.shares = [MIX[language] for language in self.languages]
        self.weights = {
            language: list(accumulate(min(len(file.text), MAX_FILE_WEIGHT) for file in self.files[language]))
            for language in self.languages
        }

    def draw(self, length: int, rng: random.Random) -> Sample:
        """One sample of at most `length` tokens."""
        while True:
            language = rng.choices(self.languages, self.shares)[0]
            weights = self.weights[language]
            file = self.files[language][bisect(weights, rng.random() * weights[-1])]
            sample = self.sample(language, file, length, rng)
            if sample:
                return sample

    def sample(self, language: str, file: File, length: int, rng: random.Random) -> Sample | None:
        header: list[int] = []
        if rng.random() < CONTEXT_SHARE:
            header = self.context(language, file, int(rng.uniform(0.05, MAX_CONTEXT_SHARE) * length), rng)
        if rng.random() < HEADER_SHARE:
            name = self.encoder.header(language, file.path)
            header += name if len(name) <= MAX_HEADER_TOKENS else []
        text = file.text
        near = rng.randrange(len(text))
        if rng.random() < PLAIN_SHARE:
            start = text.rfind("\n", 0, max(0, near - 2 * length)) + 1
            body = self.encoder.text(text[start : start + length * CHARACTERS_PER_TOKEN])
            ids = [BOS, *header, PREFIX, *body][:length]
            return Sample(ids, len(ids))
        span = choose_middle(text, near, rng)
        if span is None:
            return None
        hole = cut(text, *span, rng.randint(1, 12) if rng.random() < TAIL_LINES_SHARE else 0)
        recent = lines_above(text, span[0], rng.randint(0, MAX_RECENT_LINES))
        behind, answer = self.encoder.behind_mark(text[recent : span[0]], hole.middle)
        tail = self.encoder.text(hole.tail)
        if answer > MAX_RECENT_TOKENS or len(behind) - answer > MAX_MIDDLE_TOKENS or len(tail) > MAX_TAIL_TOKENS:
            return None
        room = length - len(header) - len(behind) - len(tail) - 6  # six marks at most
        suffix_share = rng.random() * MAX_SUFFIX_SHARE
        if room < 0:
            return None
        suffix = self.head(hole.suffix, min(room, int(suffix_share * length)))
        prefix = self.last(text[:recent], room - len(suffix))
        ids = [*assemble(header, suffix, prefix, tail, behind), END]
        return Sample(ids, len(ids) - len(behind) - 1 + answer)

    def context(self, language: str, file: File, budget: int, rng: random.Random) -> list[int]:
        """Parts of other files of the same package and language, at most `budget` tokens."""
        others = self.packages[f"{file.package} {language}"]
        ids: list[int] = []
        for other in rng.sample(others, min(len(others), rng.randint(1, MAX_CONTEXT_FILES))):
            if other is file:
                continue
            start = lines_above(other.text, rng.randrange(len(other.text)), 0) if rng.random() < 0.6 else 0
            lines = other.text[start : start + budget * CHARACTERS_PER_TOKEN].split("\n")[: rng.randint(8, MAX_CONTEXT_LINES)]
            part = self.encoder.context(other.path, "\n".join(lines) + "\n")
            if len(ids) + len(part) > budget:
                ends = self.encoder.lines_end(part[: budget - len(ids)])
                part = part[: ends[-1] + 1] if len(ends) > 1 else []  # the first line is the path
            ids += part
        return ids

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
        if budget <= 0:
            return []
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
            at = 0
            while length + 1 - at >= MIN_SAMPLE_TOKENS:
                sample = self.draw(length + 1 - at, rng)
                end = at + len(sample.ids)
                ids[row, at:end] = torch.tensor(sample.ids)
                weights[row, at:end] = 1.0
                weights[row, at + sample.answer : end] = middle_weight
                at = end
        return ids, weights
