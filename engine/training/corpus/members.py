"""The files of a downloaded archive as (path inside the package, bytes)."""

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

MAX_MEMBER_BYTES = 20_000_000  # source maps of large packages reach about 10 MB


def read_members(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Files of a .tgz, .crate, .orig.tar.*, .zip, .jar or .whl; nothing is written to disk, links are skipped.

    Tarballs and Go's zips have one top folder (package/, name-1.0/, module@version/), which is left out.
    """
    if archive.suffix in {".zip", ".jar", ".whl"}:
        with zipfile.ZipFile(archive) as package:
            for info in package.infolist():
                if not info.is_dir() and info.file_size <= MAX_MEMBER_BYTES:
                    yield _strip(info.filename), package.read(info)
        return
    with tarfile.open(archive) as package:
        for member in package:
            stream = package.extractfile(member) if member.isfile() and member.size <= MAX_MEMBER_BYTES else None
            if stream is not None:
                yield member.name.removeprefix("./").split("/", 1)[-1], stream.read()


def _strip(name: str) -> str:
    """Go's zips name files `host/owner/module@v1.2.3/path`; wheels and jars have no top folder."""
    _, at, rest = name.partition("@")
    return rest.split("/", 1)[-1] if at and rest.startswith("v") else name
