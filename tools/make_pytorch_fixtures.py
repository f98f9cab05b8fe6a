#!/usr/bin/env python3
"""Makes tests/parity/fixtures: small models as PyTorch saves them, and the scores that PyTorch gives.

Needs PyTorch (pip install torch), which the tests themselves do not:
    python3 tools/make_pytorch_fixtures.py tests/parity/fixtures

The model is the SASRec of the widespread PyTorch implementation, in the forms it had over the years. Its parameters
have that implementation's names; the forward pass is written anew here, each step as a plain function of the padded
batch, and shares nothing with src/.
"""
import json
import math
import os
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

ITEMS = 30
HIDDEN = 8
MAX_LENGTH = 12
BLOCKS = 2
EPSILON = 1e-8
LENGTHS = (1, 3, 12, 20)

# name: where layer norm stands, whether padding's states are zeroed after each block, position rows beyond MAX_LENGTH
FORMS = {
    "older": ("paper", "zeroed", 0),  # 2020 to 2024
    "unmasked": ("paper", "kept", 1),  # 2024 to 2025; row 0 of the positions is padding's
    "pre": ("pre", "kept", 1),  # 2025 on, with --norm_first
    "post": ("post", "kept", 1),  # 2025 on, without
}


class PointWiseFeedForward(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv1d(HIDDEN, HIDDEN, kernel_size=1)
        self.conv2 = nn.Conv1d(HIDDEN, HIDDEN, kernel_size=1)

    def forward(self, x):
        return self.conv2(functional.relu(self.conv1(x.mT))).mT


class Sasrec(nn.Module):
    def __init__(self, form, heads):
        super().__init__()
        self.norm, self.padding, self.extra_positions = FORMS[form]
        self.item_emb = nn.Embedding(ITEMS + 1, HIDDEN, padding_idx=0)
        self.pos_emb = nn.Embedding(MAX_LENGTH + self.extra_positions, HIDDEN)
        self.attention_layernorms = nn.ModuleList(nn.LayerNorm(HIDDEN, eps=EPSILON) for _ in range(BLOCKS))
        self.attention_layers = nn.ModuleList(nn.MultiheadAttention(HIDDEN, heads) for _ in range(BLOCKS))
        self.forward_layernorms = nn.ModuleList(nn.LayerNorm(HIDDEN, eps=EPSILON) for _ in range(BLOCKS))
        self.forward_layers = nn.ModuleList(PointWiseFeedForward() for _ in range(BLOCKS))
        self.last_layernorm = nn.LayerNorm(HIDDEN, eps=EPSILON)

    def randomize(self, seed):
        """No parameter keeps a value, like 0 or 1, that would hide whether it is used. The older form's padding row is
        not zero: its implementation initialised that row like any other."""
        torch.manual_seed(seed)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.normal_(1.0 if name.endswith("norm.weight") or "norms" in name else 0.0, 0.4)
            if self.extra_positions:
                self.item_emb.weight[0] = 0
                self.pos_emb.weight[0] = 0

    def block(self, i, x, mask):
        def attend(query, key):
            query, key = query.transpose(0, 1), key.transpose(0, 1)  # the layers were made with sequences first
            return self.attention_layers[i](query, key, key, attn_mask=mask)[0].transpose(0, 1)

        norm1, norm2, feed_forward = self.attention_layernorms[i], self.forward_layernorms[i], self.forward_layers[i]
        if self.norm == "paper":
            query = norm1(x)
            y = norm2(query + attend(query, x))
            return y + feed_forward(y)
        if self.norm == "pre":
            normed = norm1(x)
            h = x + attend(normed, normed)
            return h + feed_forward(norm2(h))
        h = norm1(x + attend(x, x))
        return norm2(h + feed_forward(h))

    def forward(self, history):
        """Scores of all items, [ITEMS], after one history."""
        newest = history[-MAX_LENGTH:]
        items = torch.tensor([[0] * (MAX_LENGTH - len(newest)) + newest])
        real = (items != 0).unsqueeze(-1)
        positions = torch.arange(MAX_LENGTH)
        if self.extra_positions:
            positions = (positions + 1) * (items != 0)
        x = self.item_emb(items) * math.sqrt(HIDDEN) + self.pos_emb(positions)
        if self.padding == "zeroed":
            x = x * real
        mask = torch.ones(MAX_LENGTH, MAX_LENGTH, dtype=torch.bool).triu(1)
        for i in range(BLOCKS):
            x = self.block(i, x, mask)
            if self.padding == "zeroed":
                x = x * real
        return self.item_emb.weight[1:] @ self.last_layernorm(x)[0, -1]


class Payload:
    """Pickled as a call: whoever unpickles it creates a file."""

    def __reduce__(self):
        return os.system, ("touch the-import-ran-code",)


def histories():
    torch.manual_seed(1)
    return [torch.randint(1, ITEMS + 1, (length,)).tolist() for length in LENGTHS]


def expected(form, state, heads):
    model = Sasrec(form, heads)
    model.load_state_dict(state)
    model.eval()
    with torch.no_grad():
        return [[round(score, 6) for score in model(history).tolist()] for history in histories()]


def save_models(folder):
    models = []
    for seed, (form, (norm, padding, _)) in enumerate(FORMS.items()):
        model = Sasrec(form, 1)
        model.randomize(seed)
        torch.save(model.state_dict(), folder / f"{form}.pth")
        for heads in (1, 2):
            scores = expected(form, model.state_dict(), heads)
            models.append({"file": f"{form}.pth", "norm": norm, "padding": padding, "heads": heads, "scores": scores})
    document = {"items": ITEMS, "histories": histories(), "models": models}
    text = json.dumps(document).replace('{"file"', '\n{"file"').replace('"models"', '\n"models"')
    (folder / "scores.json").write_text(text + "\n")


def save_variants(folder):
    """The model of older.pth in other clothes."""
    state = torch.load(folder / "older.pth", weights_only=True)
    types = (torch.float16, torch.bfloat16, torch.float64)
    mixed = {name: tensor.to(types[i % len(types)]) for i, (name, tensor) in enumerate(state.items())}
    torch.save(mixed, folder / "mixed_types.pth")
    torch.save({name: nn.Parameter(tensor) for name, tensor in state.items()}, folder / "parameters.pth")

    location_tag = torch.serialization.location_tag
    torch.serialization.location_tag = lambda storage: "cuda:0"  # as if saved from a GPU
    torch.save(state, folder / "cuda.pth")
    torch.serialization.location_tag = location_tag


def save_refused(folder):
    torch.save({"item_emb.weight": torch.zeros(2, 2), "payload": Payload()}, folder / "code.pth")
    torch.save(nn.Linear(2, 2), folder / "module.pth")
    torch.save({"state": {"item_emb.weight": torch.zeros(2, 2)}, "epoch": 3}, folder / "training_state.pth")
    torch.save({"item_emb.weight": torch.zeros(2, 2)}, folder / "legacy.pth", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    save_models(target)
    save_variants(target)
    save_refused(target)
