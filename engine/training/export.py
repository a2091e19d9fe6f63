"""Writes a checkpoint in the Hugging Face layout, with a reference for the TypeScript engine.

    python export.py --work work

Writes work/export/{config.json, model.safetensors, tokenizer.json, reference.json}. reference.json holds, for three
prompts, the float32 logits after the last token and 32 greedy ids; <|end|> does not stop them.
"""

import argparse
import json
import os
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer

import checkpoint
from config import Mamba2Config
from fim import Encoder, assemble
from generate import greedy, last_logits
from model import Mamba2
from tokenizer import BOS, END, PAD

REFERENCE_PROMPTS = (  # language, path, prefix, tail, suffix
    ("typescript", "src/sum.ts", "export function sum(values: number[]): number {\n  let total = 0;\n  for (const ", " {", "    total += value;\n  }\n  return total;\n}\n"),
    ("python", "app/main.py", "import os\n\n\ndef read(path: str) -> str:\n    with open(", "", ""),
    ("javascript", "lib/index.js", "'use strict'\n\nconst fs = require('fs')\n\nmodule.exports = function (", ") {\n  return fs", "}\n"),
)  # fmt: skip
GREEDY_TOKENS = 32


def hugging_face_config(config: Mamba2Config) -> dict[str, object]:
    """The keys of a Mamba2ForCausalLM's config.json. json writes the unbounded time step as a bare Infinity, as others do."""
    return {
        "hidden_size": config.hidden_size,
        "expand": config.expand,
        "num_hidden_layers": config.num_hidden_layers,
        "num_heads": config.num_heads,
        "head_dim": config.head_dim,
        "n_groups": config.n_groups,
        "state_size": config.state_size,
        "conv_kernel": config.conv_kernel,
        "vocab_size": config.vocab_size,
        "layer_norm_epsilon": config.layer_norm_epsilon,
        "tie_word_embeddings": True,
        "chunk_size": 256,
        "time_step_limit": [0.0, float("inf")],
        "torch_dtype": "float32",
        "architectures": ["Mamba2ForCausalLM"],
        "model_type": "mamba2",
        "rms_norm": True,
        "residual_in_fp32": True,
        "use_bias": False,
        "use_conv_bias": True,
        "hidden_act": "silu",
        "norm_before_gate": False,
        "bos_token_id": BOS,
        "eos_token_id": END,
        "pad_token_id": PAD,
    }


def reference(model: Mamba2, encoder: Encoder) -> list[dict[str, object]]:
    """One row a prompt: {ids, logits, greedy}."""
    rows: list[dict[str, object]] = []
    for language, path, prefix, tail, suffix in REFERENCE_PROMPTS:
        header = encoder.header(language, path)
        ids = assemble(header, encoder.text(suffix), encoder.text(prefix), encoder.text(tail), [])
        rows.append({"ids": ids, "logits": last_logits(model, ids).tolist(), "greedy": greedy(model, ids, GREEDY_TOKENS)})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("work"))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model, saved = checkpoint.load(arguments.work / "checkpoint.pt")
    tokenizer_path = arguments.work / "tokenizer.json"
    encoder = Encoder(Tokenizer.from_file(str(tokenizer_path)))
    out = arguments.work / "export"
    partial = out.with_suffix(".incomplete")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    save_file({name: tensor.contiguous() for name, tensor in model.state_dict().items()}, partial / "model.safetensors")
    (partial / "model.safetensors").chmod(0o644)
    (partial / "config.json").write_text(json.dumps(hugging_face_config(model.config), indent=2) + "\n")
    shutil.copy(tokenizer_path, partial / "tokenizer.json")
    (partial / "reference.json").write_text(json.dumps(reference(model, encoder)))
    out.mkdir(exist_ok=True)
    for file in partial.iterdir():
        os.replace(file, out / file.name)
    partial.rmdir()
    print(f"exported {saved['position']} to {out}")


if __name__ == "__main__":
    main()
