#!/usr/bin/env python3
"""Maps the Python package over a data set with Dask: nothing is started for a photo, each worker keeps its detector.

    map-catalogue.py PHOTOS OUT [--workers 2 | --scheduler tcp://host:8786] [--model lite]

OUT/cutouts has a cut-out of each photo in the tree of PHOTOS, OUT/photos.csv what became of each. Photos whose cut-out is there are left
alone. Ends with 1 if a photo failed.
"""
import argparse, csv, functools, os, pathlib, sys

import dask.bag
from dask.distributed import Client, LocalCluster

import u2net

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}


@functools.cache
def detector(model, threads):
    """One for each process of a worker."""
    return u2net.Detector(model, threads=threads)


def cut(names, photos, out, model, threads):
    """On a worker: some photos, several at a time."""
    names = list(names)
    ours = detector(model, threads)
    rows = []
    for name, cutout in zip(names, ours.map((photos / name for name in names), "file", errors="return", refine="guided")):
        if isinstance(cutout, Exception):
            rows.append({"photo": name, "error": str(cutout)})
            continue
        target = (out / "cutouts" / name).with_suffix(".png")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{os.getpid()}")
        part.write_bytes(cutout)
        part.rename(target)  # A result appears whole or not at all.
        rows.append({"photo": name, "cutout": str(target.relative_to(out)), "bytes": len(cutout)})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--workers", type=int, default=2, help="on this machine")
    parser.add_argument("--scheduler", help="of a cluster whose workers see the same files")
    parser.add_argument("--model", default="lite")
    a = parser.parse_args()
    photos, out = a.photos.resolve(), a.out.resolve()
    names = sorted(str(path.relative_to(photos)) for path in photos.rglob("*") if path.suffix.lower() in SUFFIXES)
    targets = {}
    for name in names:
        targets.setdefault(str(pathlib.Path(name).with_suffix(".png")), []).append(name)
    if rivals := [group for group in targets.values() if len(group) > 1]:
        sys.exit(f"these would have one cut-out: {', '.join(rivals[0])}")
    left = [name for name in names if not (out / "cutouts" / name).with_suffix(".png").exists()]
    out.mkdir(parents=True, exist_ok=True)
    if not left:
        print(f"{len(names)} photos, all done before")
        return

    cluster = a.scheduler or LocalCluster(a.workers, threads_per_worker=1, dashboard_address=None)
    threads = None if a.scheduler else max(1, (os.cpu_count() or 1) // a.workers)
    with Client(cluster):
        bag = dask.bag.from_sequence(left, npartitions=min(len(left), 4 * a.workers))
        rows = bag.map_partitions(cut, photos, out, a.model, threads).compute()
    table, fields = out / "photos.csv", ["photo", "cutout", "bytes", "error"]
    is_new = not table.exists()
    with table.open("a", newline="") as file:
        writer = csv.DictWriter(file, fields)
        if is_new:
            writer.writeheader()
        writer.writerows(rows)
    failed = [row for row in rows if "error" in row]
    for row in failed:
        print(row["error"], file=sys.stderr)
    print(f"{len(names)} photos, {len(names) - len(left)} done before, {len(left) - len(failed)} done, {len(failed)} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
