"""Makes resampling.json: what Pillow and scikit-image make of pictures of other sizes.

    pip install Pillow==12.0.0 scikit-image==0.26.0 && python3 make_goldens.py

Pillow is pinned because 13.0 resamples columns before rows if the height shrinks more than the width, which
rounds differently.
"""

import json
import pathlib

import numpy as np
import PIL
import skimage
from PIL import Image
from skimage.transform import resize

HERE = pathlib.Path(__file__).parent


def fnv(data):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def texture(width, height, channels):
    """The image that the tests make by the same formula."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    return ((3 * x * x + 5 * y * y + 7 * x * y + 31 * c + x + 2 * y) % 256).astype(np.uint8)


SIZES = [
    (53, 37, 20, 16), (53, 37, 80, 64), (53, 37, 53, 11), (53, 37, 11, 37), (64, 48, 7, 91), (9, 100, 33, 13),
    (1, 1, 5, 4), (1, 17, 3, 40), (23, 1, 6, 1), (31, 29, 1, 1), (200, 3, 199, 4), (320, 240, 64, 64),
    (40, 30, 320, 200),
]


def make_resampling():
    filters = {"bilinear": Image.Resampling.BILINEAR, "lanczos": Image.Resampling.LANCZOS}
    bytes_golden, floats_golden, unantialiased = [], [], []
    for sizes in SIZES:
        width, height, to_width, to_height = sizes
        for filter in filters:
            for channels in (1, 2, 3, 4):
                # Plane by plane: with an alpha channel Pillow would multiply it in first.
                planes = [Image.fromarray(texture(width, height, channels)[..., c]) for c in range(channels)]
                out = np.stack([np.asarray(p.resize((to_width, to_height), filters[filter])) for p in planes], axis=2)
                if channels >= 3:
                    mode = {3: "RGB", 4: "CMYK"}[channels]
                    whole = Image.merge(mode, planes).resize((to_width, to_height), filters[filter])
                    assert np.array_equal(np.asarray(whole), out)
                bytes_golden.append({
                    "sizes": sizes, "filter": filter, "channels": channels,
                    "start": out.reshape(-1)[:8].tolist(), "fnv": fnv(out.tobytes()),
                })
            plane = texture(width, height, 1)[..., 0].astype(np.float32) / 8 - 10
            out = np.asarray(Image.fromarray(plane).resize((to_width, to_height), filters[filter]))
            floats_golden.append({
                "sizes": sizes, "filter": filter, "sum": float(out.astype(np.float64).sum()),
                "start": [float(v) for v in out.reshape(-1)[:8]], "end": [float(v) for v in out.reshape(-1)[-8:]],
            })
    for sizes in [s for s in SIZES if s[2] * s[3] < 2000] + [(6, 5, 6, 5), (2, 1, 7, 1), (12, 10, 17, 10)]:
        width, height, to_width, to_height = sizes
        for least in (0, 100):  # above 0, clipping to the darkest sample shows
            image = np.maximum(texture(width, height, 3), least)
            out = resize(
                image, (to_height, to_width), order=1, mode="constant", cval=0, clip=True, preserve_range=False,
                anti_aliasing=False)
            unantialiased.append({
                "sizes": sizes, "least": least, "sum": float(out.sum()),
                "start": [round(float(v), 8) for v in out.reshape(-1)[:24]],
                "end": [round(float(v), 8) for v in out.reshape(-1)[-24:]],
            })
    return {"bytes": bytes_golden, "floats": floats_golden, "unantialiased": unantialiased}


def main():
    golden = {"madeBy": f"Pillow {PIL.__version__}, scikit-image {skimage.__version__}"} | make_resampling()
    lines = json.dumps(golden, separators=(",", ":")).replace("},{", "},\n{")
    (HERE / "resampling.json").write_text(lines + "\n")


if __name__ == "__main__":
    main()
