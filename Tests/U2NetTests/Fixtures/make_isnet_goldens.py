#!/usr/bin/env python3
"""Makes golden_isnet.json: what PyTorch computes with IS-Net (Qin et al. 2022) and with U²-Net for four classes, whose weights come
from a formula, so that nobody needs a file.

    pip install torch numpy onnx
    make_isnet_goldens.py                      # writes golden_isnet.json beside itself
    make_isnet_goldens.py FOLDER [KIND]        # isnet or cloth with random batch statistics: FOLDER/KIND.pth and FOLDER/KIND.onnx, and
                                               # what PyTorch makes of an input, FOLDER/KIND-input.bin and FOLDER/KIND-maps.bin

Convolution number i in execution order has weights (2u - 1) sqrt(3 g / (I k k)), g = 1.6 before batch normalisation and 1 elsewhere,
and biases (2u - 1) / 20; u is the top 24 bits of SplitMix64's output after k + 1 steps from L 2^40 steps, over 2^24, for
element k and L = 2 i (weights) or 2 i + 1 (biases). Batch normalisation is the identity. The input is
((7x + 13y + 29c) mod 256) / 255 - 1/2.
"""
import json, pathlib, sys
import numpy as np, torch
from torch import nn
from torch.nn import functional as F


def uniform(stream, count):
    gamma = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        z = (np.uint64(stream << 40) + np.arange(1, count + 1, dtype=np.uint64)) * gamma
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return 2 * ((z >> np.uint64(40)).astype(np.float64) / 2**24) - 1


def resized(x, like):
    if x.shape[2:] == like.shape[2:]:
        return x
    return F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False)


def pooled(x):
    return F.max_pool2d(x, 2, stride=2, ceil_mode=True)


class Layer(nn.Module):
    def __init__(self, i, o, dilation=1):
        super().__init__()
        self.conv_s1 = nn.Conv2d(i, o, 3, padding=dilation, dilation=dilation)
        self.bn_s1 = nn.BatchNorm2d(o)

    def forward(self, x):
        return F.relu(self.bn_s1(self.conv_s1(x)))


class Nested(nn.Module):
    """A residual U-block: `height` levels with pools between them, or, for 0, four levels that are dilated."""

    def __init__(self, height, i, m, o):
        super().__init__()
        levels = height or 4
        self.height = height
        dilations = [1] * (levels - 1) + [2] if height else [1, 2, 4, 8]
        self.rebnconvin = Layer(i, o)
        for k in range(1, levels + 1):
            setattr(self, f"rebnconv{k}", Layer(o if k == 1 else m, m, dilations[k - 1]))
        for k in range(levels - 1, 0, -1):
            setattr(self, f"rebnconv{k}d", Layer(2 * m, o if k == 1 else m, 1 if height else dilations[k - 1]))
        self.levels = levels

    def forward(self, x):
        first = self.rebnconvin(x)
        maps = [self.rebnconv1(first)]
        for k in range(2, self.levels + 1):
            below = pooled(maps[-1]) if self.height and k < self.levels else maps[-1]
            maps.append(getattr(self, f"rebnconv{k}")(below))
        result = maps[-1]
        for k in range(self.levels - 1, 0, -1):
            skip = maps[k - 1]
            result = getattr(self, f"rebnconv{k}d")(torch.cat((resized(result, skip), skip), 1))
        return result + first


