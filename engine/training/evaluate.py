"""Held-out figures of a checkpoint, or of a model package.

    python evaluate.py --work work --split valid
    python evaluate.py --package ../bundled --split test

A row a language: files, bits a byte of the files' first MAX_TOKENS tokens as continuation, bits a byte of FIM
middles, and the share of rest-of-line holes that greedy decoding fills exactly. The last is read from one teacher-forced
pass: greedy text equals the middle exactly where every token of it and <|end|> has the largest logit.
"""

import argparse
import hashlib
import json
import math
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

import checkpoint
import package
import products
from data import File, Samples
from fim import Encoder, assemble, cut, lines_above
from generate import greedy
from model import Mamba2
from tokenizer import BOS, END, PREFIX

MAX_TOKENS = 1024
MAX_FILES = 40  # a language
RECENT_LINES = 4  # behind the mark, above the cursor's
TAIL_LINES = (0, 4, 12)
LANGUAGES = ("typescript", "javascript", "python", "go", "rust", "java", "c", "css", "markdown")


@dataclass
class Score:
    """Sums over a language's held-out files."""

    bits: float = 0.0
    bytes: int = 0
    middle_bits: float = 0.0
    middle_bytes: int = 0
    exact: Counter[int] = field(default_factory=Counter)  # lines in the tail -> holes
    holes: int = 0

    def row(self) -> dict[str, float]:
        return {
            "bits_per_byte": round(self.bits / max(1, self.bytes), 3),
            "middle_bits_per_byte": round(self.middle_bits / max(1, self.middle_bytes), 3),
            **{f"exact_line_{lines}": round(self.exact[lines] / max(1, self.holes), 3) for lines in TAIL_LINES},
            "holes": self.holes,
        }


def logits_of(model: Mamba2, ids: list[int]) -> Tensor:
    """Float32 logits [len(ids) - 1, vocab]: row t is the forecast of ids[t + 1]."""
    padded = functional.pad(torch.tensor([ids]), (0, -len(ids) % model.config.chunk_size))
    with torch.no_grad(), products.autocast():
        return model.logits(model(padded)[0, : len(ids) - 1]).float()


def bits(logits: Tensor, targets: list[int]) -> float:
    return float(functional.cross_entropy(logits, torch.tensor(targets), reduction="sum")) / math.log(2)


def line_hole(text: str, rng: random.Random) -> tuple[int, int] | None:
    """[start, end) from a word's start, after the line's first, to the line's end; None where the draw has none."""
    near = rng.randrange(len(text))
    start, end = text.rfind("\n", 0, near) + 1, text.find("\n", near)
    words = [at for at in range(start + 1, end) if text[at - 1] in " (.[{=" and not text[at].isspace() and text[start:at].strip()]
    return (rng.choice(words), end) if words else None


def chosen_files(samples: Samples, language: str, most: int = MAX_FILES) -> list[File]:
    return sorted(samples.files[language], key=lambda file: hashlib.sha256(file.path.encode()).digest())[:most]


def continuation(model: Mamba2, encoder: Encoder, language: str, file: File) -> tuple[float, int]:
    """The bits of a file's first MAX_TOKENS tokens, and their bytes."""
    start = [BOS, *encoder.header(language, file.path), PREFIX]
    body = encoder.text(file.text)[:MAX_TOKENS]
    return bits(logits_of(model, start + body)[len(start) - 1 :], body), len(encoder.tokenizer.decode(body).encode())


def score(model: Mamba2, samples: Samples, language: str) -> Score:
    total = Score()
    for file in chosen_files(samples, language):
        text = file.text
        rng = random.Random(file.path)
        encoder, header = samples.encoder, samples.encoder.header(language, file.path)
        spent, size = continuation(model, encoder, language, file)
        total.bits += spent
        total.bytes += size
        for _ in range(4):
            span = line_hole(text, rng)
            if span is None or not text[span[0] : span[1]].strip():
                continue
            middle = text[span[0] : span[1]]
            for lines in TAIL_LINES:
                hole = cut(text, *span, lines)
                recent = lines_above(text, span[0], RECENT_LINES)
                behind, answer = encoder.behind_mark(text[recent : span[0]], middle)
                prefix, suffix = samples.last(text[:recent], 600), samples.head(hole.suffix, 200)
                prompt = assemble(header, suffix, prefix, encoder.text(hole.tail), behind[:answer])
                logits = logits_of(model, [*prompt, *behind[answer:], END])[len(prompt) - 1 :]
                total.exact[lines] += logits.argmax(-1).tolist() == [*behind[answer:], END]
                if lines == 0:
                    total.holes += 1
                    total.middle_bits += bits(logits[:-1], behind[answer:])
                    total.middle_bytes += len(middle.encode())
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--package", type=Path, help="instead of work/checkpoint.pt")
    parser.add_argument("--split", choices=("valid", "test"), default="valid")
    parser.add_argument("--examples", type=int, default=4)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.package:
        model = package.load(arguments.package)
    else:
        model, saved = checkpoint.load(arguments.work / "checkpoint.pt")
        print(json.dumps(saved["position"]))
    encoder = Encoder(Tokenizer.from_file(str((arguments.package or arguments.work) / "tokenizer.json")))
    samples = Samples(arguments.work / f"corpus/{arguments.split}.jsonl", encoder)
    for language in LANGUAGES:
        if samples.files[language]:
            print(language, json.dumps(score(model, samples, language).row()), flush=True)
    rng = random.Random(3)
    shown = 0
    while shown < arguments.examples:
        sample = samples.draw(400, rng)
        ids, at = sample.ids, sample.answer
        if at < len(ids):
            found = encoder.tokenizer.decode(greedy(model, ids[:at], 40, stop=END))
            print(f"--- prompt …{encoder.tokenizer.decode(ids[:at], skip_special_tokens=False)[-300:]}")
            print(f"--- wanted {encoder.tokenizer.decode(ids[at:-1])!r}\n--- found  {found!r}")
            shown += 1


if __name__ == "__main__":
    main()
