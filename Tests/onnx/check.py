"""Checks the ONNX graphs that `u2net convert` writes; see the script `check`, which calls this.

    Tests/onnx/check [WORD …]        only the networks whose names have one of these words, "rembg" and "metadata" among them

Prints a line for every check, with the largest difference, and ends with 1 if one failed.
"""
import os, pathlib, subprocess, sys, tempfile

import numpy, onnx, onnxruntime
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
U2NET, MAPS = ROOT / ".build/release/u2net", ROOT / ".build/release/u2net-maps"
PHOTO = ROOT / "Examples/photos/coffee.png"
TOLERANCE = 2e-4  # Of two programs, each of which is 1e-4 from the exact values at most where edges are steep.
OUTPUTS = [str(number) for number in range(1959, 1966)]
results = []


def check(what, holds, detail=""):
    results.append(bool(holds))
    print(("ok      " if holds else "FAILED  ") + what + (f"  {detail}" if detail else ""), flush=True)


def run(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True).stdout


def planes(height, width, seed=0):
    """A photo as the network takes it; with a seed, mirrored and with noise."""
    picture = numpy.asarray(Image.open(PHOTO).convert("RGB"), numpy.float32) / 255
    picture = picture[numpy.arange(height) * picture.shape[0] // height][:, numpy.arange(width) * picture.shape[1] // width]
    if seed:
        noise = numpy.random.default_rng(seed).random(picture.shape, numpy.float32)
        picture = 0.8 * picture[:, ::-1] + 0.2 * noise
    picture = (picture - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return numpy.ascontiguousarray(picture.transpose(2, 0, 1)[None], numpy.float32)


def own_maps(folder, weights, picture):
    height, width = picture.shape[2:]
    picture.tofile(folder / "in.f32")
    run(MAPS, "run", weights, height, width, folder / "in.f32", folder / "out.f32")
    return numpy.fromfile(folder / "out.f32", numpy.float32).reshape(7, 1, 1, height, width)


def session(path):
    onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def compare(what, graph, picture, expected):
    found = graph.run(None, {"input.1": picture})
    difference = max(float(numpy.abs(a - b).max()) for a, b in zip(found, expected))
    # Maps of one value would agree whatever the graph did; the coarsest are that on small pictures.
    spread = float(numpy.median([numpy.ptp(map) for map in expected]))
    check(what, difference <= TOLERANCE and spread > 0.01 and len(found) == 7,
          f"difference {difference:.1e}, half of the maps span {spread:.2f} or more")


def check_network(name, weights, folder):
    path = folder / "x.onnx"
    for size in (320, 96):
        run(U2NET, "convert", weights, path, *(["--input-size", size] if size != 320 else []))
        graph, picture = session(path), planes(size, size)
        check(f"{name}: names and shapes, fixed {size}",
              [(x.name, x.shape) for x in graph.get_inputs()] == [("input.1", [1, 3, size, size])]
              and [(x.name, x.shape) for x in graph.get_outputs()] == [(x, [1, 1, size, size]) for x in OUTPUTS])
        compare(f"{name}: fixed {size}", graph, picture, own_maps(folder, weights, picture))
    run(U2NET, "convert", weights, path, "--dynamic")
    graph = session(path)
    check(f"{name}: names and shapes, dynamic",
          [(x.name, x.shape) for x in graph.get_inputs()] == [("input.1", ["batch", 3, "height", "width"])]
          and [(x.name, x.shape) for x in graph.get_outputs()] == [(x, ["batch", 1, "height", "width"]) for x in OUTPUTS])
    for height, width in ((320, 320), (32, 45), (187, 233)):
        pictures = [planes(height, width, seed) for seed in (0, 1)]
        maps = [own_maps(folder, weights, picture) for picture in pictures]
        compare(f"{name}: dynamic {height}x{width}", graph, pictures[0], maps[0])
        compare(f"{name}: dynamic {height}x{width}, two pictures", graph, numpy.concatenate(pictures),
                numpy.concatenate(maps, axis=1))
    run(U2NET, "convert", weights, path, "--half")
    picture = planes(320, 320)
    # The same rounded weights here and there.
    compare(f"{name}: half", session(path), picture, own_maps(folder, path, picture))


def check_metadata(weights, folder):
    path = folder / "x.onnx"
    run(U2NET, "convert", weights, path)
    model = onnx.load(path)
    properties = {entry.key: entry.value for entry in model.metadata_props}
    check("metadata: producer, operators and stages",
          model.producer_name == "u2net" and model.producer_version == run(U2NET, "--version").strip()
          and [(x.domain, x.version) for x in model.opset_import] == [("", 17)]
          and properties["u2net.stages"].startswith("RSU-7 3 16 64, RSU-6 64 16 64, "), str(properties))


def check_rembg(model, weights, folder):
    """The graph as rembg's custom session gives the mask that this package gives."""
    os.environ["U2NET_HOME"] = str(folder)  # Out of which rembg reads nothing.
    import rembg
    path = folder / "x.onnx"
    for flags in ([], ["--dynamic"], ["--half"]):
        run(U2NET, "convert", weights, path, *flags)
        custom = rembg.new_session("u2net_custom", model_path=str(path))
        found = numpy.asarray(rembg.remove(Image.open(PHOTO), session=custom, only_mask=True), numpy.int16)
        run(U2NET, "mask", PHOTO, "-o", folder / "mask.png", "--weights", path if flags == ["--half"] else weights)
        own = numpy.asarray(Image.open(folder / "mask.png"), numpy.int16)
        difference = int(numpy.abs(found - own).max())
        check(f"rembg: {model} {' '.join(flags)}", difference <= 1 and numpy.ptp(own) > 200,
              f"difference {difference} of 255")


def main():
    words = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        networks = {"lite": ROOT / "Weights/u2net-lite.safetensors"}
        listed = run(U2NET, "weights").splitlines()
        full = next(line for line in listed if line.startswith("full"))
        if "absent" in full:
            print("        the full model is not here, and not checked: run `u2net weights full` or `make weights`")
        else:
            networks["full"] = full.split(maxsplit=1)[1]
        for kind in run(MAPS, "kinds").split():
            networks[kind] = folder / f"{kind}.safetensors"
            run(MAPS, "random", kind, "4:8", networks[kind])
        for name, weights in networks.items():
            if not words or name in words:
                check_network(name, weights, folder)
        if not words or "metadata" in words:
            check_metadata(networks["lite"], folder)
        for name in ("lite", "full"):
            if name in networks and (not words or "rembg" in words):
                check_rembg(name, networks[name], folder)
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    sys.exit(0 if results and all(results) else 1)


main()
