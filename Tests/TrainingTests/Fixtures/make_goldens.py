#!/usr/bin/env python3
"""Writes golden_training.json beside itself: twenty steps of Adam on the lite network in PyTorch. Needs numpy and torch.

Initial weights and data come from SplitMix64, which the tests have, too, so only results are stored. Everything is computed in
double precision: a trace in single precision is no reference, because training magnifies rounding. How much it does is
stored as well: the same run in single precision, and its distance.

The default initial values would be chaotic here: the smallest maps are 2x2 pixels of 2 images, batch normalisation divides
by the deviation of 8 values, many of them exactly zero behind a ReLU, and PyTorch in single precision leaves its own trace in
double precision by 2 %. With gamma = 1/4 and beta = 1 most values pass the ReLU, and the two agree to some 1e-6. Adam's
epsilon of 1e-3 leaves gradients that are mere rounding small.
"""
import json, pathlib
import numpy as np
import torch
from reference_network import LITE, U2Net, loss

HERE = pathlib.Path(__file__).parent
SEED, IMAGES, SIZE, STEPS, RATE, EPSILON = 2020, 2, 64, 20, 1e-3, 1e-3
GAMMA, BETA = 0.25, 1.0


class SplitMix64:
    def __init__(self, seed):
        self.state = np.uint64(seed)

    def units(self, count):
        """`count` multiples of 2^-53 in 0 ..< 1."""
        gamma = np.uint64(0x9E3779B97F4A7C15)
        with np.errstate(over="ignore"):
            z = self.state + gamma * np.arange(1, count + 1, dtype=np.uint64)
            self.state = z[-1]
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z ^= z >> np.uint64(31)
        return (z >> np.uint64(11)).astype(np.float64) * 2.0 ** -53


def initialize(network, generator):
    """Layer by layer, weight before bias, uniform in ±1/sqrt(fan-in), rounded to single precision."""
    with torch.no_grad():
        for _, convolution, normalization in network.layers():
            if normalization:
                normalization.weight.fill_(GAMMA)
                normalization.bias.fill_(BETA)
            bound = 1 / np.sqrt(convolution.weight[0].numel())
            for tensor in [convolution.weight, convolution.bias]:
                values = ((2 * generator.units(tensor.numel()) - 1) * bound).astype(np.float32)
                tensor.copy_(torch.from_numpy(values).reshape(tensor.shape))


def data(generator):
    """Noise with a brighter disc that is the mask."""
    noise = generator.units(IMAGES * 3 * SIZE * SIZE).reshape(IMAGES, 3, SIZE, SIZE)
    y, x = np.mgrid[:SIZE, :SIZE]
    mask = np.stack([((y - 24 - 12 * n) ** 2 + (x - 40 + 10 * n) ** 2 < 15 ** 2) for n in range(IMAGES)])[:, None]
    return (2 * noise - 1 + mask).astype(np.float32), mask.astype(np.float32)


def run(dtype):
    generator = SplitMix64(SEED)
    network = U2Net(LITE)
    initialize(network, generator)
    images, masks = (torch.from_numpy(x).to(dtype) for x in data(generator))
    network.to(dtype)
    adam = torch.optim.Adam(network.parameters(), lr=RATE, eps=EPSILON)
    losses, gradients = [], None
    for _ in range(STEPS):
        adam.zero_grad()
        value = loss(network(images), masks)
        value.backward()
        if gradients is None:
            gradients = samples(network, lambda tensor: tensor.grad)
        adam.step()
        losses.append(value.item())
    return losses, gradients, samples(network, lambda tensor: tensor)


def samples(network, of):
    """For every layer four values of its weight, evenly spread, and the first of its bias, γ, β, running mean and variance."""
    result = {}
    for name, convolution, normalization in network.layers():
        flat = of(convolution.weight).detach().flatten()
        values = [flat[i * flat.numel() // 4].item() for i in range(4)] + [of(convolution.bias)[0].item()]
        if normalization:
            values += [of(normalization.weight)[0].item(), of(normalization.bias)[0].item(),
                       normalization.running_mean[0].item(), normalization.running_var[0].item()]
        result[name] = values
    return result


losses, gradients, final = run(torch.float64)
single, single_gradients, single_final = run(torch.float32)
distance = {
    "losses": max(abs(a - b) / a for a, b in zip(losses, single)),
    "values": max(abs(a - b) for name in final for a, b in zip(final[name], single_final[name])),
}
print(losses, distance)
(HERE / "golden_training.json").write_text(json.dumps({
    "seed": SEED, "images": IMAGES, "size": SIZE, "learningRate": RATE, "epsilon": EPSILON, "gamma": GAMMA, "beta": BETA,
    "losses": losses,
    "gradients": gradients, "final": final, "distanceOfSinglePrecision": distance}, indent=0) + "\n")
