"""Averages the weights that several ends of one run came to: better than the last of them (Kaddour 2022, "Stop Wasting My Time!").

    python average.py work/checkpoint.pt work/before.pt --out work/average

Writes OUT/checkpoint.pt, with optimizers and position of the first checkpoint, and OUT/tokenizer.json for `export.py --work OUT`.
"""

import argparse
import shutil
from pathlib import Path

import torch

import checkpoint
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
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, default=Path("work/average"))
    arguments = parser.parse_args()
    loaded = [checkpoint.load(path) for path in arguments.checkpoints]
    first = loaded[0][1]
    arguments.out.mkdir(parents=True, exist_ok=True)
    averaged = average([model for model, _ in loaded])
    checkpoint.save(arguments.out / "checkpoint.pt", averaged, first["optimizers"], first["position"])
    shutil.copy(arguments.checkpoints[0].parent / "tokenizer.json", arguments.out / "tokenizer.json")


if __name__ == "__main__":
    main()
