"""Writes optimizers.json: several steps of PyTorch's optimizers, in float32, with changing learning rates.

    python make_optimizers.py

PyTorch has no Lion: its steps follow algorithm 2 of the paper (Chen et al., 2023), in double precision. PyTorch's Muon
orthogonalizes in bfloat16; here the same iteration runs in double precision.
"""

import json
import math
import pathlib

import torch
import torch.optim._muon as torch_muon

COUNT, STEPS = 37, 8
RATES = [1e-2, 2e-2, 2e-2, 5e-3, 0.0, 1e-2, 1e-2, 3e-3]


def adam(weight_decay=0.0, kind="l2", betas=(0.9, 0.99), epsilon=1e-8):
    return {
        "type": "adam",
        "betas": list(betas),
        "epsilon": epsilon,
        "weightDecay": weight_decay,
        "weightDecayKind": kind,
    }


def adam_w(weight_decay=0.01, betas=(0.9, 0.999), epsilon=1e-8):
    return {"type": "adamW", "betas": list(betas), "epsilon": epsilon, "weightDecay": weight_decay}


def sgd(momentum=0.0, dampening=0.0, nesterov=False, weight_decay=0.0):
    return {
        "type": "sgd",
        "momentum": momentum,
        "dampening": dampening,
        "nesterov": nesterov,
        "weightDecay": weight_decay,
    }


def lion(weight_decay=0.0, betas=(0.9, 0.99)):
    return {"type": "lion", "betas": list(betas), "weightDecay": weight_decay}


class Lion(torch.optim.Optimizer):
    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("moment", torch.zeros_like(p))
                direction = group["betas"][0] * m + (1 - group["betas"][0]) * p.grad
                p -= group["lr"] * (direction.sign() + group["weight_decay"] * p)
                m.mul_(group["betas"][1]).add_((1 - group["betas"][1]) * p.grad)


def muon(weight_decay=0.0, momentum=0.95, nesterov=True, betas=(0.9, 0.99), epsilon=1e-8):
    return {
        "type": "muon",
        "momentum": momentum,
        "nesterov": nesterov,
        "betas": list(betas),
        "epsilon": epsilon,
        "weightDecay": weight_decay,
    }


def orthogonalized(gradient, coefficients, steps, eps):
    a, b, c = coefficients
    x = gradient.T if gradient.size(0) > gradient.size(1) else gradient
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if gradient.size(0) > gradient.size(1) else x


torch_muon._zeropower_via_newtonschulz = orthogonalized


def run_muon(name, c, start, gradients, matrices, split=None):
    """matrices: (start, rows, columns) of what PyTorch's Muon updates; AdamW updates the rest, element by element. What
    lies behind `split` has twice the rate and no weight decay."""
    spans = [(a, (rows, columns)) for a, rows, columns in matrices]
    inside = {i for a, (rows, columns) in spans for i in range(a, a + rows * columns)}
    spans = sorted(spans + [(i, (1,)) for i in range(COUNT) if i not in inside])
    parts = []
    for a, shape in spans:
        part = start[a : a + math.prod(shape)].double().reshape(shape).clone().requires_grad_()
        second = split is not None and a >= split
        decay = 0.0 if second else c["weightDecay"]
        if len(shape) == 2:
            optimizer = torch.optim.Muon(
                [part],
                lr=1,
                weight_decay=decay,
                momentum=c["momentum"],
                nesterov=c["nesterov"],
                adjust_lr_fn="match_rms_adamw",
            )
        else:
            optimizer = torch.optim.AdamW(
                [part], lr=1, betas=tuple(c["betas"]), eps=c["epsilon"], weight_decay=decay
            )
        parts.append((a, part, optimizer, 2 if second else 1))
    values = []
    for rate, gradient in zip(RATES, gradients):
        for a, part, optimizer, factor in parts:
            optimizer.param_groups[0]["lr"] = rate * factor
            part.grad = gradient[a : a + part.numel()].double().reshape(part.shape).clone()
            optimizer.step()
        values.append(torch.cat([p.detach().flatten() for _, p, _, _ in parts]).tolist())
    state = [[], []]
    for _, part, optimizer, _ in parts:
        own = optimizer.state[part]
        first = own["momentum_buffer"] if part.dim() == 2 else own["exp_avg"]
        second = torch.zeros(part.numel()) if part.dim() == 2 else own["exp_avg_sq"]
        state[0] += first.flatten().tolist()
        state[1] += second.flatten().tolist()
    matrices = [{"start": a, "rows": rows, "columns": columns} for a, rows, columns in matrices]
    return {
        "name": name, "optimizer": c, "split": split, "matrices": matrices, "values": values, "state": state,
    }


