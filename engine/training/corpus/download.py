"""Downloads the packages of packages.txt with their registries' ordinary clients.

    python -m corpus.download --work work

Writes work/archives.jsonl: one line a package, {registry, name, version, archive} or {registry, name, error}.
A package already in that file is left alone, so a second run goes on where the first stopped.
"""

import argparse
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .registries import crates, debian, go, maven, npm, pypi
from .registries.run import ClientError

Fetch = Callable[[str, str, Path], tuple[Path, str]]

FETCH: dict[str, Fetch] = {
    "npm": npm.fetch,
    "pypi": pypi.fetch,
    "go": go.fetch,
    "crates": crates.fetch,
    "maven": maven.fetch,
    "debian": debian.fetch,
}
# Clients that lock their cache gain nothing from company.
PARALLEL = {"npm": 6, "pypi": 4, "go": 3, "crates": 1, "maven": 2, "debian": 2}


def read_packages(path: Path) -> list[tuple[str, str, str]]:
    """(registry, name, version or "") a line; # starts a comment."""
    rows = []
    for line in path.read_text().splitlines():
        fields = line.split("#")[0].split()
        if fields:
            rows.append((fields[0], fields[1], fields[2] if len(fields) > 2 else ""))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--packages", type=Path, default=Path(__file__).parent / "packages.txt")
    arguments = parser.parse_args()
    into = (arguments.work / "dl").resolve()
    into.mkdir(parents=True, exist_ok=True)
    manifest = arguments.work / "archives.jsonl"
    done = {(row["registry"], row["name"]) for row in map(json.loads, manifest.read_text().splitlines())} \
        if manifest.exists() else set()  # fmt: skip
    lock = threading.Lock()

    def download(registry: str, name: str, version: str) -> None:
        row = {"registry": registry, "name": name}
        try:
            archive, found = FETCH[registry](name, version, into)
            row |= {"version": found, "archive": str(archive.relative_to(into))}
        except (ClientError, StopIteration, ValueError, KeyError) as error:
            row |= {"error": str(error)}
        with lock, manifest.open("a") as out:
            out.write(json.dumps(row) + "\n")

    pools = {registry: ThreadPoolExecutor(count) for registry, count in PARALLEL.items()}
    for registry, name, version in read_packages(arguments.packages):
        if (registry, name) not in done:
            pools[registry].submit(download, registry, name, version)
    for pool in pools.values():
        pool.shutdown(wait=True)


if __name__ == "__main__":
    main()
