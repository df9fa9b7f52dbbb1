"""Gradients of the every-op network in PyTorch, float64, with the made-up weights of the parity fixtures.

  node -e "import('./lib/backbone/testing/every-op.ts').then(({ everyOp }) => console.log(JSON.stringify(everyOp())))" > graph.json
  python3 lib/fine-tuning/testing/make_gradients.py graph.json > lib/fine-tuning/testing/gradients.json

Batch 4 of uniform('input'), labels i mod 3, mean softmax cross-entropy; batch norm once by moving, once by the batch's statistics.
Per weight: the gradient's length, and its first 6 values in PyTorch's order.
"""
import json, math, sys
import torch
import torch.nn.functional as F

M = 0xFFFFFFFF

def uniform(name, n):
    seed = 0x811C9DC5
    for b in name.encode():
        seed = ((seed ^ b) * 0x01000193) & M
    out = []
    for i in range(1, n + 1):
        a = (seed + i * 0x6D2B79F5) & M
        t = ((a ^ (a >> 15)) * (a | 1)) & M
        t ^= (t + ((t ^ (t >> 7)) * (t | 61) & M)) & M
        out.append(((t ^ (t >> 14)) & M) / 2**32 * 2 - 1)
    return torch.tensor(out, dtype=torch.float64)

def made_up(name, shape):
    u = uniform(name, math.prod(shape)).reshape(shape)
    if name.endswith(".running_var"): u = 1 + 0.5 * u
    elif name.endswith(".running_mean"): u = 0.1 * u
    elif len(shape) == 1: u = 1 + 0.1 * u if name.endswith(".weight") else 0.1 * u
    else: u = u * math.sqrt(3 / math.prod(shape[1:]))
    return u.float().double()

def same(n, k, s):
    total = max(0, (math.ceil(n / s) - 1) * s + k - n)
    return total // 2, total - total // 2

def pads(node, x):
    p = node["padding"]
    if p == "valid": return (0, 0, 0, 0)
    if p == "same":
        t, b = same(x.shape[2], node["kernel"][0], node["strides"][0])
        l, r = same(x.shape[3], node["kernel"][1], node["strides"][1])
        return (l, r, t, b)
    return (p["left"], p["right"], p["top"], p["bottom"])

def run(graph, by_batch):
    weights, values, moved = {}, {}, {}
    def w(name, shape):
        if name not in weights: weights[name] = made_up(name, shape).requires_grad_()
        return weights[name]
    for node in graph["nodes"]:
        op, name = node["op"], node["id"]
        if op == "image":
            values[name] = uniform("input", 4 * 3 * graph["size"] ** 2).reshape(4, 3, graph["size"], graph["size"]).float().double()
            continue
        xs = [values[i] for i in node["inputs"]]
        x = xs[0]
        c = x.shape[1]
        if op == "conv":
            y = F.conv2d(F.pad(x, pads(node, x)), w(node["weight"], (node["filters"], c, *node["kernel"])), None, node["strides"])
        elif op == "depthwiseConv":
            y = F.conv2d(F.pad(x, pads(node, x)), w(node["weight"], (c, 1, *node["kernel"])), w(node["bias"], (c,)) if "bias" in node else None, node["strides"], groups=c)
        elif op == "batchNorm":
            mean, var = made_up(node["mean"], (c,)), made_up(node["variance"], (c,))
            y = F.batch_norm(x, mean, var, w(node["scale"], (c,)), w(node["shift"], (c,)), by_batch, 0.1, node["epsilon"])
            moved[node["mean"]], moved[node["variance"]] = mean, var
        elif op == "relu": y = F.relu(x)
        elif op == "relu6": y = F.relu6(x)
        elif op == "maxPool": y = F.max_pool2d(F.pad(x, pads(node, x), value=-math.inf), node["kernel"], node["strides"])
        elif op == "avgPool":
            y = F.avg_pool2d(F.pad(x, pads(node, x)), node["kernel"], node["strides"])
            if not node["countPad"]:
                y = y / F.avg_pool2d(F.pad(torch.ones_like(x), pads(node, x)), node["kernel"], node["strides"])
        elif op == "add": y = sum(xs[1:], xs[0])
        elif op == "concat": y = torch.cat(xs, 1)
        elif op == "pad": y = F.pad(x, pads(node, x))
        elif op == "slice": y = x[:, :, node["top"]:, node["left"]:]
        elif op == "globalAveragePool": y = x.mean((2, 3))
        elif op == "dense":
            y = x @ w(node["weight"], (node["units"], c)).T
            if "bias" in node: y = y + w(node["bias"], (node["units"],))
        values[name] = y
    loss = F.cross_entropy(values[graph["nodes"][-1]["id"]], torch.arange(4) % 3)
    loss.backward()
    row = lambda t: {"length": float(t.norm()), "first": [float(v) for v in t.flatten()[:6]]}
    result = {"loss": loss.item(), "gradients": {n: row(t.grad) for n, t in weights.items() if t.grad is not None}}
    if by_batch: result["moved"] = {n: row(t) for n, t in moved.items()}
    return result

graph = json.load(open(sys.argv[1]))
print(json.dumps({"moving": run(graph, False), "batch": run(graph, True)}))
