"""The FIM layout as pictures: «middle» in a document, and the segments it gives."""

import random

import pytest
from tokenizers import models, pre_tokenizers

from fim import Encoder, Hole, assemble, cut
from middles import choose_middle
from tokenizer import BOS, MIDDLE, PREFIX, SUFFIX, TAIL, build


def picture(text: str, lines: int = 0) -> Hole:
    start, end = text.index("«"), text.index("»") - 1
    return cut(text.replace("«", "").replace("»", ""), start, end, lines)


@pytest.mark.parametrize(
    ("text", "lines", "expected"),
    [
        ("a\nb«c»\nd\n", 0, Hole("a\nb", "c", "", "d\n")),
        ("a\nb(«c»)\nd\n", 0, Hole("a\nb(", "c", ")", "d\n")),
        ("b(«c»)\nd\ne\n", 1, Hole("b(", "c", ")\nd", "e\n")),
        ("b«c»\nd\ne\n", 1, Hole("b", "c", "\nd", "e\n")),
        ("b«c»\nd\ne\n", 9, Hole("b", "c", "\nd\ne", "")),
        ("b«c»\nd\ne", 9, Hole("b", "c", "\nd\ne", "")),
        ("b«c»\n", 9, Hole("b", "c", "", "")),
        ("b«c»", 0, Hole("b", "c", "", "")),
        ("b«c\n  d»;\n\ne\n", 1, Hole("b", "c\n  d", ";\n", "e\n")),
    ],
)
def test_cut(text: str, lines: int, expected: Hole) -> None:
    assert picture(text, lines) == expected


def test_the_document_is_its_segments() -> None:
    text = "def f(a):\n    return [\n        a,\n    ]\n\n\nprint(f(1))\n"
    rng = random.Random(0)
    for _ in range(500):
        span = choose_middle(text, rng.randrange(len(text)), rng)
        if span is None:
            continue
        hole = cut(text, *span, rng.randrange(4))
        joined = hole.prefix + hole.middle + hole.tail
        rest = text[len(joined) :]
        assert joined + rest == text and rest in ("", "\n", "\n" + hole.suffix)


def test_assemble_leaves_out_an_empty_tail_and_keeps_an_empty_suffix() -> None:
    assert assemble([], [], [20], [], []) == [BOS, SUFFIX, PREFIX, 20, MIDDLE]
    assert assemble([], [30], [20], [40], [50]) == [BOS, SUFFIX, 30, PREFIX, 20, TAIL, 40, MIDDLE, 50]


def test_pre_tokens_break_at_line_starts_and_keep_indentation_whole() -> None:
    text = "if x:\n        y = 1\n\n\tz(a) {\n  b"
    pieces = [piece for piece, _ in build().pre_tokenizer.pre_tokenize_str(text)]
    assert "ĠĠĠĠĠĠĠĠ" in pieces and "ĉ" in pieces and "Ġ{Ċ" in pieces
    assert not any("Ċ" in piece.rstrip("Ċ") for piece in pieces)


def test_special_tokens_in_a_source_file_are_text() -> None:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = build()
    tokenizer.add_special_tokens(["<|end|>"])
    tokenizer.model = models.BPE(vocab={"<|end|>": 0} | {mark: index + 1 for index, mark in enumerate(alphabet)}, merges=[])
    ids = Encoder(tokenizer).text("x<|end|>")
    assert len(ids) == 8 and 0 not in ids
