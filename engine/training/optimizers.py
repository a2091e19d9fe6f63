"""Which optimizer updates which parameters, and which worker runs it."""

from torch.nn import Parameter
from torch.optim import AdamW, Optimizer

from model import Mamba2
from muon import Muon

LEARNING_RATE = 2.5e-3
WEIGHT_DECAY = 0.1
EMBEDDING_DECAY = 0.01
BETAS = (0.9, 0.95)
# About equal work, measured: 0.20 s for in_proj, 0.15 s for out_proj and 0.03 s for AdamW on one core.
OWNERS = {1: {0: ("in_proj", "out_proj", "other")}, 2: {0: ("in_proj",), 1: ("out_proj", "other")}}


def parameters_of(model: Mamba2, unit: str) -> list[Parameter]:
    """The parameters of a unit: the layers' in_proj or out_proj matrices (Muon), or all the others (AdamW)."""
    if unit == "other":
        return [parameter for name, parameter in model.named_parameters() if "_proj" not in name]
    return [parameter for name, parameter in model.named_parameters() if unit in name]


def make_optimizer(model: Mamba2, unit: str, matrices: str = "muon") -> Optimizer:
    """`matrices` ("muon" or "adamw") for a unit of matrices; AdamW for the embedding (decayed) and the vectors (not decayed)."""
    parameters = parameters_of(model, unit)
    if unit != "other" and matrices == "adamw":
        return AdamW(parameters, lr=LEARNING_RATE, betas=BETAS, weight_decay=WEIGHT_DECAY)
    if unit != "other":
        return Muon([{"params": parameters}], lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    embedding = model.backbone.embeddings.weight
    vectors = [parameter for parameter in parameters if parameter is not embedding]
    groups = [{"params": [embedding], "weight_decay": EMBEDDING_DECAY}, {"params": vectors, "weight_decay": 0.0}]
    return AdamW(groups, lr=LEARNING_RATE, betas=BETAS, eps=1e-10)
