"""Chooses what a training sample leaves out: spans that look like what an editor asks for."""

import random

MAX_CHARACTERS = 480  # about 120 tokens
OPENERS = "([{<\"'`,:=. "
CLOSING = {"(": ")", "[": "]", "{": "}"}


def choose_middle(text: str, near: int, rng: random.Random) -> tuple[int, int] | None:
    """[start, end) of a middle about character `near`, or None where the place offers none."""
    draw = rng.random()
    if draw < 0.50:
        return _to_line_end(text, near, rng)
    if draw < 0.65:
        return _inside_line(text, near, rng)
    if draw < 0.90:
        return _block(text, near, rng)
    end = near + rng.randint(1, MAX_CHARACTERS)
    return _checked(text, near, min(end, len(text)))


def _line(text: str, near: int) -> tuple[int, int]:
    """[start, end) of the line of character `near`, without its newline."""
    start = text.rfind("\n", 0, near) + 1
    end = text.find("\n", near)
    return start, len(text) if end < 0 else end


def _cursor(text: str, start: int, end: int, rng: random.Random) -> int:
    """A place in a line where one would wait for help: after the indentation, a word or a bracket, or anywhere."""
    indent = start + len(text[start:end]) - len(text[start:end].lstrip())
    draw = rng.random()
    if draw < 0.25:
        return indent
    if draw < 0.60:
        places = [at for at in range(indent + 1, end) if text[at - 1] in OPENERS or not text[at].isalnum()]
        if places:
            return rng.choice(places)
    return rng.randint(indent, max(indent, end - 1))


def _to_line_end(text: str, near: int, rng: random.Random) -> tuple[int, int] | None:
    start, end = _line(text, near)
    return _checked(text, _cursor(text, start, end, rng), end)


def _inside_line(text: str, near: int, rng: random.Random) -> tuple[int, int] | None:
    line_start, line_end = _line(text, near)
    start = _cursor(text, line_start, line_end, rng)
    closer = _matching(text, start, line_end)
    if closer is not None and rng.random() < 0.6:
        return _checked(text, start, closer)
    if line_end - start < 2:
        return None
    return _checked(text, start, rng.randint(start + 1, line_end - 1))


def _block(text: str, near: int, rng: random.Random) -> tuple[int, int] | None:
    """Whole lines up to the end of a block, or up to the bracket that closes the one before the cursor."""
    line_start, line_end = _line(text, near)
    if rng.random() < 0.3:
        opener = max(text.find(mark, line_start, line_end) for mark in "([{")
        if opener >= 0:
            closer = _matching(text, opener + 1, min(len(text), opener + MAX_CHARACTERS))
            if closer is not None:
                return _checked(text, opener + 1, closer)
    indent = _indent(text, line_start, line_end)
    end, following, lines = line_end, line_end + 1, 1
    limit = rng.choice((2, 3, 4, 6, 8, 12))
    while following < len(text) and lines < limit:
        next_start, next_end = _line(text, following)
        if text[next_start:next_end].strip() and _indent(text, next_start, next_end) < indent:
            break
        if text[next_start:next_end].strip():
            end = next_end  # a blank line counts only when the block goes on after it
        following, lines = next_end + 1, lines + 1
    draw = rng.random()
    if draw < 0.25:
        start = line_start
    elif draw < 0.5 and line_start > 0:
        start = line_start - 1  # at the end of the line above: the middle begins with the newline
    else:
        start = line_start + indent
    return _checked(text, start, end)


def _indent(text: str, start: int, end: int) -> int:
    return len(text[start:end]) - len(text[start:end].lstrip())


def _matching(text: str, start: int, limit: int) -> int | None:
    """Where the bracket that is open at `start` closes, before `limit`; brackets in strings are not told apart."""
    depth = 0
    for at in range(start, limit):
        if text[at] in "([{":
            depth += 1
        elif text[at] in ")]}":
            depth -= 1
            if depth < 0:
                return at
    return None


def _checked(text: str, start: int, end: int) -> tuple[int, int] | None:
    if not 0 <= start < end <= len(text) or end - start > MAX_CHARACTERS or not text[start:end].strip():
        return None
    return start, end
