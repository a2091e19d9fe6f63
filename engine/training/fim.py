"""The prompt layout: how a document, a cursor and a completion become tokens.

    <|bos|> (<|context|>{path}\\n{text})* [<|path|>{language} {path}]
    <|suffix|>{text} <|prefix|>{text} [<|tail|>{text}] <|middle|>{recent}{middle}<|end|>

The document is prefix + recent + middle + rest of the line + "\\n" + k lines + suffix. The suffix stands first because it
changes least while one types: the state after it, and after most of the prefix, can be kept. `recent`, the cursor's line and
some lines above it, stands behind the mark, so that the middle goes on from it as any text goes on: with the mark between
them, a small model forgets how the line began.
"""

from dataclasses import dataclass

from tokenizers import Tokenizer

from tokenizer import BOS, CONTEXT, END, MIDDLE, PATH, PREFIX, SUFFIX, TAIL


@dataclass(frozen=True)
class Hole:
    """A document cut at a completion."""

    prefix: str
    middle: str
    tail: str  # the rest of the cursor's line; where k > 0, then "\n" and k lines joined with "\n"
    suffix: str  # from the line after the tail on


def lines_above(text: str, at: int, lines: int) -> int:
    """The start of the line that is `lines` above that of character `at`, or the text's start."""
    start = text.rfind("\n", 0, at) + 1
    for _ in range(lines):
        if start == 0:
            break
        start = text.rfind("\n", 0, start - 1) + 1
    return start


def cut(text: str, start: int, end: int, lines: int) -> Hole:
    """The hole at characters [start, end) of `text`, with up to `lines` (k) lines after the cursor's in the tail."""
    line_end = text.find("\n", end)
    if line_end < 0:
        return Hole(text[:start], text[start:end], text[end:], "")
    tail_end = line_end
    for _ in range(lines):
        if tail_end + 1 >= len(text):
            break  # nothing follows: the tail never ends with the file's last newline
        following = text.find("\n", tail_end + 1)
        tail_end = len(text) if following < 0 else following
    return Hole(text[:start], text[start:end], text[end:tail_end], text[tail_end + 1 :])


class Encoder:
    """Tokenizes segments, each on its own, and joins them."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer
        tokenizer.encode_special_tokens = True  # "<|end|>" in a source file is text

    def text(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def header(self, language: str, path: str) -> list[int]:
        return [PATH, *self.text(f"{language} {path}")]

    def context(self, path: str, text: str) -> list[int]:
        """A part of another file of the project."""
        return [CONTEXT, *self.text(f"{path}\n{text}")]

    def behind_mark(self, recent: str, middle: str) -> tuple[list[int], int]:
        """The ids of both as one text, and how many of them belong to `recent`."""
        encoding = self.tokenizer.encode(recent + middle, add_special_tokens=False)
        return encoding.ids, sum(end <= len(recent) for _, end in encoding.offsets)

    def lines_end(self, ids: list[int]) -> list[int]:
        """Indexes of the tokens that end a line."""
        return [index for index, token in enumerate(ids) if token in self.newline_ids]

    @property
    def newline_ids(self) -> set[int]:
        if not hasattr(self, "_newline_ids"):
            size = self.tokenizer.get_vocab_size()
            self._newline_ids = {token for token in range(16, size) if self.tokenizer.decode([token]).endswith("\n")}
        return self._newline_ids


def assemble(header: list[int], suffix: list[int], prefix: list[int], tail: list[int], behind: list[int]) -> list[int]:
    """Joins the segments' ids into a prompt; an empty tail is left out with its mark, an empty suffix keeps its mark.
    `header` begins with the parts of other files, `behind` stands behind the last mark."""
    ids = [BOS, *header, SUFFIX, *suffix, PREFIX, *prefix]
    if tail:
        ids += [TAIL, *tail]
    return [*ids, MIDDLE, *behind]
