"""Trains the model on the CPU.

    MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_MMAP_THRESHOLD_=4000000000 python train.py --minutes 90 --compile
    ... train.py --tokens 20000000 --compile --resume
    ... train.py --minutes 30 --compile --resume --restart-schedule --learning-rate 8e-4
    ... train.py --minutes 90 --compile --package ../bundled --learning-rate 1e-3

Matrix products run in bfloat16 where the processor has it (autocast), weights and optimizers in float32. The log (work/train.jsonl) is JSON, one
line every LOG_STEPS steps: step, tokens, loss (nats a token, of worker 0's share), lr, tokens_per_s, progress.
"""

import argparse
import json
import shutil
import signal
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
import torch.multiprocessing as multiprocessing
from tokenizers import Tokenizer

import checkpoint
import package
import products
from config import Mamba2Config
from data import Samples
from fim import Encoder
from loss import loss_of
from model import Mamba2
from optimizers import LEARNING_RATE
from schedule import BATCH_SLOTS, MICRO_STEPS, Progress, learning_rate_factor
from workers import Shared, Worker, share

MIDDLE_WEIGHT = 2.0  # a middle's tokens are what the product asks for
GRADIENT_CLIP = 1.0
TOKENS_PER_MICRO_STEP = 2048  # of one worker
# Sequence lengths in turn. The cost of a token does not depend on the length; longer ones teach the state to last.
LENGTHS = (512, 512, 1024, 512, 512, 2048)
LOG_STEPS = 20
SAVE_SECONDS = 300


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, help="end this many minutes from now")
    parser.add_argument("--tokens", type=int, help="end at this many tokens, those of the runs before included")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--package", type=Path, help="begin with the weights of a model package; not with --resume")
    parser.add_argument("--restart-schedule", action="store_true", help="with --resume: go on from a finished run")
    parser.add_argument("--learning-rate", type=float, default=LEARNING_RATE, help="the stable rate")
    parser.add_argument("--optimizer", choices=("muon", "adamw"), default="muon", help="of the layers' matrices")
    parser.add_argument("--size", action="append", default=[], metavar="NAME=N", help="a size of config.py; not with --resume")
    parser.add_argument("--workers", type=int, choices=(1, 2), default=2)
    parser.add_argument("--micro-steps", type=int, choices=range(1, BATCH_SLOTS + 1), default=MICRO_STEPS, help="a step")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compile", action="store_true", help="fuse with torch.compile (needs g++)")
    return parser.parse_args()


def work(rank: int, shared: Shared, position: dict[str, Any], states: dict[str, Any],
         arguments: argparse.Namespace, pipe: Connection) -> None:  # fmt: skip
    """The loop of one worker. Worker 0 keeps the time: before each step it sends (share done, save, stop) to worker 1."""
    torch.set_num_threads(1)
    model = shared.model
    worker = Worker(shared, rank, arguments.optimizer)
    worker.load_states(states)
    tokenizer = Tokenizer.from_file(str(arguments.work / "tokenizer.json"))
    samples = Samples(arguments.work / "corpus/train.jsonl", Encoder(tokenizer), arguments.seed)
    if arguments.compile:
        for layer in model.backbone.layers:
            layer.compile(dynamic=False)  # one layer is compiled for each length and serves all
    step, tokens = position["step"], position["tokens"]
    progress = Progress(arguments.tokens, arguments.minutes, position["progress"], tokens)
    log = Log(arguments.work / "train.jsonl", tokens)
    saved_at = time.monotonic()
    while True:
        if rank == 0:
            done = progress.share(tokens)
            stop = done >= 1.0
            save = stop or time.monotonic() - saved_at > SAVE_SECONDS
            if worker.count > 1:
                pipe.send((done, save, stop))
        else:
            done, save, stop = pipe.recv()
        if save:
            gathered = worker.gather_states(pipe)
            saved_at = time.monotonic()
            if rank == 0:
                now = {"step": step, "tokens": tokens, "progress": done}
                checkpoint.save(arguments.work / "checkpoint.pt", model, gathered, now)
        if stop:
            return
        length = LENGTHS[step % len(LENGTHS)]
        count = arguments.micro_steps
        for micro in range(count):
            index = (step * BATCH_SLOTS + micro) * worker.count + rank
            ids, weights = samples.batch(index, length, TOKENS_PER_MICRO_STEP // length, MIDDLE_WEIGHT)
            with products.autocast():
                loss = loss_of(model, ids, weights)
            (loss / count).backward()
            log.losses.append(loss.item())
        rate = arguments.learning_rate * learning_rate_factor(step, done)
        worker.update(rate, GRADIENT_CLIP)
        step, tokens = step + 1, tokens + count * worker.count * TOKENS_PER_MICRO_STEP
        if rank == 0 and step % LOG_STEPS == 0:
            log.write(step, tokens, rate, done)


class Log:
    """Averages of the steps since the last line."""

    def __init__(self, path: Path, tokens: int) -> None:
        self.file = path.open("a", buffering=1)
        self.losses: list[float] = []
        self.tokens, self.at = tokens, time.monotonic()

    def write(self, step: int, tokens: int, rate: float, done: float) -> None:
        now = time.monotonic()
        row = {"step": step, "tokens": tokens, "loss": round(sum(self.losses) / len(self.losses), 4), "lr": rate,
               "tokens_per_s": round((tokens - self.tokens) / (now - self.at)), "progress": round(done, 4)}  # fmt: skip
        self.file.write(json.dumps(row) + "\n")
        print(row, flush=True)
        self.losses, self.tokens, self.at = [], tokens, now


def take_tokenizer(theirs: Path, ours: Path) -> None:
    """Weights mean nothing with other tokens than their own."""
    if not ours.exists():
        shutil.copyfile(theirs, ours)
    elif ours.read_bytes() != theirs.read_bytes():
        sys.exit(f"{ours}: expected the tokenizer of {theirs.parent}, found another: move it away, or give another --work")


def main() -> None:
    arguments = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # leaving ends the other worker too
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    position: dict[str, Any] = {"step": 0, "tokens": 0, "progress": 0.0}
    states: dict[str, Any] = {}
    if arguments.resume:
        model, saved = checkpoint.load(arguments.work / "checkpoint.pt")
        position, states = saved["position"], saved["optimizers"]
        if arguments.restart_schedule:
            position = {**position, "progress": 0.0}
    elif arguments.package:
        model = package.load(arguments.package)
        take_tokenizer(arguments.package / "tokenizer.json", arguments.work / "tokenizer.json")
    else:
        size = Tokenizer.from_file(str(arguments.work / "tokenizer.json")).get_vocab_size()
        sizes = {name: int(value) for name, value in (given.split("=") for given in arguments.size)}
        model = Mamba2(Mamba2Config(vocab_size=size, **sizes))
    if arguments.tokens is not None and arguments.tokens <= position["tokens"]:
        sys.exit(f"--tokens: expected more than the {position['tokens']} that were seen, found {arguments.tokens}")
    context = multiprocessing.get_context("spawn")
    shared = share(model, arguments.workers, context.Barrier(arguments.workers))
    mine, theirs = context.Pipe()
    if arguments.workers == 2:
        child = context.Process(target=work, args=(1, shared, position, states, arguments, theirs), daemon=True)
        child.start()
    work(0, shared, position, states, arguments, mine)


if __name__ == "__main__":
    main()
