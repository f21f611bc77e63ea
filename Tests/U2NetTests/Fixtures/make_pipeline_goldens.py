#!/usr/bin/env python3
"""Makes golden_pipeline.json: masks of one synthetic photo by rembg's and by the authors' processing.

    pip install onnxruntime numpy Pillow scikit-image
    make_pipeline_goldens.py FOLDER      # with u2net.onnx as FOLDER/full.onnx and u2netp.onnx as FOLDER/lite.onnx

The photo is 400x300: a disc of radius 95 at (200, 140) in (220, 60, 40) on 64 + x/4 + y/4 + 16c, modulo 256.
"""
import json, pathlib, sys
import numpy as np, onnxruntime as ort
from PIL import Image
from skimage.transform import resize

MEAN, STD = [.485, .456, .406], [.229, .224, .225]


def photo():
    y, x, c = np.meshgrid(np.arange(300), np.arange(400), np.arange(3), indexing="ij")
    inside = (x - 200) ** 2 + (y - 140) ** 2 <= 95 ** 2
    return np.where(inside, np.array([220, 60, 40])[c], (64 + x // 4 + y // 4 + 16 * c) % 256).astype(np.uint8)


def mask(session, image, way):
    if way == "rembg":
        small = np.array(Image.fromarray(image).resize((320, 320), Image.Resampling.LANCZOS)).astype(np.float64)
    else:
        small = resize(image, (320, 320), order=1, mode="constant", anti_aliasing=False)
    x = ((small / max(small.max(), 1e-6) - MEAN) / STD).transpose(2, 0, 1)[None].astype(np.float32)
    d = session.run(None, {"input.1": x})[0][0, 0]
    grey = ((d - d.min()) / (d.max() - d.min()) * 255).astype(np.uint8)
    filter = Image.Resampling.LANCZOS if way == "rembg" else Image.Resampling.BILINEAR
    return np.array(Image.fromarray(grey).resize(image.shape[1::-1], filter))


golden = {}
for model in ("lite", "full"):
    session = ort.InferenceSession(str(pathlib.Path(sys.argv[1]) / f"{model}.onnx"), providers=["CPUExecutionProvider"])
    for way in ("rembg", "authors"):
        m = mask(session, photo(), way)
        golden[f"{model}-{way}"] = {"mean": float(m.mean()), "rows": {str(y): m[y].tolist() for y in (0, 44, 46, 140, 299)}}
(pathlib.Path(__file__).parent / "golden_pipeline.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")
