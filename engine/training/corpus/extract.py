"""The source files worth keeping in one archive, with the licence that its own files state."""

import hashlib
import tarfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from .languages import language_of, refine
from .licence import LICENCE_FILE, package_licence
from .members import read_members
from .source_filter import path_rejected, text_rejected
from .source_maps import sources_in_map

MIN_TYPESCRIPT_FILES = 3  # a package with so many .ts files ships its JavaScript compiled
MAX_LICENCE_BYTES = 500_000


@dataclass
class Extraction:
    licence: str | None = None
    note: str = ""
    files: list[tuple[str, str, str]] = field(default_factory=list)  # (language, path, text), in an order by hash


def extract(archive: Path) -> Extraction:
    """Reads one archive; an Extraction without files says in `note` why."""
    licences: dict[str, str] = {}
    texts: dict[str, str] = {}  # path -> text
    scripts: set[str] = set()  # paths without extension
    declared: set[str] = set()  # paths without extension that have a .d.ts: their .js is compiled
    try:
        for path, data in read_members(archive):
            if LICENCE_FILE.match(path) and len(data) <= MAX_LICENCE_BYTES:
                licences[path] = data.decode("utf-8", "replace")
            elif path.endswith(".map"):
                texts.update(sources_in_map(data))
            elif path.endswith(".d.ts"):
                declared.add(path.removesuffix(".d.ts"))
            elif (language := language_of(path, data[:64])) and len(data) <= 200_000:
                text = _decode(data)
                if text is not None:
                    texts[path] = text
                    if language == "shellscript":
                        scripts.add(path)
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError) as error:
        return Extraction(note=f"unreadable: {type(error).__name__}")
    licence = package_licence(licences)
    if licence is None:
        return Extraction(note=f"licence not permitted in {sorted(licences)[:3]}" if licences else "no licence file")
    typescript = sum(path.endswith((".ts", ".tsx")) for path in texts)
    files = []
    for path, text in texts.items():
        language = "shellscript" if path in scripts else language_of(path)
        if language is None or path_rejected(path, language):
            continue
        if language.startswith("javascript"):
            if typescript >= MIN_TYPESCRIPT_FILES or str(PurePosixPath(path).with_suffix("")) in declared:
                continue
        text = text.replace("\r\n", "\n")
        if not text_rejected(text, language):
            files.append((refine(language, path, text), path, text))
    # By hash, so that a cap on bytes takes a fair sample of the package instead of its first folders.
    files.sort(key=lambda file: hashlib.sha256(file[1].encode()).digest())
    return Extraction(licence, "" if files else "no source kept", files)


def _decode(data: bytes) -> str | None:
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return None
