"""Averages the weights that several ends of one run came to: better than the last of them (Kaddour 2022, "Stop Wasting My Time!").

    python average.py work/checkpoint.pt work/before.pt --out work/average
    python average.py work/checkpoint.pt ../bundled    # with what it began with, where that was a package

Writes OUT/checkpoint.pt, with optimizers and position of the first, a checkpoint, and OUT/tokenizer.json for `export.py --work OUT`.
"""

import argparse
import shutil
from pathlib import Path

import torch

import checkpoint
import package
from model import Mamba2


def average(models: list[Mamba2]) -> Mamba2:
    """The mean of their weights, as the first model."""
    if any(model.config != models[0].config for model in models):
        raise SystemExit("The checkpoints differ in size: only those of one run can be averaged")
    states = [model.state_dict() for model in models]
    models[0].load_state_dict({name: torch.stack([state[name] for state in states]).mean(0) for name in states[0]})
    return models[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=Path, metavar="CHECKPOINT")
    parser.add_argument("others", type=Path, nargs="*", metavar="CHECKPOINT_OR_PACKAGE")
    parser.add_argument("--out", type=Path, default=Path("work/average"))
    arguments = parser.parse_args()
    model, saved = checkpoint.load(arguments.first)
    others = [package.load(path) if path.is_dir() else checkpoint.load(path)[0] for path in arguments.others]
    arguments.out.mkdir(parents=True, exist_ok=True)
    checkpoint.save(arguments.out / "checkpoint.pt", average([model, *others]), saved["optimizers"], saved["position"])
    shutil.copy(arguments.first.parent / "tokenizer.json", arguments.out / "tokenizer.json")


if __name__ == "__main__":
    main()
