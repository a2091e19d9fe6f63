"""Builds the corpus from the downloaded archives.

    python -m corpus.build --work work

Writes work/corpus/{train,valid,test}.jsonl, one file of source a line {package, language, path, text}, and the
data card DATA_CARD.csv beside README.md, one package a row with what was kept of it or why nothing was.
"""

import argparse
import csv
import json
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from .dedupe import LineDeduper
from .extract import Extraction, extract
from .source_filter import is_test
from .split import split_of

MAX_TEST_SHARE = 0.15  # of a language's bytes
MAX_PACKAGE_BYTES = 2_000_000  # a language; no one project's habits should dominate
MAX_PROSE_BYTES = 150_000  # a package's markdown, JSON, YAML, HTML and CSS, each
PROSE = {"markdown", "json", "yaml", "html", "css", "scss", "toml", "sql"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--card", type=Path, default=Path(__file__).parent.parent / "DATA_CARD.csv")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in (arguments.work / "archives.jsonl").read_text().splitlines()]
    rows = sorted((row for row in rows if "archive" in row), key=lambda row: (row["registry"], row["name"]))
    folder = arguments.work / "corpus"
    folder.mkdir(parents=True, exist_ok=True)
    outs = {split: (folder / f"{split}.jsonl").open("w") for split in ("train", "valid", "test")}
    deduper = LineDeduper()
    kept: dict[str, int] = {}  # bytes a language
    tests: dict[str, int] = {}  # of these, bytes of tests
    with ProcessPoolExecutor(arguments.processes) as pool, arguments.card.open("w", newline="") as card_file:
        card = csv.writer(card_file, lineterminator="\n")
        card.writerow(["registry", "name", "version", "licence", "files", "bytes", "split", "note"])
        archives = [arguments.work / "dl" / row["archive"] for row in rows]
        for row, found in zip(rows, pool.map(extract, archives, chunksize=4), strict=True):
            split = split_of(row["registry"], row["name"])
            files, size = _write(row, found, outs[split], deduper, kept, tests)
            card.writerow([row["registry"], row["name"], row["version"], found.licence or "", files, size,
                           split if files else "", found.note])  # fmt: skip
    print(json.dumps({language: kept[language] for language in sorted(kept, key=lambda key: -kept[key])}))


def _write(row, found: Extraction, out, deduper: LineDeduper, kept: dict[str, int], tests: dict[str, int]):
    """Writes the files of one package that pass the caps; returns (files, bytes) written."""
    files = size = 0
    mine: dict[str, int] = {}  # bytes of this package a language
    for language, path, text in found.files:
        count = len(text.encode())
        cap = MAX_PROSE_BYTES if language in PROSE else MAX_PACKAGE_BYTES
        test = is_test(path)
        if mine.get(language, 0) + count > cap:
            continue
        if test and tests.get(language, 0) + count > MAX_TEST_SHARE * (kept.get(language, 0) + count):
            continue
        if deduper.is_duplicate(text):
            continue
        out.write(json.dumps({"package": f"{row['registry']}:{row['name']}", "language": language,
                              "path": path, "text": text}) + "\n")  # fmt: skip
        mine[language] = mine.get(language, 0) + count
        kept[language] = kept.get(language, 0) + count
        tests[language] = tests.get(language, 0) + (count if test else 0)
        files, size = files + 1, size + count
    return files, size


if __name__ == "__main__":
    main()
