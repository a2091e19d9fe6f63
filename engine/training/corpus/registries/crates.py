"""crates.io: a throw-away manifest with one dependency, then `cargo fetch`; the .crate lies in cargo's cache."""

import os
import re
import tempfile
from pathlib import Path

from .run import ClientError, run

MANIFEST = '[package]\nname = "fetch"\nversion = "0.0.0"\nedition = "2021"\n[lib]\npath = "lib.rs"\n[dependencies]\n'


def fetch(name: str, version: str, into: Path) -> tuple[Path, str]:
    """The .crate and its version. Cargo fetches the dependencies too; they are not used."""
    env = dict(os.environ, CARGO_HOME=str(into / "cargo"))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "lib.rs").write_text("")
        (Path(folder) / "Cargo.toml").write_text(f'{MANIFEST}{name} = "{version or "*"}"\n')
        run(["cargo", "fetch", "--quiet"], cwd=Path(folder), env=env)
        lock = (Path(folder) / "Cargo.lock").read_text()
    found = re.search(rf'name = "{re.escape(name)}"\nversion = "([^"]+)"', lock)
    if not found:
        raise ClientError(f"cargo resolved no {name}")
    file = f"{name}-{found[1]}.crate"
    return next((into / "cargo/registry/cache").glob(f"*/{file}")), found[1]
