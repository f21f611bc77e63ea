#!/usr/bin/env python3
"""Makes golden_outputs.json and golden_activations.json: what ONNX Runtime computes with the published weights.

    pip install onnx onnxruntime numpy
    make_goldens.py FOLDER      # with u2net.onnx as FOLDER/full.onnx and u2netp.onnx as FOLDER/lite.onnx

Inputs are defined by formulas (c channel, y row, x column), then normalised with ImageNet's constants; `zeros` is zero
after normalisation. The graphs are run at other sizes than their 320x320, too: their resizes compute their sizes.
"""
import json, pathlib, sys
import numpy as np, onnx, onnxruntime as ort

MEAN, STD = np.array([.485, .456, .406]), np.array([.229, .224, .225])
PIXELS = 16  # evenly spread over the map, first and last included


def tensor(name, height, width):
    c, y, x = np.meshgrid(np.arange(3), np.arange(height), np.arange(width), indexing="ij")
    if name == "zeros":
        return np.zeros((1, 3, height, width), np.float32)
    if name == "pattern":
        v = ((7 * x + 13 * y + 29 * c) % 256) / 255
    else:  # a disc on a ramp, scaled with the size
        inside = (x - width / 2) ** 2 + (y - height * 15 / 32) ** 2 <= (min(height, width) / 4) ** 2
        v = np.where(inside, np.array([220, 60, 40])[c], 64 + x * 320 // width // 4 + y * 320 // height // 4 + 16 * c) / 255
    return ((v - MEAN[:, None, None]) / STD[:, None, None])[None].astype(np.float32)


def any_size(path, extra=()):
    model = onnx.load(path)
    for value in list(model.graph.input) + list(model.graph.output):
        for axis, dim in enumerate(value.type.tensor_type.shape.dim):
            if axis >= 2:
                dim.Clear()
                dim.dim_param = "hw"[axis - 2]
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in extra)
    return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


def spread(flat):
    return flat[np.linspace(0, flat.size - 1, PIXELS).astype(int)]


def outputs(path):
    session = any_size(path)
    names = [o.name for o in session.get_outputs()]
    result = []
    for kind, height, width in [("pattern", 320, 320), ("disc", 320, 320), ("zeros", 320, 320),
                                ("disc", 32, 32), ("disc", 33, 65), ("pattern", 97, 47), ("disc", 203, 350)]:
        maps = session.run(names, {"input.1": tensor(kind, height, width)})
        result.append({"input": kind, "height": height, "width": width, "maps": [
            {"mean": float(m.mean(dtype=np.float64)), "min": float(m.min()), "max": float(m.max()),
             "pixels": [float(v) for v in spread(m.ravel())]} for m in maps]})
    return result


def activations(path):
    graph = onnx.load(path).graph
    relu = {n.input[0]: n.output[0] for n in graph.node if n.op_type == "Relu"}
    names = [relu.get(n.output[0], n.output[0]) for n in graph.node if n.op_type == "Conv"]
    own = {o.name for o in graph.output}
    session = any_size(path, [n for n in names if n not in own])
    values = session.run(names, {"input.1": tensor("disc", 320, 320)})
    return [{"shape": list(v.shape[1:]), "mean": float(v.mean(dtype=np.float64)), "std": float(v.std(dtype=np.float64)),
             "min": float(v.min()), "max": float(v.max()), "pixels": [float(p) for p in spread(v.ravel())]}
            for v in values]


folder = pathlib.Path(sys.argv[1])
here = pathlib.Path(__file__).parent
for file, make in [("golden_outputs.json", outputs), ("golden_activations.json", activations)]:
    golden = {model: make(str(folder / f"{model}.onnx")) for model in ("lite", "full")}
    (here / file).write_text(json.dumps(golden, separators=(",", ":")).replace("},{", "},\n{") + "\n")
