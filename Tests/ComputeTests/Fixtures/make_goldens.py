#!/usr/bin/env python3
"""Writes golden_average_pool.json beside itself: what PyTorch's adaptive average pooling makes of maps of 2 channels whose
value number i is ((37 i) mod 101) / 50 - 1. Needs torch."""
import json, pathlib
import torch

cases = []
for height, width in [(1, 1), (2, 3), (5, 7), (6, 12), (13, 10), (20, 17)]:
    count = 2 * height * width
    x = ((37 * torch.arange(count)) % 101).double().div(50).sub(1).reshape(1, 2, height, width)
    for cells in [1, 2, 3, 6]:
        y = torch.nn.functional.adaptive_avg_pool2d(x, cells)
        cases.append({"height": height, "width": width, "cells": cells, "values": [round(v, 7) for v in y.flatten().tolist()]})
text = "[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n"
(pathlib.Path(__file__).parent / "golden_average_pool.json").write_text(text)