class Network(nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.stemmed, classes = kind == "isnet", 4 if kind == "cloth" else 1
        if self.stemmed:
            self.conv_in = nn.Conv2d(3, 64, 3, stride=2, padding=1)
        for name, height, i, m, o in [
            ("1", 7, 64 if self.stemmed else 3, 32, 64), ("2", 6, 64, 32, 128), ("3", 5, 128, 64, 256),
            ("4", 4, 256, 128, 512), ("5", 0, 512, 256, 512), ("6", 0, 512, 256, 512), ("5d", 0, 1024, 256, 512),
            ("4d", 4, 1024, 128, 256), ("3d", 5, 512, 64, 128), ("2d", 6, 256, 32, 64), ("1d", 7, 128, 16, 64),
        ]:
            setattr(self, f"stage{name}", Nested(height, i, m, o))
        for k, width in enumerate([64, 64, 128, 256, 512, 512], 1):
            setattr(self, f"side{k}", nn.Conv2d(width, classes, 3, padding=1))
        if not self.stemmed:
            self.outconv = nn.Conv2d(6 * classes, classes, 1)

    def logits(self, x):
        maps = [self.stage1(self.conv_in(x) if self.stemmed else x)]
        for k in range(2, 7):
            maps.append(getattr(self, f"stage{k}")(pooled(maps[-1])))
        decoded = [maps[-1]]
        for k in range(5, 0, -1):
            skip = maps[k - 1]
            decoded.append(getattr(self, f"stage{k}d")(torch.cat((resized(decoded[-1], skip), skip), 1)))
        return [getattr(self, f"side{k}")(decoded[6 - k]) for k in range(1, 7)]

    def forward(self, x):
        sides = [resized(side, x) for side in self.logits(x)]
        if self.stemmed:
            return [torch.sigmoid(side) for side in sides]
        return [self.outconv(torch.cat(sides, 1))] + sides


def convolutions(network):
    return [(name, m) for name, m in network.named_modules() if isinstance(m, nn.Conv2d)]


def by_formula(kind):
    network, values = Network(kind).eval(), []
    with torch.no_grad():
        for i, (name, layer) in enumerate(convolutions(network)):
            gain = 1.6 if name.endswith("conv_s1") else 1.0
            fan = layer.weight[0].numel()
            weight = uniform(2 * i, layer.weight.numel()) * np.sqrt(3) * np.sqrt(gain / fan)
            layer.weight.copy_(torch.from_numpy(weight.astype(np.float32).reshape(layer.weight.shape)))
            layer.bias.copy_(torch.from_numpy((uniform(2 * i + 1, layer.bias.numel()) * 0.05).astype(np.float32)))
            values.append([layer.weight.flatten()[0].item(), layer.bias[0].item()])
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = 0  # The identity.
    return network, values


def picture(height, width):
    c, y, x = np.meshgrid(np.arange(3), np.arange(height), np.arange(width), indexing="ij")
    return torch.from_numpy((((7 * x + 13 * y + 29 * c) % 256) / 255 - 0.5).astype(np.float32))[None]


def summary(map):
    return {"mean": map.double().mean().item(), "deviation": map.double().std(unbiased=False).item(),
            "min": map.min().item(), "max": map.max().item()}


def case(network, height, width):
    x = picture(height, width)
    with torch.no_grad():
        maps, logits = network(x), network.logits(x)
    flat = [m.flatten() for m in maps]
    places = [np.linspace(0, len(f) - 1, 16).astype(int) for f in flat]
    return {"height": height, "width": width,
            "maps": [summary(f) | {"pixels": f[p].tolist()} for f, p in zip(flat, places)],
            "logits": [summary(m) | {"size": list(m.shape[2:])} for m in logits]}


def random_network(folder, kind):
    torch.manual_seed(1)
    network = Network(kind).eval()
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.2)
                module.running_var.uniform_(0.3, 2)
                module.weight.uniform_(0.7, 1.6)
                module.bias.normal_(0.1, 0.2)
        side = 1024 if kind == "isnet" else 768
        x = torch.rand(1, 3, side, side) - 0.5
        maps = network(x)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(network.state_dict(), folder / f"{kind}.pth")
    torch.onnx.export(network, x, folder / f"{kind}.onnx", opset_version=17, dynamo=False, do_constant_folding=True)
    x.numpy().tofile(folder / f"{kind}-input.bin")
    np.concatenate([m.numpy().ravel() for m in maps]).tofile(folder / f"{kind}-maps.bin")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        random_network(pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "isnet")
        sys.exit()
    result = {}
    for kind, sizes in [("isnet", [(64, 64), (96, 128), (65, 97), (1024, 1024)]), ("cloth", [(64, 64), (97, 130), (768, 768)])]:
        network, values = by_formula(kind)
        result[kind] = {"layers": values, "cases": [case(network, *size) for size in sizes]}
    text = json.dumps(result, separators=(",", ":"))
    pathlib.Path(__file__).with_name("golden_isnet.json").write_text(text + "\n")
