#!/usr/bin/env python3
"""Writes goldens.json: pairs of masks as PNG files in base64, and the scores that others give them.

    python3 -m venv venv && venv/bin/pip install pysodmetrics==1.6.2 pillow && venv/bin/python make_goldens.py

- "scores" and "curves" are PySODMetrics's.
- "boundary" follows the definition in Sources/Evaluation/BoundaryScores.swift, by SciPy's erosion and distance transform.
- "authors" follows the evaluation code of U2-Net's authors, with NumPy's histogram.

Where PySODMetrics's S-measure is not a number, or is decided by rounding errors, "s_measure" is null.
"""
import base64
import io
import json
import pathlib
import warnings

import numpy as np
import py_sod_metrics
from PIL import Image
from scipy.ndimage import binary_erosion, distance_transform_edt

warnings.filterwarnings("ignore")


def pairs():
    """name, prediction, truth, whether rounding has no say in PySODMetrics's S-measure"""
    y, x = np.mgrid[:64, :96]
    flat = lambda level: np.full((64, 96), level, np.uint8)
    rectangle = np.where((16 <= y) & (y < 48) & (24 <= x) & (x < 72), 255, 0).astype(np.uint8)
    shifted = np.where((20 <= y) & (y < 52) & (28 <= x) & (x < 76), 200, 30).astype(np.uint8)
    ramp = (255 * x // 95).astype(np.uint8)
    pattern = ((7 * x + 13 * y) % 256).astype(np.uint8)
    for name, prediction in [
        ("itself", rectangle), ("inverted", 255 - rectangle), ("shifted", shifted), ("ramp", ramp), ("pattern", pattern),
        ("all 0", flat(0)), ("all 128", flat(128)), ("all 255", flat(255)),
    ]:
        yield f"{name}, rectangle", prediction, rectangle, True
    for name, prediction in [("all 0", flat(0)), ("shifted", shifted), ("all 255", flat(255))]:
        yield f"{name}, nothing", prediction, flat(0), True
        yield f"{name}, everything", prediction, flat(255), True
    yield "all 77, nearly everything", flat(77), np.where((x == 0) & (y == 0), 0, 255).astype(np.uint8), False
    for name, truth in [("last row", y == 63), ("last column", x == 95), ("last pixel", (x == 95) & (y == 63))]:
        yield f"pattern, {name}", pattern, np.where(truth, 255, 0).astype(np.uint8), True

    # Grey truths: the object begins at 129, and the authors divide by the largest level.
    yield "shifted, levels around the threshold", shifted, np.where(x < 40, 128, np.where(y < 30, 129, 5)).astype(np.uint8), True
    yield "pattern, grey", pattern, np.where(rectangle > 0, 200, 40).astype(np.uint8), True
    yield "shifted, 0 and 1", shifted, (rectangle // 255).astype(np.uint8), True
    yield "ramp, ramp", ramp, ramp, True

    # Thin shapes have many pixels that are equally far from two of the object.
    random = np.random.default_rng(1)
    lines = np.where((x % 11 == 3) | (y % 9 == 4), 255, 0).astype(np.uint8)
    yield "noise, lines", random.integers(0, 256, (64, 96), dtype=np.uint8), lines, True
    for width, height, share in [(33, 47, 0.05), (47, 33, 0.4), (61, 7, 0.01), (5, 31, 0.1), (97, 2, 0.2), (1, 40, 0.2), (40, 1, 0.3)]:
        truth = np.where(random.random((height, width)) < share, 255, 0).astype(np.uint8)
        truth[height // 2, width // 2] = 255
        soft = np.clip(random.normal(truth * 0.6 + 30, 40), 3, 250).astype(np.uint8)
        yield f"noise, {width} x {height}", soft, truth, True
    # Far from the object, and cut off by the frame.
    yy, xx = np.mgrid[:150, :400]
    disk = (yy - 20) ** 2 + (xx - 15) ** 2 < 900
    yield "stripes, disk", ((yy + 3 * xx) % 251 // 2 + np.where(disk, 120, 0)).astype(np.uint8), np.where(disk, 255, 0).astype(np.uint8), True
    yield "one of 2 x 1", np.array([[10, 200]], np.uint8), np.array([[0, 255]], np.uint8), True


def scores(prediction, truth, keeps_s):
    metrics = {
        "mae": py_sod_metrics.MAE(), "f": py_sod_metrics.Fmeasure(), "weighted_f": py_sod_metrics.WeightedFmeasure(),
        "s_measure": py_sod_metrics.Smeasure(), "e": py_sod_metrics.Emeasure(),
    }
    for metric in metrics.values():
        metric.step(pred=prediction, gt=truth)
    results = {name: metric.get_results() for name, metric in metrics.items()}
    f, e, curve, s = results["f"]["fm"], results["e"]["em"], results["f"]["pr"], results["s_measure"]["sm"]
    return {
        "mae": results["mae"]["mae"], "max_f": f["curve"].max(), "mean_f": f["curve"].mean(), "adaptive_f": f["adp"],
        "weighted_f": results["weighted_f"]["wfm"], "s_measure": float(s) if keeps_s and np.isfinite(s) else None,
        "max_e": e["curve"].max(), "mean_e": e["curve"].mean(), "adaptive_e": e["adp"],
    }, {  # From threshold 0 on; every fifteenth.
        "precision": curve["p"][::-1][::15].tolist(), "recall": curve["r"][::-1][::15].tolist(),
        "f": f["curve"][::-1][::15].tolist(), "e": e["curve"][::-1][::15].tolist(),
    }


def boundary(prediction, truth):
    values = prediction / 255
    if values.max() != values.min():
        values = (values - values.min()) / (values.max() - values.min())
    square = np.ones((3, 3), bool)
    found, expected = [mask ^ binary_erosion(mask, square, border_value=1) for mask in (values > 0.5, truth > 128)]
    if not found.any() or not expected.any():
        return [float(found.any() == expected.any())] * 3
    precision = (distance_transform_edt(~expected)[found] <= 3).mean()
    recall = (distance_transform_edt(~found)[expected] <= 3).mean()
    return [precision, recall, 1.3 * precision * recall / (0.3 * precision + recall) if precision * recall else 0.0]


def authors_curves(prediction, truth):
    p, t = prediction / (prediction.max() + 1e-8), truth / (truth.max() + 1e-8)
    mae = np.abs(p - t).sum() / (truth.size + 1e-8)
    p, t, edges = p * 255, t * 255, np.arange(256)
    hits = np.histogram(p[t > 128], edges)[0][::-1].cumsum()
    alarms = np.histogram(p[t <= 128], edges)[0][::-1].cumsum()
    return mae, hits / (hits + alarms + 1e-8), hits / ((t > 128).sum() + 1e-8)


def authors(curves):
    mae, p, r = (np.mean([curve[i] for curve in curves], axis=0) for i in range(3))
    f = 1.3 * p * r / (0.3 * p + r + 1e-8)
    return {"authors_mae": mae, "authors_max_f": f.max(), "authors_mean_f": f.mean()}


def png(mask):
    file = io.BytesIO()
    Image.fromarray(mask).save(file, "png", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def entry(name, prediction, truth, keeps_s):
    values, curves = scores(prediction, truth, keeps_s)
    precision, recall, f = boundary(prediction, truth)
    values |= {"boundary_precision": precision, "boundary_recall": recall, "boundary_f": f}
    values |= authors([authors_curves(prediction, truth)])
    return {"name": name, "prediction": png(prediction), "truth": png(truth), "scores": values, "curves": curves}


def dataset(chosen):
    """Scores of several pairs together, by PySODMetrics's own accumulation."""
    f, e = py_sod_metrics.Fmeasure(), py_sod_metrics.Emeasure()
    for _, prediction, truth, _ in chosen:
        f.step(pred=prediction, gt=truth)
        e.step(pred=prediction, gt=truth)
    f, e = f.get_results()["fm"], e.get_results()["em"]
    return {
        "max_f": f["curve"].max(), "mean_f": f["curve"].mean(), "adaptive_f": f["adp"],
        "max_e": e["curve"].max(), "mean_e": e["curve"].mean(), "adaptive_e": e["adp"],
    } | authors([authors_curves(p, t) for _, p, t, _ in chosen])


everything = list(pairs())
goldens = {"pairs": [entry(*pair) for pair in everything], "dataset": dataset(everything)}
text = json.dumps(goldens, indent=0, default=float, allow_nan=False)
(pathlib.Path(__file__).parent / "goldens.json").write_text(text + "\n")
