#!/usr/bin/env python3
"""Shows what u2net makes of a folder of photos: the photo, mask, and the cut-out on grey, white and magenta, a row each.

    contact-sheet.py FOLDER OUT.png [--model lite|full] [--options="-a --crop"] [--detail] [--height PIXELS]

Needs Pillow (`pip install Pillow`). With --detail every photo has a second row: pixel for pixel, the part of the photo with
the most half-transparent pixels, where halos and fringes show.
"""
import argparse, pathlib, shlex, subprocess, sys, tempfile

try:
    from PIL import Image, ImageDraw, ImageOps
except ImportError:
    sys.exit("contact-sheet.py: Pillow is missing: python3 -m venv V && V/bin/pip install Pillow, then run it with V/bin/python")

U2NET = pathlib.Path(__file__).resolve().parent.parent / ".build/release/u2net"
BACKGROUNDS = {"grey": (128, 128, 128), "white": (255, 255, 255), "magenta": (255, 0, 255)}
GAP, TITLE = 6, 16


def pictures(photo, mask, cutout):
    """What stands side by side, all of the photo's size."""
    yield "photo", photo
    yield "mask", mask.convert("RGB")
    for name, color in BACKGROUNDS.items():
        picture = Image.new("RGBA", cutout.size, color + (255,))
        picture.alpha_composite(cutout)
        yield f"on {name}", picture.convert("RGB")


def softest_part(alpha, width, height):
    """The box of that size with the most pixels that are neither object nor background."""
    step = max(8, min(width, height) // 4)
    soft = alpha.point(lambda value: 255 if 25 < value < 230 else 0)
    boxes = [(left, top, left + width, top + height) for top in range(0, max(1, alpha.height - height + 1), step)
             for left in range(0, max(1, alpha.width - width + 1), step)]
    small, scale = soft.reduce(step) if min(alpha.size) >= step else soft, step if min(alpha.size) >= step else 1

    def count(box):
        part = small.crop(tuple(round(side / scale) for side in box))
        return sum(value * n for value, n in enumerate(part.histogram()))
    return max(boxes, key=count)


def row(title, cells, height, resize):
    cells = [(name, ImageOps.contain(cell, (3 * height, height)) if resize else cell) for name, cell in cells]
    strip = Image.new("RGB", (sum(cell.width + GAP for _, cell in cells), max(c.height for _, c in cells) + TITLE + GAP), "white")
    draw, left = ImageDraw.Draw(strip), 0
    for name, cell in cells:
        draw.text((left + 2, 2), f"{title}: {name}" if left == 0 else name, fill="black")
        strip.paste(cell, (left, TITLE))
        left += cell.width + GAP
    return strip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--model", choices=["lite", "full"], default="lite")
    parser.add_argument("--options", default="", help="more options for u2net cutout")
    parser.add_argument("--detail", action="store_true")
    parser.add_argument("--height", type=int, default=240, help="of a row")
    a = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as work:
        cuts, masks = pathlib.Path(work, "cuts"), pathlib.Path(work, "masks")
        done = subprocess.run([U2NET, "cutout", a.folder, "-o", cuts, "--mask", masks, "-m", a.model, "--quiet",
                               *shlex.split(a.options)])
        for path in sorted(cuts.rglob("*.png")):
            name = path.relative_to(cuts)
            source = next(p for p in (a.folder / name).parent.glob("*") if p.stem == name.stem and p.is_file())
            photo = ImageOps.exif_transpose(Image.open(source)).convert("RGB")
            mask, cutout = Image.open(masks / name).convert("L"), Image.open(path).convert("RGBA")
            if cutout.size != photo.size:
                photo = ImageOps.pad(photo, cutout.size)
                mask = ImageOps.pad(mask, cutout.size)
            title = f"{source.name} {photo.width}x{photo.height}"
            cells = list(pictures(photo, mask, cutout))
            rows.append(row(title, cells, a.height, resize=True))
            if a.detail:
                box = softest_part(cutout.getchannel("A"), min(a.height, photo.width), min(a.height, photo.height))
                rows.append(row(f"from {box[0]},{box[1]}", [(n, c.crop(box)) for n, c in cells], a.height, resize=False))
    if not rows:
        sys.exit("contact-sheet.py: nothing to show")
    sheet = Image.new("RGB", (max(r.width for r in rows), sum(r.height for r in rows)), "white")
    top = 0
    for strip in rows:
        sheet.paste(strip, (0, top))
        top += strip.height
    sheet.save(a.out)
    print(f"{a.out}: {len(rows)} rows, {sheet.width}x{sheet.height}")
    sys.exit(done.returncode)


main()
