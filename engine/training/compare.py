"""Short runs that differ in one thing each: the optimizer, the rate, the shape, the vocabulary.

    MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_MMAP_THRESHOLD_=4000000000 python compare.py --tokens 1640000 [NAME ...]

Each starts from nothing with the same seed, in work/compare/NAME. Prints a row a run: parameters, tokens a second (median), and
bits a byte of held-out files, which also compares vocabularies. A run that has been finished is not made again.
"""

import argparse
import json
import statistics
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import torch
from tokenizers import Tokenizer

import checkpoint
from data import Samples
from evaluate import chosen_files, continuation
from fim import Encoder

FILES = 20  # of each language
CHARACTERS = 2000  # of each file: the same text whatever the vocabulary, and fewer tokens than `continuation` takes
LANGUAGES = ("typescript", "javascript", "python")
RUNS: dict[str, list[str]] = {
    "muon 1e-3": ["--learning-rate", "1e-3"],
    "muon 2.5e-3": ["--learning-rate", "2.5e-3"],
    "muon 5e-3": ["--learning-rate", "5e-3"],
    "adamw 1e-3": ["--learning-rate", "1e-3", "--optimizer", "adamw"],
    "adamw 2.5e-3": ["--learning-rate", "2.5e-3", "--optimizer", "adamw"],
    "wide": ["--learning-rate", "2.5e-3", "--size", "hidden_size=512", "--size", "num_hidden_layers=5"],
    "deep": ["--learning-rate", "2.5e-3", "--size", "hidden_size=320", "--size", "num_hidden_layers=11"],
    "state of 32": ["--learning-rate", "2.5e-3", "--size", "state_size=32"],
    "state of 128": ["--learning-rate", "2.5e-3", "--size", "state_size=128"],
    "vocabulary of 4,096": ["--learning-rate", "2.5e-3"],
    "vocabulary of 16,384": ["--learning-rate", "2.5e-3"],
}
VOCABULARIES = {"vocabulary of 4,096": 4096, "vocabulary of 16,384": 16384}


def prepare(work: Path, name: str) -> Path:
    """The folder of a run, with the corpus and its tokenizer."""
    folder = work / "compare" / name.replace(" ", "-").replace(",", "")
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "corpus").exists():
        (folder / "corpus").symlink_to((work / "corpus").resolve())
    tokenizer = folder / "tokenizer.json"
    if tokenizer.exists():
        return folder
    if name in VOCABULARIES:
        corpus = str(work / "corpus/train.jsonl")
        command = ["tokenizer.py", "--corpus", corpus, "--out", str(tokenizer), "--size", str(VOCABULARIES[name])]
        subprocess.run([sys.executable, *command], check=True)
    else:
        tokenizer.symlink_to((work / "tokenizer.json").resolve())
    return folder


def is_done(folder: Path, tokens: int) -> bool:
    path = folder / "checkpoint.pt"
    return path.exists() and checkpoint.load(path)[1]["position"]["tokens"] >= tokens


def row(folder: Path, name: str) -> str:
    model, saved = checkpoint.load(folder / "checkpoint.pt")
    encoder = Encoder(Tokenizer.from_file(str(folder / "tokenizer.json")))
    samples = Samples(folder / "corpus/valid.jsonl", encoder)
    figures = []
    for language in LANGUAGES:
        files = [replace(file, text=file.text[:CHARACTERS]) for file in chosen_files(samples, language, FILES)]
        spent = [continuation(model, encoder, language, file) for file in files]
        figures.append(sum(bits for bits, _ in spent) / sum(size for _, size in spent))
    rates = [json.loads(line)["tokens_per_s"] for line in (folder / "train.jsonl").read_text().splitlines()]
    parameters = sum(parameter.numel() for parameter in model.parameters()) / 1e6
    cells = [name, f"{parameters:.1f}", f"{saved['position']['tokens'] / 1e6:.2f}", f"{statistics.median(rates):,.0f}"]
    return f"| {' | '.join(cells + [f'{figure:.2f}' for figure in figures])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(RUNS)}; all where none is given")
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--tokens", type=int, default=1_640_000)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    unknown = [name for name in arguments.names if name not in RUNS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}; expected some of {', '.join(RUNS)}")
    print("| run | parameters, M | tokens, M | tokens/s | TypeScript | JavaScript | Python |\n|---|---|---|---|---|---|---|")
    for name in arguments.names or RUNS:
        folder = prepare(arguments.work, name)
        if not is_done(folder, arguments.tokens):
            for made in ("checkpoint.pt", "train.jsonl"):
                (folder / made).unlink(missing_ok=True)
            # A short run has more of smaller steps.
            how = ["--tokens", str(arguments.tokens), "--micro-steps", "1", "--compile", *RUNS[name]]
            subprocess.run([sys.executable, "train.py", "--work", str(folder), *how], check=True, stdout=subprocess.DEVNULL)
        print(row(folder, name), flush=True)


if __name__ == "__main__":
    main()
