"""Which split a package belongs to: validation and test share no package, and no npm scope, with training."""

import hashlib

VALID_PERCENT, TEST_PERCENT = 3, 3


def family_of(name: str) -> str:
    """The project a package belongs to, by its name: the scope for @scope/name, whose siblings share code."""
    return name.split("/")[0] if name.startswith("@") else name


def split_of(registry: str, name: str) -> str:
    """train, valid or test, from a hash of the registry and the family."""
    percent = int(hashlib.sha256(f"{registry}:{family_of(name)}".encode()).hexdigest(), 16) % 100
    if percent < VALID_PERCENT:
        return "valid"
    return "test" if percent < VALID_PERCENT + TEST_PERCENT else "train"
