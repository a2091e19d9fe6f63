"""Batches from a corpus of two files."""

import json
from pathlib import Path

from tokenizers import models, pre_tokenizers

from data import MIN_SAMPLE_TOKENS, Samples
from fim import Encoder
from tokenizer import BOS, PAD, SPECIAL, build


def samples_of(folder: Path) -> Samples:
    corpus = folder / "train.jsonl"
    texts = ["".join(f"value_{line} = function({line});\n" for line in range(9)), "if (a) {\n  b();\n}\n" * 4]
    rows = [{"package": "p", "path": f"{at}.ts", "language": "typescript", "text": text} for at, text in enumerate(texts)]
    corpus.write_text("".join(json.dumps(row) + "\n" for row in rows))
    tokenizer = build()
    marks = [*SPECIAL, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer.model = models.BPE(vocab={mark: at for at, mark in enumerate(marks)}, merges=[])
    tokenizer.add_special_tokens(SPECIAL)
    return Samples(corpus, Encoder(tokenizer))


def test_a_sequence_is_filled_with_samples(tmp_path: Path) -> None:
    samples = samples_of(tmp_path)
    ids, weights = samples.batch(7, 1024, 4, 2.0)
    again, _ = samples.batch(7, 1024, 4, 2.0)
    assert ids.shape == weights.shape == (4, 1025) and (ids == again).all()
    assert ((weights == 0) == (ids == PAD)).all() and set(weights.unique().tolist()) <= {0.0, 1.0, 2.0}
    for row, row_weights in zip(ids, weights, strict=True):
        assert row[0] == BOS and (row == BOS).sum() > 1 and (row_weights == 2).any()
        used = int((row != PAD).sum())
        assert 1025 - used < MIN_SAMPLE_TOKENS and (row[:used] != PAD).all()
