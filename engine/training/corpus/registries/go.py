"""Go modules: `go mod download`."""

import json
import os
from pathlib import Path

from .run import run


def fetch(name: str, version: str, into: Path) -> tuple[Path, str]:
    """The module's zip in a module cache of our own, and its version."""
    env = dict(os.environ, GOMODCACHE=str(into / "gomod"), GOFLAGS="-mod=mod", GOTOOLCHAIN="local")
    out = run(["go", "mod", "download", "-json", f"{name}@{version or 'latest'}"], cwd=into, env=env)
    module = json.loads(out)
    return Path(module["Zip"]), module["Version"]
