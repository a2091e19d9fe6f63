"""Trains the tokenizer: byte-level BPE whose tokens never span a line's start or its indentation.

    python tokenizer.py --corpus work/corpus/train.jsonl --out work/tokenizer.json
"""

import argparse
import json
import random
from collections.abc import Iterator
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from corpus.languages import MIX

VOCAB_SIZE = 8192
# Also valid in JavaScript with the `u` flag. In order: indentation, a word with one mark before it, one digit, marks
# with the line end after them, line ends, spaces before a word, other spaces.
PATTERN = (
    r"(?<![^\r\n])[ \t]+|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
SPECIAL = ["<|pad|>", "<|bos|>", "<|end|>", "<|path|>", "<|suffix|>", "<|prefix|>", "<|tail|>", "<|middle|>",
           "<|context|>", *(f"<|reserved_{index}|>" for index in range(9, 16))]  # fmt: skip
PAD, BOS, END, PATH, SUFFIX, PREFIX, TAIL, MIDDLE, CONTEXT = range(9)

SAMPLE_BYTES = 30_000_000  # merges hardly change with more


def texts(corpus: Path, total: int, seed: int = 1) -> Iterator[str]:
    """Files of the training split in the proportions of MIX, about `total` bytes."""
    left = {language: share * total for language, share in MIX.items()}
    lines = corpus.read_text().splitlines()
    random.Random(seed).shuffle(lines)
    for line in lines:
        row = json.loads(line)
        if left.get(row["language"], 0) > 0:
            left[row["language"]] -= len(row["text"])
            yield row["text"]


def build() -> Tokenizer:
    """An untrained tokenizer: no normalizer, no post-processor."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("work/corpus/train.jsonl"))
    parser.add_argument("--out", type=Path, default=Path("work/tokenizer.json"))
    parser.add_argument("--size", type=int, default=VOCAB_SIZE)
    arguments = parser.parse_args()
    tokenizer = build()
    trainer = trainers.BpeTrainer(
        vocab_size=arguments.size,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=40,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts(arguments.corpus, SAMPLE_BYTES), trainer)
    tokenizer.save(str(arguments.out))
    print(f"{tokenizer.get_vocab_size()} tokens")


if __name__ == "__main__":
    main()
