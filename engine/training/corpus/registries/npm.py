"""npm packages: `npm pack` writes the published tarball."""

import json
from pathlib import Path

from .run import run


def fetch(name: str, version: str, into: Path) -> tuple[Path, str]:
    """The .tgz and its version."""
    spec = f"{name}@{version}" if version else name
    out = run(["npm", "pack", spec, "--json", "--pack-destination", str(into)])
    found = json.loads(out)
    entry = found[0] if isinstance(found, list) else next(iter(found.values()))
    # npm names the file of @scope/name as scope-name-version.tgz.
    stem = name.removeprefix("@").replace("/", "-")
    return into / f"{stem}-{entry['version']}.tgz", entry["version"]
