"""Makes the fixtures of ImageFilesTests, and the golden values to hold them against.

    pip install Pillow==12.0.0 && python3 make_fixtures.py

PNGs are written here, sample by sample, so that what they decode to is known without any decoder; where Pillow
can tell, it is asked to agree. JPEGs are written and decoded by Pillow.
"""

import base64
import json
import pathlib
import struct
import zlib

import numpy as np
import PIL
import PIL.ImageOps
from PIL import Image, ImageCms

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 19, 13
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
STORED = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def fnv(data):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


# PNG


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def paeth(a, b, c):
    p = a + b - c
    distances = abs(p - a), abs(p - b), abs(p - c)
    return (a, b, c)[distances.index(min(distances))]


def filtered(rows, pixel_bytes):
    """Packed rows with each of the five filters in turn."""
    out, above = bytearray(), bytes(len(rows[0]))
    for y, row in enumerate(rows):
        out.append(y % 5)
        for i, value in enumerate(row):
            a = row[i - pixel_bytes] if i >= pixel_bytes else 0
            c = above[i - pixel_bytes] if i >= pixel_bytes else 0
            out.append((value - [0, a, above[i], (a + above[i]) // 2, paeth(a, above[i], c)][y % 5]) % 256)
        above = row
    return bytes(out)


def packed(samples, depth):
    """One row of samples (any shape) as bytes, the first in the high bits."""
    bits = "".join(f"{int(v):0{depth}b}" for v in samples.reshape(-1))
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def png(samples, colour, depth, interlaced, before=b"", after=b""):
    """samples: height x width x stored channels."""
    height, width, channels = samples.shape
    pixel_bytes = max(1, channels * depth // 8)
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    data = b""
    for x, y, dx, dy in passes:
        part = samples[y::dy, x::dx]
        if part.size:
            data += filtered([packed(row, depth) for row in part], pixel_bytes)
    data = zlib.compress(data, 9)
    half = len(data) // 2  # two IDATs
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before + chunk(b"IDAT", data[:half])
        + chunk(b"IDAT", data[half:]) + after + chunk(b"IEND")
    )


def make_pngs():
    golden = []
    cases = [(GREY, d) for d in (1, 2, 4, 8, 16)] + [(PALETTE, d) for d in (1, 2, 4, 8)]
    cases += [(c, d) for c in (RGB, GREY_ALPHA, RGBA) for d in (8, 16)]
    for colour, depth in cases:
        for trns in (False, True) if colour in (GREY, RGB, PALETTE) else (False,):
            rng = np.random.default_rng(100 * colour + depth + trns)
            top = 2**depth
            samples = rng.integers(0, top, (HEIGHT, WIDTH, STORED[colour]), dtype=np.int64)
            before = b""
            if colour == PALETTE:
                entries = rng.integers(0, 256, (top, 3))
                alphas = rng.integers(0, 256, max(1, top * 3 // 4))  # fewer than entries: the rest is opaque
                before = chunk(b"PLTE", bytes(entries.reshape(-1).tolist()))
                wide = entries[samples[..., 0]]
                if trns:
                    before += chunk(b"tRNS", bytes(alphas.tolist()))
                    full = np.concatenate([alphas, np.full(top - len(alphas), 255)])
                    wide = np.concatenate([wide, full[samples]], axis=2)
                wide = wide * 257
                bits = 8
            else:
                wide = samples * (65535 // (top - 1))
                bits = depth
                if trns:
                    samples[5, 3] = samples[2, 2]
                    if depth == 16:  # differs in the low byte only: not transparent
                        samples[6, 4] = samples[2, 2] ^ 1
                    wide = samples * (65535 // (top - 1))
                    before = chunk(b"tRNS", b"".join(struct.pack(">H", v) for v in samples[2, 2].tolist()))
                    opaque = (samples != samples[2, 2]).any(axis=2, keepdims=True)
                    wide = np.concatenate([wide, opaque * 65535], axis=2)
            narrow = (wide >> 8).astype(np.uint8)
            for interlaced in (False, True):
                kind = {GREY: "grey", RGB: "rgb", PALETTE: "palette", GREY_ALPHA: "grey-alpha", RGBA: "rgba"}[colour]
                name = f"{kind}-{depth}{'-trns' if trns else ''}{'-interlaced' if interlaced else ''}.png"
                (HERE / name).write_bytes(png(samples, colour, depth, interlaced, before))
                if not (colour == GREY and depth == 16):  # which Pillow reads in a mode of its own
                    seen = Image.open(HERE / name).convert("RGB")
                    plane = narrow[..., :1].repeat(3, axis=2) if narrow.shape[2] < 3 else narrow[..., :3]
                    assert np.array_equal(np.asarray(seen), plane), name
                golden.append({
                    "name": name, "channels": wide.shape[2], "bitDepth": bits,
                    "start8": narrow.reshape(-1)[:8].tolist(), "fnv8": fnv(narrow.tobytes()),
                    "start16": wide.reshape(-1)[:8].tolist(), "fnv16": fnv(wide.astype(">u2").tobytes()),
                })
    return golden


# Orientation


def tiff(orientation, order):
    pack = lambda f, *v: struct.pack(order + f, *v)
    entries = [
        pack("HHII", 0x010F, 2, 4, 0x41424300),  # Make: "ABC"
        pack("HHIHH", 0x0112, 3, 1, orientation, 0),
    ]
    start = (b"II" if order == "<" else b"MM") + pack("HI", 42, 8)
    return start + pack("H", len(entries)) + b"".join(entries) + pack("I", 0)


def shaded():
    """Smooth, and different along both axes and in each channel."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([20 + 11 * x, 30 + 16 * y, 200 - 5 * x - 6 * y], axis=2).clip(0, 255).astype(np.uint8)


def stored(shown, orientation):
    """The array that, displayed by `orientation`, is `shown`."""
    undo = {
        1: lambda a: a, 2: lambda a: a[:, ::-1], 3: lambda a: a[::-1, ::-1], 4: lambda a: a[::-1],
        5: lambda a: a.swapaxes(0, 1), 6: lambda a: np.rot90(a, 1), 7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
        8: lambda a: np.rot90(a, -1),
    }
    return np.ascontiguousarray(undo[orientation](shown))


def make_orientations():
    shown = shaded()
    for orientation in range(1, 9):
        order = "<>"[orientation % 2]
        exif = tiff(orientation, order)
        image = Image.fromarray(stored(shown, orientation))
        path = HERE / f"orientation-{orientation}.jpg"
        image.save(path, quality=95, subsampling=0, exif=b"Exif\0\0" + exif)
        upright = np.asarray(PIL.ImageOps.exif_transpose(Image.open(path)))
        assert np.abs(upright.astype(int) - shown).max() < 12, orientation
        path = HERE / f"orientation-{orientation}.png"
        place = {"before" if orientation < 5 else "after": chunk(b"eXIf", exif)}
        path.write_bytes(png(np.asarray(image).astype(np.int64), RGB, 8, False, **place))
        assert np.array_equal(np.asarray(PIL.ImageOps.exif_transpose(Image.open(path))), shown), orientation
    return {"pixels": base64.b64encode(shown.tobytes()).decode()}


# JPEG


def make_jpegs():
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    colours = np.stack([12 * x, 18 * y, 128 + 100 * np.sin(x / 3 + y / 4)], axis=2).clip(0, 255).astype(np.uint8)
    image = Image.fromarray(colours)
    inks = Image.fromarray(np.concatenate([colours, (8 * (x + y))[..., None].astype(np.uint8)], axis=2), "CMYK")

    # Pillow writes no YCCK. So Y, Cb, Cr are given to it as if they were (inverted) inks, and Adobe's marker is
    # told afterwards that they are Y, Cb, Cr.
    ycc = np.asarray(Image.fromarray(255 - colours).convert("YCbCr"))
    ycck = np.concatenate([255 - ycc, np.asarray(inks)[..., 3:]], axis=2)

    def save(name, image, **options):
        image.save(HERE / name, **options)
        return name

    names = [
        save("grey.jpg", image.convert("L"), quality=90),
        save("colour-444.jpg", image, quality=90, subsampling=0),
        save("colour-420.jpg", image, quality=90, subsampling=2),
        save("colour-420-progressive.jpg", image, quality=90, subsampling=2, progressive=True),
        save("grey-progressive.jpg", image.convert("L"), quality=90, progressive=True),
        save("restarts.jpg", image, quality=90, subsampling=0, restart_marker_blocks=2),
        save("rgb.jpg", image, quality=90, keep_rgb=True),
        save("cmyk.jpg", inks, quality=92),
        save("ycck.jpg", Image.fromarray(ycck, "CMYK"), quality=92),
    ]
    data = bytearray((HERE / "ycck.jpg").read_bytes())
    data[data.index(b"Adobe") + 11] = 2
    (HERE / "ycck.jpg").write_bytes(data)

    golden = []
    for name in names:
        seen = Image.open(HERE / name)
        seen = seen if seen.mode == "L" else seen.convert("RGB")
        pixels = np.asarray(seen)
        golden.append({
            "name": name, "channels": len(seen.getbands()),
            "pixels": base64.b64encode(pixels.tobytes()).decode(),
        })
    return golden


# WebP


def make_webps():
    shown = shaded()
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    image = Image.fromarray(shown)
    cutout = Image.fromarray(np.dstack([shown, (14 * x).clip(0, 255).astype(np.uint8)]))
    exif = b"Exif\0\0" + tiff(6, ">")

    def save(name, image, **options):
        image.save(HERE / name, **options)
        return name

    save("animation.webp", image, save_all=True, append_images=[image.rotate(180)], duration=100)
    save("orientation-6.webp", Image.fromarray(stored(shown, 6)), lossless=True, exif=exif)
    names = [
        save("lossy.webp", image, quality=80),
        save("lossy-alpha.webp", cutout, quality=80),
        save("lossless.webp", image, lossless=True),
        save("lossless-alpha.webp", cutout, lossless=True, exact=True),
    ]
    golden = []
    for name in names:
        seen = Image.open(HERE / name)
        pixels = np.asarray(seen)
        golden.append({
            "name": name, "channels": len(seen.getbands()),
            "pixels": base64.b64encode(pixels.tobytes()).decode(),
        })
    return golden


# Metadata


def make_metadata():
    image = Image.fromarray(shaded())
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile[:24] + bytes(12) + profile[36:]  # without the time it was made
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"  # GPS: latitude is north
    options = {"icc_profile": profile, "exif": exif.tobytes(), "dpi": (300, 150)}
    for suffix in ("jpg", "png", "webp"):
        if suffix == "webp":  # which has no place for it but EXIF
            del options["dpi"]
        path = HERE / f"metadata.{suffix}"
        image.save(path, **options)
        seen = Image.open(path)
        assert seen.info["icc_profile"] == profile and seen.getexif()[0x010F] == "Maker", suffix
    tiff_bytes = exif.tobytes().removeprefix(b"Exif\0\0")
    return {
        "profile": base64.b64encode(profile).decode(), "exif": base64.b64encode(tiff_bytes).decode(),
    }


def main():
    golden = {
        "madeBy": f"Pillow {PIL.__version__}",
        "width": WIDTH, "height": HEIGHT,
        "png": make_pngs(), "jpeg": make_jpegs(), "orientation": make_orientations(),
        "webP": make_webps(), "metadata": make_metadata(),
    }
    lines = json.dumps(golden, separators=(",", ":")).replace("},{", "},\n{")
    (HERE / "golden.json").write_text(lines + "\n")


if __name__ == "__main__":
    main()
