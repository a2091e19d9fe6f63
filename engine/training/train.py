"""Trains the model on the CPU.

    MALLOC_TRIM_THRESHOLD_=4000000000 MALLOC_MMAP_THRESHOLD_=4000000000 python train.py --minutes 90
    ... train.py --tokens 20000000 --resume

Matrix products run in bfloat16 (autocast), weights and optimizers in float32. The log is JSON, one line every
LOG_STEPS steps: step, tokens, loss (nats a token), lr, tokens_per_s, progress.
"""

import argparse
import json
import time
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

import checkpoint
from config import Mamba2Config
from data import Samples
from fim import Encoder
from model import Mamba2
from muon import Muon
from schedule import Progress, learning_rate_factor

LEARNING_RATE = 3e-3
WEIGHT_DECAY = 0.1
MIDDLE_WEIGHT = 2.0  # a middle's tokens are what the product asks for
GRADIENT_CLIP = 1.0
TOKENS_PER_STEP = 8192
# Sequence lengths in turn. The cost of a token does not depend on the length; longer ones teach the state to last.
LENGTHS = (512, 512, 1024, 512, 512, 2048)
CHUNK_TOKENS = 2048  # tokens whose logits exist at once: 64 MiB in float32
LOG_STEPS = 10
SAVE_SECONDS = 300


def loss_of(model: Mamba2, ids: Tensor, weights: Tensor) -> Tensor:
    """Mean cross-entropy of the next token, weighted; ids and weights [batch, T + 1]."""
    hidden = model(ids[:, :-1]).flatten(0, 1)
    targets, weights = ids[:, 1:].flatten(), weights[:, 1:].flatten()
    total = hidden.new_zeros((), dtype=torch.float32)
    for start in range(0, len(targets), CHUNK_TOKENS):
        part = slice(start, start + CHUNK_TOKENS)
        losses = functional.cross_entropy(model.logits(hidden[part]).float(), targets[part], reduction="none")
        total = total + (losses * weights[part]).sum()
    return total / weights.sum()


def make_optimizers(model: Mamba2) -> list[torch.optim.Optimizer]:
    """Muon for the layers' matrices, AdamW for the embedding (decayed) and the vectors (not decayed)."""
    matrices = [p for name, p in model.named_parameters() if "_proj" in name]
    embeddings = [p for name, p in model.named_parameters() if "embeddings" in name]
    vectors = [p for name, p in model.named_parameters() if "_proj" not in name and "embeddings" not in name]
    groups = [{"params": embeddings, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}]
    return [
        Muon(matrices, lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY),
        torch.optim.AdamW(groups, lr=LEARNING_RATE, betas=(0.9, 0.95), eps=1e-10),
    ]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    parser.add_argument("--minutes", type=float, help="end this many minutes from now")
    parser.add_argument("--tokens", type=int, help="end after this many tokens")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compile", action="store_true", help="fuse with torch.compile (needs g++)")
    return parser.parse_args()


def main() -> None:
    arguments = parse()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    path = arguments.work / "checkpoint.pt"
    samples = Samples(
        arguments.work / "corpus/train.jsonl", Encoder(Tokenizer.from_file(str(arguments.work / "tokenizer.json"))), arguments.seed
    )
    step = tokens = 0
    start = 0.0
    if arguments.resume:
        model, saved = checkpoint.load(path)
        optimizers = make_optimizers(model)
        for optimizer, state in zip(optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        torch.set_rng_state(saved["rng"])
        step, tokens, start = (saved["position"][key] for key in ("step", "tokens", "progress"))
    else:
        model = Mamba2(Mamba2Config(vocab_size=samples.encoder.tokenizer.get_vocab_size()))
        optimizers = make_optimizers(model)
    if arguments.compile:
        for layer in model.backbone.layers:
            layer.compile(dynamic=False)  # one layer is compiled for each length and serves all
    progress = Progress(arguments.tokens, arguments.minutes, start)
    log = (arguments.work / "train.jsonl").open("a", buffering=1)
    saved_at = logged_at = time.monotonic()
    losses: list[float] = []
    while (share := progress.share(tokens)) < 1.0:
        length = LENGTHS[step % len(LENGTHS)]
        ids, weights = samples.batch(step, length, TOKENS_PER_STEP // length, MIDDLE_WEIGHT)
        rate = LEARNING_RATE * learning_rate_factor(step, share)
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of(model, ids, weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), GRADIENT_CLIP)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad()
        step, tokens = step + 1, tokens + TOKENS_PER_STEP
        losses.append(loss.item())
        now = time.monotonic()
        if step % LOG_STEPS == 0:
            speed = LOG_STEPS * TOKENS_PER_STEP / (now - logged_at)
            row = {"step": step, "tokens": tokens, "loss": sum(losses) / len(losses), "lr": rate,
                   "tokens_per_s": round(speed), "progress": round(share, 4)}  # fmt: skip
            log.write(json.dumps(row) + "\n")
            print(row, flush=True)
            losses, logged_at = [], now
        if now - saved_at > SAVE_SECONDS:
            checkpoint.save(path, model, optimizers, {"step": step, "tokens": tokens, "progress": share})
            saved_at = now
    checkpoint.save(path, model, optimizers, {"step": step, "tokens": tokens, "progress": 1.0})


if __name__ == "__main__":
    main()
