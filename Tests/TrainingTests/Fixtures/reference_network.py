"""U²-Net as a PyTorch module, written from the paper's description: what the goldens and the benchmark compare with.

Parameters come in execution order, each layer's as weight, bias and, if it is normalised, γ and β; layers are named as the
package names them ("En_1/2d", "side3", "fusion").
"""
import torch
from torch import nn
from torch.nn import functional as F

FULL = [("En_1", 7, 3, 32, 64), ("En_2", 6, 64, 32, 128), ("En_3", 5, 128, 64, 256), ("En_4", 4, 256, 128, 512),
        ("En_5", 0, 512, 256, 512), ("En_6", 0, 512, 256, 512), ("De_5", 0, 1024, 256, 512), ("De_4", 4, 1024, 128, 256),
        ("De_3", 5, 512, 64, 128), ("De_2", 6, 256, 32, 64), ("De_1", 7, 128, 16, 64)]
LITE = [(name, height, 3 if name == "En_1" else 64 if name[0] == "E" else 128, 16, 64) for name, height, *_ in FULL]


def narrow(width, middle):
    """The same blocks with few channels."""
    return [(name, height, 3 if name == "En_1" else width if name[0] == "E" else 2 * width, middle, width)
            for name, height, *_ in FULL]


class ConvBNReLU(nn.Module):
    def __init__(self, inputs, outputs, dilation=1):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation)
        self.normalization = nn.BatchNorm2d(outputs)
        self.activation = nn.ReLU(inplace=True)

    def forward(self, x):
        return self.activation(self.normalization(self.convolution(x)))


def like(x, reference):
    return F.interpolate(x, size=reference.shape[2:], mode="bilinear", align_corners=False)


class Block(nn.Module):
    """RSU of `height` levels, or RSU-4F for height 0, which dilates instead of pooling."""

    def __init__(self, height, inputs, middle, outputs):
        super().__init__()
        self.flat = height == 0
        self.levels = height or 4
        dilation = (lambda k: 2 ** (k - 1)) if self.flat else (lambda k: 2 if k == self.levels else 1)
        self.entry = ConvBNReLU(inputs, outputs)
        self.down = nn.ModuleList(
            ConvBNReLU(outputs if k == 1 else middle, middle, dilation(k)) for k in range(1, self.levels + 1))
        self.up = nn.ModuleList(
            ConvBNReLU(2 * middle, outputs if k == 1 else middle, dilation(k)) for k in range(self.levels - 1, 0, -1))
        self.names = (["in"] + [str(k) for k in range(1, self.levels + 1)]
                      + [f"{k}d" for k in range(self.levels - 1, 0, -1)])

    def layers(self):
        return zip(self.names, [self.entry, *self.down, *self.up])

    def forward(self, x):
        features = self.entry(x)
        maps = [self.down[0](features)]
        for k in range(1, self.levels):
            pooled = maps[-1] if self.flat or k == self.levels - 1 else F.max_pool2d(maps[-1], 2, 2, ceil_mode=True)
            maps.append(self.down[k](pooled))
        decoded = maps.pop()
        for layer in self.up:
            skip = maps.pop()
            decoded = layer(torch.cat([like(decoded, skip), skip], 1))
        return decoded + features


class U2Net(nn.Module):
    """N×3×H×W → the seven N×1×H×W logits, fused first."""

    def __init__(self, stages):
        super().__init__()
        self.stages = nn.ModuleDict({name: Block(*rest) for name, *rest in stages})
        outputs = {name: rest[-1] for name, *rest in stages}
        self.sides = nn.ModuleList(
            nn.Conv2d(outputs[name], 1, 3, padding=1) for name in ["De_1", "De_2", "De_3", "De_4", "De_5", "En_6"])
        self.fusion = nn.Conv2d(6, 1, 1)

    def forward(self, x):
        encoded = []
        for k in range(1, 7):
            encoded.append(self.stages[f"En_{k}"](x))
            x = F.max_pool2d(encoded[-1], 2, 2, ceil_mode=True)
        decoded = [encoded.pop()]
        for k in range(5, 0, -1):
            skip = encoded.pop()
            decoded.append(self.stages[f"De_{k}"](torch.cat([like(decoded[-1], skip), skip], 1)))
        sides = [side(x) for side, x in zip(self.sides, reversed(decoded))]
        sides = [like(side, sides[0]) for side in sides]
        return [self.fusion(torch.cat(sides, 1)), *sides]

    def layers(self):
        """(name, convolution, batch normalisation or None) in execution order."""
        for stage, block in self.stages.items():
            for name, layer in block.layers():
                yield f"{stage}/{name}", layer.convolution, layer.normalization
        for k, side in enumerate(self.sides):
            yield f"side{k + 1}", side, None
        yield "fusion", self.fusion, None


def loss(logits, target):
    """The sum over all seven maps of the binary cross-entropy, each the mean over pixels."""
    return sum(F.binary_cross_entropy_with_logits(x, target) for x in logits)
