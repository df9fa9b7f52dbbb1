"""Forward and full-training throughput of PyTorch + timm on this machine, to time beside Whippet's engines in one run.

python peer_engines.py resnet50 forward --batch 8 --size 224 --seconds 5
Random weights and pictures, float32, channels last, on the first GPU where there is one. Training: every layer, batch norm
by the batch's statistics, SGD with momentum, cross entropy, 120 classes. Prints one JSON line: images/s and peak memory.
"""
import argparse, json, resource, time
import timm, torch

p = argparse.ArgumentParser()
p.add_argument("arch")
p.add_argument("what", choices=["forward", "training"])
p.add_argument("--batch", type=int, default=8)
p.add_argument("--size", type=int, default=224)
p.add_argument("--seconds", type=float, default=5)
a = p.parse_args()
device = "cuda" if torch.cuda.is_available() else "cpu"
torch.manual_seed(0)
net = timm.create_model(a.arch, pretrained=False, num_classes=0 if a.what == "forward" else 120)
net = net.to(device, memory_format=torch.channels_last)
x = torch.rand(a.batch, 3, a.size, a.size, device=device).contiguous(memory_format=torch.channels_last)
y = torch.arange(a.batch, device=device) % 120
opt = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)

def forward():
    with torch.inference_mode():
        net(x).cpu()

def training():
    opt.zero_grad()
    loss = torch.nn.functional.cross_entropy(net(x), y)
    loss.backward()
    opt.step()
    loss.item()

net.train(a.what == "training")
step = forward if a.what == "forward" else training
step()
started, done = time.perf_counter(), 0
while done == 0 or time.perf_counter() - started < a.seconds:
    step()
    done += a.batch
print(json.dumps({"device": device, "img_s": done / (time.perf_counter() - started),
                  "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))
