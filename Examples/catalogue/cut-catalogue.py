#!/usr/bin/env python3
"""Cuts a large catalogue out on the workers of a Dask cluster, and goes on where it was stopped.

    cut-catalogue.py PHOTOS OUT [--workers 2 | --scheduler tcp://host:8786] [--shards N] [--attempts 3] [-- MORE OPTIONS]

PHOTOS is a folder, or a file with a name a line. The catalogue is divided into shards: each is one `u2net cutout` with
`--shard I/N --existing skip --manifest OUT/manifests/I-of-N.jsonl`, so that whatever stops (a photo, a process, a worker, this
script), the same command does only what is missing. OUT/manifest.jsonl has a JSON object for every photo at the end.
Ends with 0 if every photo has a result, else with 1.
"""
import argparse, collections, functools, json, os, pathlib, shutil, signal, subprocess, sys, time

from dask.distributed import Client, LocalCluster, as_completed

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def run_shard(command):
    """On a worker: one shard. Its exit code, and what it said."""
    # A worker that dies takes the process with it; otherwise that would go on next to the one that replaces it.
    if setpriv := shutil.which("setpriv"):
        command = [setpriv, "--pdeathsig", "KILL", *command]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return done.returncode, done.stderr.decode(errors="replace")


def merged(manifests):
    """The last word on every photo. "skipped" is none if an earlier run says how the result came about."""
    photos = {}
    for manifest in manifests:
        for line in manifest.read_bytes().splitlines():
            try:
                photo = json.loads(line)
            except ValueError:
                continue  # The process was killed while it wrote this line; the photo has another, or will.
            known = photos.get(photo["input"])
            if photo["status"] != "skipped" or known is None or known["status"] == "failed":
                photos[photo["input"]] = photo
    return [photos[name] for name in sorted(photos)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--workers", type=int, default=2, help="on this machine")
    parser.add_argument("--scheduler", help="of a cluster whose workers see the same files")
    parser.add_argument("--shards", type=int, help="default: 4 for each worker; the same when you go on")
    parser.add_argument("--attempts", type=int, default=3, help="at a shard in which something failed")
    parser.add_argument("--threads", type=int, help="of a shard; default: the cores divided by the workers")
    parser.add_argument("--u2net", default=str(ROOT / ".build/release/u2net"))
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    a, more = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1:]
    photos, out, start = a.photos.resolve(), a.out.resolve(), time.monotonic()
    shards, threads = a.shards or 4 * a.workers, a.threads or max(1, (os.cpu_count() or 1) // a.workers)
    (out / "manifests").mkdir(parents=True, exist_ok=True)

    def command(index):
        source = [photos] if photos.is_dir() else ["--files-from", photos]
        return list(map(str, [a.u2net, "cutout", *source, "-o", out / "cutouts", "--shard", f"{index}/{shards}", "--existing",
                              "skip", "--manifest", manifest(index), "--threads", threads, "--quiet", *more]))

    def manifest(index):
        return out / f"manifests/{index}-of-{shards}.jsonl"

    cluster = None if a.scheduler else LocalCluster(n_workers=a.workers, threads_per_worker=1, dashboard_address=None)
    with Client(a.scheduler or cluster) as client:
        # `pure=False`: a shard that is tried again is another task. A task whose worker dies goes to another one.
        submit = functools.partial(client.submit, run_shard, pure=False, retries=a.attempts)
        running = {submit(command(index)): (index, 1) for index in range(1, shards + 1)}
        queue, failed = as_completed(running), {}
        for task in queue:
            index, attempt = running.pop(task)
            try:
                code, said = task.result()
            except Exception as error:  # Workers died again and again over this shard.
                code, said = None, f"{type(error).__name__}: {error}"
            print(f"shard {index}/{shards}: {'done' if code == 0 else f'attempt {attempt} ended with {code}'}", flush=True)
            if code != 0 and attempt < a.attempts:
                again = submit(command(index))
                running[again] = (index, attempt + 1)
                queue.add(again)
            elif code != 0:
                failed[index] = said
    if cluster:
        cluster.close()

    results = merged(path for path in map(manifest, range(1, shards + 1)) if path.exists())
    part = out / ".manifest.jsonl.part"
    part.write_text("".join(json.dumps(photo, sort_keys=True, ensure_ascii=False) + "\n" for photo in results))
    part.replace(out / "manifest.jsonl")
    states = collections.Counter(photo["status"] for photo in results)
    verdicts = collections.Counter(photo["verdict"] for photo in results if photo.get("verdict"))
    seconds = time.monotonic() - start
    # What was passed over, such as a hidden photo, has no results.
    done = sum(bool(photo["outputs"]) for photo in results)
    print(f"{len(results)} photos: {done} done, {states['failed']} failed; {seconds:.1f} s")
    print("verdicts: " + (", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()) or "none"))
    for photo in results:
        if photo["status"] == "failed":
            print(f"failed: {photo['error']}")
    for index, said in failed.items():
        print(f"shard {index}/{shards} did not end well; it said at last:\n{said.rstrip()}")
    sys.exit(bool(failed or states["failed"]))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    main()
