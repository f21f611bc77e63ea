#!/usr/bin/env python3
"""How far a photo of the background mends masks: composites of known alpha over photos, with and without --plate.

    plates.py FOLDER --mattes DIR [DIR ...] --backgrounds DIR [--model lite|full]

A folder of mattes has images/ and alphas/ of the same names, or pictures with alpha of their own, of which every fourth is taken.
Backgrounds are photos, in DIR/images or DIR; if there is a DIR/masks, the hundred with the least object are taken. FOLDER gets the
composites: "exact" have the very background as plate (noise of 1 level, JPEG 95), "hard" one from a camera that has moved by up to 3
pixels and turned by up to 0.2 degrees, with an exposure up to 10 % off (noise of 3 levels, JPEG 85). Needs numpy,
opencv-python-headless and pymatting. Prints what `u2net evaluate --alpha` says of the masks.
"""
import argparse, pathlib, subprocess, sys

import cv2
import numpy as np
from pymatting import estimate_foreground_ml

U2NET = pathlib.Path(__file__).resolve().parent.parent / ".build/release/u2net"
LONGEST, MARGIN = 900, 20


def pictures(folder):
    return sorted(p for p in folder.glob("*") if p.suffix.lower() in (".png", ".jpg", ".jpeg"))


def read(path, flags=cv2.IMREAD_COLOR):
    return cv2.imread(str(path), flags).astype(float) / 255


def objects(folders):
    """Name, colours of the object alone and alpha."""
    for folder in folders:
        if not (folder / "alphas").exists():
            for path in pictures(folder)[::4]:
                picture = read(path, cv2.IMREAD_UNCHANGED)
                yield f"{folder.name}-{path.stem}", picture[..., :3], picture[..., 3]
            continue
        photos = {path.stem: path for path in pictures(folder / "images")}
        for path in pictures(folder / "alphas"):
            alpha, photo = read(path, cv2.IMREAD_GRAYSCALE), read(photos[path.stem])
            factor = LONGEST / max(alpha.shape)
            if factor < 1:
                alpha = cv2.resize(alpha, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
                photo = cv2.resize(photo, alpha.shape[::-1], interpolation=cv2.INTER_AREA)
            yield f"{folder.name}-{path.stem}", estimate_foreground_ml(photo, alpha), alpha


def backgrounds(folder):
    found = pictures(folder / "images" if (folder / "images").exists() else folder)
    if not (folder / "masks").exists():
        return found
    masks = {path.stem: path for path in pictures(folder / "masks")}
    return sorted(found, key=lambda path: (read(masks[path.stem], 0) > 0.5).mean() if path.stem in masks else 1)[:100]


def compose(folder, mattes, photos):
    chance = np.random.default_rng(7)

    def write(kind, name, photo, plate, alpha, quality):
        for part, picture in (("photos", photo), ("plates", plate)):
            pixels = (picture * 255).round().clip(0, 255).astype(np.uint8)
            cv2.imwrite(str(folder / kind / part / f"{name}.jpg"), pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
        cv2.imwrite(str(folder / kind / "alphas" / f"{name}.png"), (alpha * 255).round().astype(np.uint8))

    for kind in ("exact", "hard"):
        for part in ("photos", "plates", "alphas"):
            (folder / kind / part).mkdir(parents=True, exist_ok=True)
    for name, color, alpha in objects(mattes):
        height, width = alpha.shape
        behind = read(photos[int(chance.integers(len(photos)))])
        factor = max((height + 2 * MARGIN) / behind.shape[0], (width + 2 * MARGIN) / behind.shape[1])
        behind = cv2.resize(behind, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC).clip(0, 1)
        top, left = (behind.shape[0] - height) // 2, (behind.shape[1] - width) // 2

        def part(picture):
            return picture[top : top + height, left : left + width]

        def noise(levels):
            return chance.normal(0, levels / 255, (height, width, 3))

        photo = alpha[..., None] * color + (1 - alpha[..., None]) * part(behind)
        write("exact", name, photo + noise(1), part(behind) + noise(1), alpha, 95)
        turn, (right, down), exposure = chance.uniform(-0.2, 0.2), chance.uniform(-3, 3, 2), chance.uniform(0.9, 1.1)
        matrix = cv2.getRotationMatrix2D((behind.shape[1] / 2, behind.shape[0] / 2), turn, 1)
        matrix[:, 2] += right, down
        moved = cv2.warpAffine(
            behind, matrix, behind.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
        write("hard", name, photo + noise(3), part(moved.clip(0, 1)) * exposure + noise(3), alpha, 85)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--mattes", type=pathlib.Path, nargs="+", required=True)
    parser.add_argument("--backgrounds", type=pathlib.Path, required=True)
    parser.add_argument("--model", default="lite")
    arguments = parser.parse_args()
    photos = backgrounds(arguments.backgrounds)
    if not photos:
        sys.exit(f"{arguments.backgrounds}: no photos")
    compose(arguments.folder, arguments.mattes, photos)
    for kind in ("exact", "hard"):
        place = arguments.folder / kind
        for name, more in (("plain", []), ("plate", ["--plate", place / "plates"])):
            masks = place / f"{name}-{arguments.model}"
            subprocess.run([U2NET, "mask", place / "photos", "-o", masks, "-m", arguments.model, "--existing", "overwrite",
                            "--quiet", *more], check=True)
            print(f"{kind}, {name}, {arguments.model}", flush=True)
            subprocess.run([U2NET, "evaluate", "--alpha", "--predictions", masks, "--masks", place / "alphas"], check=True)


if __name__ == "__main__":
    main()
