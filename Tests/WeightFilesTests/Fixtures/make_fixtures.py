#!/usr/bin/env python3
"""Makes the small weight files that the tests read, and the values expected of them (goldens.json).

Needs torch and onnx from PyPI. Values come from a fixed seed, so the tensors are the same every time.
"""
import collections
import io
import json
import os
import struct
import zipfile

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper

HERE = os.path.dirname(os.path.abspath(__file__))
goldens = {}


def path(name):
    return os.path.join(HERE, name)


def golden(name, tensors):
    goldens[name] = {
        key: {"shape": list(value.shape), "values": [float(x) for x in value.detach().float().reshape(-1)]}
        for key, value in tensors.items()
    }


# --- PyTorch -----------------------------------------------------------------------------------------------
torch.manual_seed(7)
network = torch.nn.Sequential(
    collections.OrderedDict(conv=torch.nn.Conv2d(2, 3, 3), bn=torch.nn.BatchNorm2d(3))
).eval()
state = network.state_dict()  # An OrderedDict with a _metadata attribute and an int64 counter.
assert hasattr(state, "_metadata")
big = torch.randn(4, 6)
state["half"] = torch.randn(5).half()
state["bfloat"] = torch.randn(4).bfloat16()
state["double"] = torch.randn(3).double()
state["transposed"] = big.t()
state["window"] = big[1:3, ::2]
state["shared"] = big
state["flags"] = torch.tensor([True, False, True])
state["bytes"] = torch.tensor([0, 128, 255], dtype=torch.uint8)
state["small"] = torch.tensor([-128, 127], dtype=torch.int8)
state["shorts"] = torch.tensor([-300, 300], dtype=torch.int16)
state["ints"] = torch.tensor([-70000, 70000], dtype=torch.int32)
state["longs"] = torch.tensor([-5, 1 << 20])
state["parameter"] = torch.nn.Parameter(torch.randn(2, 2))
state["empty"] = torch.zeros(0, 3)
wrapped = {
    "epoch": 3,
    "best": 0.25,
    "optimizer": {"state": {0: {"step": torch.tensor(4.0)}}, "param_groups": [{"lr": 1e-3, "params": [0]}]},
    "state_dict": collections.OrderedDict(("module." + key, value) for key, value in state.items()),
}
golden("state", state)

for container, zipped in (("zip", True), ("legacy", False)):
    def save(value, name):
        torch.save(value, path(name), _use_new_zipfile_serialization=zipped)

    save(state, f"state.{container}.pth")
    save(wrapped, f"wrapped.{container}.pth")
    save({"good": torch.ones(2), "bad": torch.ones(2, dtype=torch.complex64)}, f"complex.{container}.pth")

torch.save({"sparse": torch.eye(3).to_sparse()}, path("sparse.zip.pth"))
torch.save({"quantized": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.quint8)}, path("quantized.zip.pth"))

# The function is named as attackers write it; pickling os.system would name posix.system.
evil = b"\x80\x02cos\nsystem\nX\x0a\x00\x00\x00echo owned\x85R."
with zipfile.ZipFile(path("evil.zip.pth"), "w") as archive:
    archive.writestr(zipfile.ZipInfo("archive/data.pkl"), evil)
    archive.writestr(zipfile.ZipInfo("archive/version"), b"3\n")
legacy = io.BytesIO()
torch.save(1, legacy, _use_new_zipfile_serialization=False)
facts = legacy.getvalue()[: legacy.getvalue().index(b"u.") + 2]  # The three pickles before the object.
with open(path("evil.legacy.pth"), "wb") as file:
    file.write(facts + evil)


# --- ONNX --------------------------------------------------------------------------------------------------
random = np.random.default_rng(7)
first = random.standard_normal((3, 2, 3, 3), dtype=np.float32)
first_bias = random.standard_normal(3, dtype=np.float32)
second = random.standard_normal((1, 3, 1, 1), dtype=np.float32)


def raw(name, array, data_type=TensorProto.FLOAT):
    return helper.make_tensor(name, data_type, array.shape, array.tobytes(), raw=True)


def save_onnx(name, initializers, extra=(), second_inputs=("b", "side.weight")):
    nodes = list(extra) + [
        helper.make_node("Conv", ["x", "7", "8"], ["a"], name="Conv_0"),
        helper.make_node("Relu", ["a"], ["b"], name="Relu_1"),
        helper.make_node("Conv", list(second_inputs), ["y"], name="Conv_2"),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, 8, 8])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 6, 6])
    graph = helper.make_graph(nodes, "tiny", [x], [y], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6)
    with open(path(name), "wb") as file:
        file.write(model.SerializeToString())


golden("onnx", {"7": torch.tensor(first), "8": torch.tensor(first_bias), "side.weight": torch.tensor(second)})
stem = [raw("7", first), raw("8", first_bias)]
save_onnx("raw.onnx", stem + [raw("side.weight", second)])
save_onnx("floats.onnx", stem + [helper.make_tensor("side.weight", TensorProto.FLOAT, second.shape, second.ravel())])
save_onnx("doubles.onnx", stem + [raw("side.weight", second.astype(np.float64), TensorProto.DOUBLE)])
save_onnx("halves.onnx", stem + [raw("side.weight", second.astype(np.float16), TensorProto.FLOAT16)])
golden("onnx-halves", {"side.weight": torch.tensor(second).half()})
constant = helper.make_node("Constant", [], ["side.weight"], name="Constant_9", value=raw("", second))
save_onnx("constant.onnx", stem, extra=[constant])
identity = helper.make_node("Identity", ["7"], ["side.weight"], name="Identity_9")
save_onnx("computed.onnx", stem, extra=[identity])
external = raw("side.weight", second)
external.ClearField("raw_data")
external.data_location = TensorProto.EXTERNAL
external.external_data.add(key="location", value="weights.bin")
save_onnx("external.onnx", stem + [external])
short = raw("side.weight", second)
short.raw_data = short.raw_data[:-1]
save_onnx("short.onnx", stem + [short])


# --- safetensors -------------------------------------------------------------------------------------------
weight = torch.arange(6, dtype=torch.float32).reshape(2, 3) / 4
header = {
    "__metadata__": {"licence": "Apache-2.0"},
    "conv.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]},
    "half": {"dtype": "F16", "shape": [2], "data_offsets": [24, 28]},
}
half = torch.tensor([1.5, -2.0]).half()
text = json.dumps(header).encode()
text += b" " * (-(8 + len(text)) % 8)
with open(path("tiny.safetensors"), "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + weight.numpy().tobytes() + half.numpy().tobytes())
golden("safetensors", {"conv.weight": weight, "half": half})

with open(path("goldens.json"), "w") as file:
    json.dump(goldens, file, indent=1, sort_keys=True)
