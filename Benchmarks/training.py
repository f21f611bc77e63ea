#!/usr/bin/env python3
"""Times one step of training (forward, backward, Adam) here and in PyTorch, taking turns.

    training.py PYTHON [--threads N] [--rounds R] [--binary PATH] [lite:4:160 full:2:160 ...]

PYTHON is an interpreter that has torch. Every engine runs in a process of its own: three steps to warm up, then the median of
five, and the most memory the process ever had. Machines drift, so what counts is the ratio within a round; the table shows
the median over the rounds. Build ahead:

    swift build -c release --product u2net-train-bench
"""
import argparse, os, pathlib, statistics, subprocess, sys, time

HERE = pathlib.Path(__file__).resolve().parent
WARM, STEPS = 3, 5


def torch_steps(model, images, size, threads):
    sys.path.insert(0, str(HERE.parent / "Tests/TrainingTests/Fixtures"))
    import torch
    from reference_network import FULL, LITE, U2Net, loss
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    network = U2Net(FULL if model == "full" else LITE)
    adam = torch.optim.Adam(network.parameters(), lr=1e-3)
    batch, masks = torch.rand(images, 3, size, size) * 2 - 1, (torch.rand(images, 1, size, size) >= 0.5).float()
    for _ in range(WARM + STEPS):
        start = time.perf_counter()
        adam.zero_grad()
        loss(network(batch), masks).backward()
        adam.step()
        print((time.perf_counter() - start) * 1e3, flush=True)


def measure(command):
    """(median milliseconds of a step, megabytes)"""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    times = [float(line) for line in process.stdout]
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    if status:
        sys.exit(f"{command} failed")
    return statistics.median(times[WARM:]), usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python")
    parser.add_argument("cases", nargs="*", default=["lite:4:160", "full:2:160"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--binary", default=HERE.parent / ".build/release/u2net-train-bench")
    options = parser.parse_intermixed_args()
    print(f"{'case':12} {'here ms':>9} {'torch ms':>9} {'ratio':>6} {'here MB':>8} {'torch MB':>9}")
    for case in options.cases:
        model, images, size = case.split(":")
        rounds = []
        for _ in range(options.rounds):
            here = measure([options.binary, model, images, size, str(options.threads), str(WARM + STEPS)])
            torch = measure([options.python, __file__, "--torch", model, images, size, str(options.threads)])
            rounds.append((here[0], torch[0], here[0] / torch[0], here[1], torch[1]))
        print("{:12} {:9.0f} {:9.0f} {:6.2f} {:8.0f} {:9.0f}".format(
            case, *(statistics.median(column) for column in zip(*rounds))), flush=True)


if sys.argv[1:2] == ["--torch"]:
    torch_steps(sys.argv[2], *map(int, sys.argv[3:6]))
else:
    main()
