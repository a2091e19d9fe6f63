"""Builds the corpus from the downloaded archives.

    python -m corpus.build --work work --folder corpus

Writes work/FOLDER/{train,valid,test}.jsonl, one file of source a line {package, language, path, text}, and the
data card DATA_CARD.csv beside README.md, one package a row with what was kept of it or why nothing was.
"""

import argparse
import csv
import json
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .dedupe import LineDeduper
from .download import read_packages
from .excluded import is_excluded
from .extract import Extraction, extract
from .source_filter import is_test
from .split import family_of, split_of

MAX_TEST_SHARE = 0.15  # of a language's bytes
MAX_PACKAGE_BYTES = 2_000_000  # a language; no one project's habits should dominate
MAX_SCARCE_BYTES = 4_000_000  # the same, where there is little to choose from
SCARCE = {"typescript", "typescriptreact", "javascriptreact", "csharp", "shellscript"}
MAX_FAMILY_BYTES = 10_000_000  # a language; packages of one scope share their habits
MAX_PROSE_BYTES = 150_000  # a package's markdown, JSON, YAML, HTML and CSS, each
PROSE = {"markdown", "json", "yaml", "html", "css", "scss", "toml", "sql"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--folder", default="corpus", help="where in the work folder the corpus is written")
    parser.add_argument("--card", type=Path, default=Path(__file__).parent.parent / "DATA_CARD.csv")
    parser.add_argument("--packages", type=Path, default=Path(__file__).parent / "packages.txt")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    wanted = {(registry, name) for registry, name, _ in read_packages(arguments.packages) if not is_excluded(name)}
    rows = [json.loads(line) for line in (arguments.work / "archives.jsonl").read_text().splitlines()]
    rows = [row for row in rows if "archive" in row and (row["registry"], row["name"]) in wanted]
    # Validation and test first: what repeats them is then left out of the training set, not the other way round.
    rows.sort(key=lambda row: (split_of(row["registry"], row["name"]) == "train", row["registry"], row["name"]))
    folder = arguments.work / arguments.folder
    folder.mkdir(parents=True, exist_ok=True)
    outs = {split: (folder / f"{split}.jsonl").open("w") for split in ("train", "valid", "test")}
    deduper = LineDeduper()
    totals = Totals()
    with ProcessPoolExecutor(arguments.processes) as pool, arguments.card.open("w", newline="") as card_file:
        card = csv.writer(card_file, lineterminator="\n")
        written: list[list[object]] = []
        archives = [arguments.work / "dl" / row["archive"] for row in rows]
        for row, found in zip(rows, pool.map(extract, archives, chunksize=4), strict=True):
            split = split_of(row["registry"], row["name"])
            files, size = _write(row, found, outs[split], deduper, totals)
            written.append([row["registry"], row["name"], row["version"], found.licence or "", files, size,
                            split if files else "", found.note])  # fmt: skip
        card.writerow(["registry", "name", "version", "licence", "files", "bytes", "split", "note"])
        card.writerows(sorted(written, key=lambda line: (line[0], line[1])))
    print(json.dumps(dict(totals.kept.most_common())))


@dataclass
class Totals:
    """Bytes written so far."""

    kept: Counter[str] = field(default_factory=Counter)  # a language
    tests: Counter[str] = field(default_factory=Counter)  # a language, of files that are tests
    families: Counter[tuple[str, str]] = field(default_factory=Counter)  # a family and language


def _write(row, found: Extraction, out, deduper: LineDeduper, totals: Totals) -> tuple[int, int]:
    """Writes the files of one package that pass the caps; returns (files, bytes) written."""
    files = 0
    mine: Counter[str] = Counter()  # bytes of this package a language
    family = family_of(row["name"])
    for language, path, text in found.files:
        count = len(text.encode())
        cap = MAX_PROSE_BYTES if language in PROSE else MAX_SCARCE_BYTES if language in SCARCE else MAX_PACKAGE_BYTES
        test = count if is_test(path) else 0
        if mine[language] + count > cap or totals.families[family, language] + count > MAX_FAMILY_BYTES:
            continue
        if test and totals.tests[language] + test > MAX_TEST_SHARE * (totals.kept[language] + count):
            continue
        if deduper.is_duplicate(text):
            continue
        out.write(json.dumps({"package": f"{row['registry']}:{row['name']}", "language": language,
                              "path": path, "text": text}) + "\n")  # fmt: skip
        mine[language] += count
        totals.kept[language] += count
        totals.tests[language] += test
        totals.families[family, language] += count
        files += 1
    return files, mine.total()


if __name__ == "__main__":
    main()