def build(c, groups):
    kinds = {"adam": torch.optim.Adam, "adamW": torch.optim.AdamW, "sgd": torch.optim.SGD, "lion": Lion}
    kind = kinds[c["type"]]
    if c["type"] == "adam" and c["weightDecayKind"] == "decoupled":
        kind = torch.optim.AdamW
    if c["type"] in ("adam", "adamW"):
        return kind(groups, lr=1, betas=tuple(c["betas"]), eps=c["epsilon"], weight_decay=c["weightDecay"])
    if c["type"] == "sgd":
        return kind(
            groups,
            lr=1,
            momentum=c["momentum"],
            dampening=c["dampening"],
            nesterov=c["nesterov"],
            weight_decay=c["weightDecay"],
        )
    return kind(groups, lr=1, betas=tuple(c["betas"]), weight_decay=c["weightDecay"])


def run(name, c, start, gradients, split=None):
    """split: elements of a second group with twice the rate and no weight decay."""
    dtype = torch.float64 if c["type"] == "lion" else torch.float32
    bounds = [0, split or COUNT, COUNT]
    parts = [start[a:b].to(dtype).clone().requires_grad_() for a, b in zip(bounds, bounds[1:]) if a < b]
    groups = [{"params": [parts[0]]}] + ([{"params": [parts[1]], "weight_decay": 0.0}] if split else [])
    optimizer = build(c, groups)
    values = []
    for rate, gradient in zip(RATES, gradients):
        for index, (part, group) in enumerate(zip(parts, optimizer.param_groups)):
            group["lr"] = rate * (2 if index else 1)
            part.grad = gradient[bounds[index] : bounds[index + 1]].to(dtype).clone()
        optimizer.step()
        values.append(torch.cat([p.detach() for p in parts]).tolist())
    keys = {"adam": ["exp_avg", "exp_avg_sq"], "adamW": ["exp_avg", "exp_avg_sq"], "lion": ["moment"]}
    keys = keys.get(c["type"], ["momentum_buffer"] if c.get("momentum") else [])
    state = [torch.cat([optimizer.state[p][k] for p in parts]).tolist() for k in keys]
    return {"name": name, "optimizer": c, "split": split, "values": values, "state": state}


def main():
    generator = torch.Generator().manual_seed(1)
    start = torch.randn(COUNT, generator=generator)
    scales = 10 ** torch.linspace(-4, 1, COUNT)
    gradients = torch.randn(STEPS, COUNT, generator=generator) * scales
    gradients[:, 5] = 0
    cases = [
        run("Adam", adam(), start, gradients),
        run("Adam with L2", adam(0.1), start, gradients),
        run("Adam with decoupled decay", adam(0.1, "decoupled"), start, gradients),
        run("AdamW", adam_w(), start, gradients),
        run("AdamW in two groups", adam_w(0.2), start, gradients, split=20),
        run("SGD", sgd(), start, gradients),
        run("SGD with weight decay", sgd(weight_decay=0.05), start, gradients),
        run("SGD with momentum", sgd(0.9), start, gradients),
        run("SGD with dampening", sgd(0.9, 0.3, weight_decay=0.01), start, gradients),
        run("SGD with Nesterov's momentum", sgd(0.8, nesterov=True, weight_decay=0.01), start, gradients),
        run("SGD in two groups", sgd(0.9, weight_decay=0.1), start, gradients, split=7),
        run("Lion", lion(), start, gradients),
        run("Lion with decay in two groups", lion(0.1), start, gradients, split=11),
        run_muon("Muon", muon(), start, gradients, [(0, 3, 5), (15, 4, 2), (25, 3, 3)]),
        run_muon("Muon in two groups", muon(0.1, 0.8, False), start, gradients, [(2, 2, 4), (20, 3, 3)], split=11),
    ]
    file = pathlib.Path(__file__).with_name("optimizers.json")
    contents = {"start": start.tolist(), "rates": RATES, "gradients": gradients.tolist(), "cases": cases}

    def short(value):
        if isinstance(value, float):
            return float(f"{value:.9g}")
        if isinstance(value, list):
            return [short(v) for v in value]
        return {k: short(v) for k, v in value.items()} if isinstance(value, dict) else value

    file.write_text(json.dumps(short(contents)) + "\n")


main()
