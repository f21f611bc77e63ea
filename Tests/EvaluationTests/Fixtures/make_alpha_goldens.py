#!/usr/bin/env python3
"""Writes alpha_goldens.json: pairs of alphas as PNG files in base64, and their errors over the picture and the unknown band.

    python3 -m venv venv && venv/bin/pip install numpy scipy pillow && venv/bin/python make_alpha_goldens.py

The definitions are those in Sources/Evaluation/Alpha, by SciPy's filters and labels. With `--against FOLDER`, which has the sources of
mmedit 0.16 (and OpenCV installed), they are compared with that package's gradient_error and connectivity first.
"""
import base64
import io
import json
import pathlib
import sys

import numpy as np
from PIL import Image
from scipy.ndimage import convolve1d, gaussian_filter, label, maximum_filter


def gradient(alpha):
    offsets = np.arange(-4, 5)
    smooth = np.exp(-offsets**2 / (2 * 1.4**2))
    slope = -offsets * smooth
    smooth, slope = smooth / np.linalg.norm(smooth), slope / np.linalg.norm(slope)
    across = convolve1d(convolve1d(alpha, smooth, 0, mode="nearest"), slope, 1, mode="nearest")
    along = convolve1d(convolve1d(alpha, slope, 0, mode="nearest"), smooth, 1, mode="nearest")
    return np.hypot(across, along)


def connected(prediction, truth):
    held = np.zeros(truth.shape)
    still = np.ones(truth.shape, bool)
    for tenth in range(1, 11):
        # 8 bits: level / 255 >= tenth / 10, in whole numbers.
        labels, count = label((prediction * 10 >= tenth * 255) & (truth * 10 >= tenth * 255))
        if count:
            sizes = np.bincount(labels.ravel())[1:]
            still &= labels == 1 + np.argmax(sizes)
        else:
            still[:] = False
        held[still] = tenth / 10
    return held


def errors(prediction, truth):
    """A map for each measure."""
    p, t = prediction / 255, truth / 255
    held = connected(prediction.astype(int), truth.astype(int))
    lack = lambda alpha: np.where(alpha - held >= 0.15, alpha - held, 0)
    return {
        "sad": abs(p - t) / 1000, "mse": (p - t) ** 2, "grad": (gradient(p) - gradient(t)) ** 2 / 1000,
        "conn": abs(lack(p) - lack(t)) / 1000,
    }


def scores(prediction, truth):
    t = truth / 255
    band = maximum_filter((t > 0.02) & (t < 0.98), 21, mode="constant", cval=0)
    result = {"band_share": band.mean()}
    for key, values in errors(prediction, truth).items():
        result[key] = values.mean() if key == "mse" else values.sum()
        if band.any():
            result[f"band_{key}"] = values[band].mean() if key == "mse" else values[band].sum()
    return result


def pairs():
    random = np.random.default_rng(7)
    y, x = np.mgrid[:80, :112]
    levels = lambda alpha: (255 * np.clip(alpha, 0, 1)).round().astype(np.uint8)
    disc = levels((24 - np.hypot(y - 40, x - 50)) / 6 + 0.5)
    hard = np.where(np.hypot(y - 40, x - 50) < 24, 255, 0).astype(np.uint8)
    strands = levels(gaussian_filter((np.sin(x * 0.9 + y * 0.2) > 0.75) * 1.5, 0.8) * (y < 60))
    islands = levels(gaussian_filter(random.random((80, 112)), 3) * 12 - 5.5)
    yield "itself", disc, disc
    yield "hard for soft", hard, disc
    yield "shifted", np.roll(disc, (3, 5), (0, 1)), disc
    yield "noise", levels(disc / 255 + random.normal(0, 0.1, disc.shape)), disc
    yield "strands, blurred", levels(gaussian_filter(strands / 255, 1.5)), strands
    yield "islands for strands", islands, strands
    yield "islands, half as dense", levels(islands / 510), islands
    yield "nothing", np.zeros_like(disc), disc
    yield "no soft pixel", disc, hard
    yield "narrow", disc[:6, 30:60], islands[:6, 30:60]


def compare(folder):
    """With mmedit's functions, whose errors are over what a trimap calls unknown, here everything."""
    import ast

    import cv2
    theirs = {"np": np, "cv2": cv2}
    for name in ("metric_utils", "metrics"):  # Their other functions need other packages.
        tree = ast.parse((pathlib.Path(folder) / f"mmedit/core/evaluation/{name}.py").read_text())
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        exec(compile(ast.Module(functions, []), name, "exec"), theirs)
    for name, prediction, truth in pairs():
        unknown = np.full(truth.shape, 128, np.uint8)
        ours = scores(prediction, truth)
        full = prediction.max() == 255 and prediction.min() == 0 and truth.max() == 255 and truth.min() == 0
        found = {"conn": theirs["connectivity"](truth, unknown, prediction), "sad": theirs["sad"](truth, unknown, prediction),
                 "mse": theirs["mse"](truth, unknown, prediction)}
        if full:  # Others are stretched by it.
            found["grad"] = theirs["gradient_error"](truth, unknown, prediction)
        print(name, {key: f"{ours[key]:.6f} {value:.6f}" for key, value in found.items()})
        assert all(abs(ours[key] - value) <= 1e-5 * max(1, value) for key, value in found.items())


def png(alpha):
    file = io.BytesIO()
    Image.fromarray(alpha).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


if "--against" in sys.argv:
    compare(sys.argv[sys.argv.index("--against") + 1])
goldens = [
    {"name": name, "prediction": png(prediction), "truth": png(truth), "scores": scores(prediction, truth)}
    for name, prediction, truth in pairs()
]
path = pathlib.Path(__file__).with_name("alpha_goldens.json")
path.write_text(json.dumps(goldens, indent=1) + "\n")
