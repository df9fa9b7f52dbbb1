"""Steps of every optimizer in float64: PyTorch's own where it has one; FTRL by McMahan et al. 2013, algorithm 1, written out.

  python3 lib/fine-tuning/optimizers/testing/make_optimizers.py > lib/fine-tuning/optimizers/testing/optimizers.json

Weights w_i = sin(i + 1), gradients of step t: g_i = cos(3 i + t) * w_i + 0.1 (they depend on the weights, so errors add up).
"""
import json, math
import torch

N, STEPS = 5, 6
start = [math.sin(i + 1) for i in range(N)]

def gradient(w, t):
    return [math.cos(3 * i + t) * w[i] + 0.1 for i in range(N)]

def torch_steps(make):
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer, path = make([w]), []
    for t in range(1, STEPS + 1):
        w.grad = torch.tensor(gradient(w.tolist(), t), dtype=torch.float64)
        optimizer.step()
        path.append(w.tolist())
    return path

def ftrl(rate, l1, l2, accumulator):
    w, n = list(start), [accumulator] * N
    z = [-(math.sqrt(accumulator) / rate + 2 * l2) * x - math.copysign(l1, x) for x in w]
    path = []
    for t in range(1, STEPS + 1):
        g = gradient(w, t)
        for i in range(N):
            after = n[i] + g[i] ** 2
            sigma = (math.sqrt(after) - math.sqrt(n[i])) / rate
            z[i] += g[i] - sigma * w[i]
            n[i] = after
            w[i] = 0.0 if abs(z[i]) <= l1 else -(z[i] - math.copysign(l1, z[i])) / (math.sqrt(after) / rate + 2 * l2)
        path.append(list(w))
    return path

o = torch.optim
cases = [
    ({"kind": "sgd"}, {"rate": 0.1}, lambda p: o.SGD(p, lr=0.1)),
    ({"kind": "sgd"}, {"rate": 0.1, "l2": 0.01}, lambda p: o.SGD(p, lr=0.1, weight_decay=0.01)),
    ({"kind": "momentum"}, {"rate": 0.1}, lambda p: o.SGD(p, lr=0.1, momentum=0.9)),
    ({"kind": "nesterov"}, {"rate": 0.1}, lambda p: o.SGD(p, lr=0.1, momentum=0.9, nesterov=True)),
    ({"kind": "adam"}, {"rate": 0.01}, lambda p: o.Adam(p, lr=0.01)),
    ({"kind": "adam", "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-4}, {"rate": 0.01}, lambda p: o.Adam(p, lr=0.01, betas=(0.8, 0.95), eps=1e-4)),
    ({"kind": "adamw"}, {"rate": 0.01, "decoupled": 0.1}, lambda p: o.AdamW(p, lr=0.01, weight_decay=0.1)),
    ({"kind": "adagrad"}, {"rate": 0.1}, lambda p: o.Adagrad(p, lr=0.1, initial_accumulator_value=0.1)),
    ({"kind": "adagrad", "initialAccumulator": 0}, {"rate": 0.1}, lambda p: o.Adagrad(p, lr=0.1)),
    ({"kind": "adadelta"}, {"rate": 1}, lambda p: o.Adadelta(p, lr=1, rho=0.9, eps=1e-6)),
    ({"kind": "rmsprop"}, {"rate": 0.01}, lambda p: o.RMSprop(p, lr=0.01, alpha=0.9)),
    ({"kind": "rmsprop", "decay": 0.95, "momentum": 0.9}, {"rate": 0.01}, lambda p: o.RMSprop(p, lr=0.01, alpha=0.95, momentum=0.9)),
]
rows = [{"settings": s, "with": w, "path": torch_steps(m)} for s, w, m in cases]
rows.append({"settings": {"kind": "ftrl"}, "with": {"rate": 0.1}, "path": ftrl(0.1, 0, 0, 0.1)})
rows.append({"settings": {"kind": "ftrl", "l1": 0.05, "l2": 0.02, "initialAccumulator": 0.2}, "with": {"rate": 0.05}, "path": ftrl(0.05, 0.05, 0.02, 0.2)})
print(json.dumps(rows))
