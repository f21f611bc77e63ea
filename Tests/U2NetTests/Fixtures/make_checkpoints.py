#!/usr/bin/env python3
"""Makes narrow.zip.pth, narrow.legacy.pth and golden_narrow.json: a U2-Net of narrow blocks with random weights,
saved by PyTorch in both of its containers, and what PyTorch computes with it.

    pip install torch numpy
    make_checkpoints.py

The zip container's tensors are views of one storage, which keeps the file small.
"""
import json, pathlib
import torch, torch.nn as nn, torch.nn.functional as F

MIDDLE, OUT = 2, 3


class Layer(nn.Module):
    def __init__(self, i, o, d=1):
        super().__init__()
        self.conv_s1 = nn.Conv2d(i, o, 3, padding=d, dilation=d)
        self.bn_s1 = nn.BatchNorm2d(o)

    def forward(self, x):
        return F.relu(self.bn_s1(self.conv_s1(x)))


def like(x, reference):
    return F.interpolate(x, size=reference.shape[2:], mode="bilinear", align_corners=False)


def pool(x):
    return F.max_pool2d(x, 2, 2, ceil_mode=True)


class Block(nn.Module):
    """RSU of `levels` levels; flat: dilations instead of pools."""

    def __init__(self, levels, i, flat=False):
        super().__init__()
        self.levels, self.flat = levels, flat
        dilation = lambda k: 2 ** (k - 1) if flat else (2 if k == levels else 1)
        self.rebnconvin = Layer(i, OUT)
        for k in range(1, levels + 1):
            setattr(self, f"rebnconv{k}", Layer(OUT if k == 1 else MIDDLE, MIDDLE, dilation(k)))
        for k in range(levels - 1, 0, -1):
            setattr(self, f"rebnconv{k}d", Layer(2 * MIDDLE, OUT if k == 1 else MIDDLE, dilation(k) if flat else 1))

    def forward(self, x):
        x = features = self.rebnconvin(x)
        maps = []
        for k in range(1, self.levels + 1):
            if k > 1 and k < self.levels and not self.flat:
                x = pool(x)
            x = getattr(self, f"rebnconv{k}")(x)
            maps.append(x)
        for k in range(self.levels - 1, 0, -1):
            x = getattr(self, f"rebnconv{k}d")(torch.cat([like(x, maps[k - 1]), maps[k - 1]], 1))
        return x + features


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        shapes = [(7, False), (6, False), (5, False), (4, False), (4, True), (4, True)]
        for k, (levels, flat) in enumerate(shapes, 1):
            setattr(self, f"stage{k}", Block(levels, 3 if k == 1 else OUT, flat))
        for k in range(5, 0, -1):
            setattr(self, f"stage{k}d", Block(shapes[k - 1][0], 2 * OUT, shapes[k - 1][1]))
        for k in range(1, 7):
            setattr(self, f"side{k}", nn.Conv2d(OUT, 1, 3, padding=1))
        self.outconv = nn.Conv2d(6, 1, 1)

    def forward(self, x):
        encoded = []
        for k in range(1, 7):
            x = getattr(self, f"stage{k}")(x if k == 1 else pool(x))
            encoded.append(x)
        sides = [self.side6(x)]
        for k in range(5, 0, -1):
            x = getattr(self, f"stage{k}d")(torch.cat([like(x, encoded[k - 1]), encoded[k - 1]], 1))
            sides.insert(0, getattr(self, f"side{k}")(x))
        sides = [sides[0]] + [like(s, sides[0]) for s in sides[1:]]
        return [torch.sigmoid(m) for m in [self.outconv(torch.cat(sides, 1))] + sides]


torch.manual_seed(1)
net = Net().eval()
for module in net.modules():
    if isinstance(module, nn.BatchNorm2d):
        nn.init.uniform_(module.weight, 0.5, 1.5)
        nn.init.uniform_(module.bias, -0.2, 0.4)
        nn.init.uniform_(module.running_mean, -0.3, 0.3)
        nn.init.uniform_(module.running_var, 0.05, 0.5)
height, width = 40, 37
c, y, x = torch.meshgrid(torch.arange(3), torch.arange(height), torch.arange(width), indexing="ij")
with torch.no_grad():
    maps = net((((7 * x + 13 * y + 29 * c) % 256) / 128 - 1)[None])

here = pathlib.Path(__file__).parent
state = net.state_dict()
torch.save(state, here / "narrow.legacy.pth", _use_new_zipfile_serialization=False)
flat = torch.cat([t.flatten() for t in state.values() if t.is_floating_point()])
start = 0
for name, t in state.items():
    if t.is_floating_point():
        state[name] = flat[start:start + t.numel()].view(t.shape)
        start += t.numel()
torch.save(state, here / "narrow.zip.pth")
(here / "golden_narrow.json").write_text(json.dumps({
    "height": height, "width": width, "maps": [[round(v, 7) for v in m.flatten().tolist()] for m in maps]}) + "\n")
