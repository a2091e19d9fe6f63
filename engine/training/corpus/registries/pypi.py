"""PyPI wheels: `pip download`. Wheels, not source archives: pip runs the build backend of a source archive merely
to download it, which costs minutes a package, and a wheel holds the same modules without the tests."""

import sys
from pathlib import Path

from .run import run


def fetch(name: str, version: str, into: Path) -> tuple[Path, str]:
    """The .whl and its version."""
    spec = f"{name}=={version}" if version else name
    target = into / f"pypi-{name}"
    run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:",
         "--dest", str(target), spec])  # fmt: skip
    wheel = next(target.glob("*.whl"))
    return wheel, wheel.name.split("-")[1]
