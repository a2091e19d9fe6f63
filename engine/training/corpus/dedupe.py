"""Near-duplicate files, by their lines."""

MIN_LINE_CHARACTERS = 12  # shorter lines (`}`, `else:`) are common to all files
MAX_SEEN_SHARE = 0.6


class LineDeduper:
    """Remembers a 64-bit hash of every line kept; a file most of whose lines are known is a near-duplicate."""

    def __init__(self) -> None:
        self.seen: set[int] = set()

    def is_duplicate(self, text: str) -> bool:
        """Whether `text` repeats what was kept before; where it does not, its lines are remembered."""
        lines = {hash(line) for raw in text.split("\n") if len(line := raw.strip()) >= MIN_LINE_CHARACTERS}
        if not lines or len(lines & self.seen) > MAX_SEEN_SHARE * len(lines):
            return True
        self.seen |= lines
        return False
