"""Makes golden.json: what pymatting, SciPy and scikit-image make of pictures that formulas define.

    pip install pymatting==1.1.16 scipy==1.17.1 scikit-image==0.26.0 numpy==2.4.6 && python3 make_goldens.py
"""

import json
import pathlib

import numpy as np
import scipy.ndimage as ndi
import skimage.morphology as morphology
from pymatting import estimate_alpha_cf, estimate_foreground_ml


def disc_mix():
    """A soft disc of one colour before a background of ramps: 24 rows, 32 columns."""
    y, x = np.mgrid[0:24, 0:32].astype(float)
    radius = np.hypot(y - 11.5, x - 15.5)
    alpha = np.clip((9 - radius) / 3 + 0.5, 0, 1)
    ramps = np.stack([0.1 + 0.6 * x / 31, np.full_like(x, 0.5), 0.2 + 0.6 * y / 23], axis=-1)
    mix = alpha[..., None] * np.array([0.9, 0.3, 0.2]) + (1 - alpha[..., None]) * ramps
    return np.round(mix * 255).astype(np.uint8), alpha


def floats(values, digits=6):
    return [round(float(v), digits) for v in np.ravel(values)]


def foreground():
    photo, alpha = disc_mix()
    # In whole parts of 255, so that every type of sample holds it.
    alpha = np.round(alpha * 255).astype(np.uint8)
    f, b = estimate_foreground_ml(photo / 255, alpha / 255, return_background=True)
    return {
        "width": photo.shape[1], "height": photo.shape[0], "photo": photo.ravel().tolist(),
        "alpha": alpha.ravel().tolist(), "foreground": floats(f), "background": floats(b),
    }


def fnv(values):
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in np.asarray(values, np.uint8).tobytes():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


def noise(width, height):
    y, x = np.mgrid[0:height, 0:width]
    return ((3 * x * x + 5 * y * y + 7 * x * y + x + 2 * y) % 256).astype(np.uint8)


def blobs(width, height):
    """Soft blobs of many sizes, some with holes."""
    y, x = np.mgrid[0:height, 0:width]

    def wave(v, period):
        return np.abs(v % (2 * period) - period)

    smooth = wave(x, 13) * wave(y, 11) + wave(x + y, 7) * 4 + wave(2 * x - y, 29) * 2
    return np.clip((smooth - 55) * 5, 0, 255).astype(np.uint8)


SIZES = [(1, 1), (1, 9), (9, 1), (2, 3), (37, 29), (64, 200)]


def morphology_cases():
    for width, height in SIZES:
        mask = noise(width, height)
        for radius in [0, 1, 2, 3, 5, 8]:
            disk = morphology.disk(radius)
            yield {
                "width": width, "height": height, "radius": radius,
                "eroded": fnv(morphology.erosion(mask, disk)), "dilated": fnv(morphology.dilation(mask, disk)),
            }


def rembg(mask):
    """Post-processing as in rembg 2.0.86, bg.py."""
    opened = morphology.opening(mask, morphology.disk(1))
    blurred = ndi.gaussian_filter(opened.astype(np.float64), sigma=2)
    return np.where(blurred < 127, 0, 255).astype(np.uint8)


def rembg_cases():
    for width, height in SIZES:
        for name, make in [("noise", noise), ("blobs", blobs)]:
            mask = make(width, height)
            for shift in [0, 40, 90]:
                lifted = np.minimum(mask.astype(int) + shift, 255).astype(np.uint8)
                yield {
                    "picture": name, "width": width, "height": height, "shift": shift, "result": fnv(rembg(lifted)),
                }


def blur_cases():
    for width, height in SIZES:
        mask = noise(width, height)
        for sigma in [0.5, 1, 2, 3.7]:
            blurred = ndi.gaussian_filter(mask / 255, sigma=sigma)
            yield {
                "width": width, "height": height, "sigma": sigma, "start": floats(blurred.ravel()[:6]),
                "end": floats(blurred.ravel()[-6:]), "sum": float(blurred.sum()),
            }


def region_cases():
    for width, height in SIZES:
        mask = np.where(blobs(width, height) >= 128, 255, 0).astype(np.uint8)
        for least in [2, 12, 40, 120, 1000]:
            labels, _ = ndi.label(mask, np.ones((3, 3)))
            areas = np.bincount(labels.ravel())
            without = np.where(areas[labels] >= least, mask, 0)
            labels, _ = ndi.label(255 - mask)
            areas = np.bincount(labels.ravel())
            border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
            is_hole = (labels > 0) & ~np.isin(labels, border) & (areas[labels] < least)
            yield {
                "width": width, "height": height, "least": least, "withoutSpecks": fnv(without),
                "withoutHoles": fnv(np.where(is_hole, 255, mask)),
            }


def trimap(mask, foreground, background, size):
    """As in rembg 2.0.86, bg.py."""
    structure = np.ones((size, size)) if size > 0 else None
    is_foreground = ndi.binary_erosion(mask > foreground, structure=structure)
    is_background = ndi.binary_erosion(mask < background, structure=structure, border_value=1)
    result = np.full(mask.shape, 128, np.uint8)
    result[is_foreground] = 255
    result[is_background] = 0
    return result


def trimap_cases():
    for width, height in SIZES:
        for foreground, background, size in [(240, 10, 10), (200, 40, 3), (200, 40, 4), (180, 60, 1), (128, 128, 0), (60, 180, 0)]:
            yield {
                "width": width, "height": height, "foreground": foreground, "background": background, "erosion": size,
                "result": fnv(trimap(blobs(width, height), foreground, background, size)),
            }


def strands():
    """Thin strands of one colour that cross a background of waves, around a solid part: 40 rows, 56 columns."""
    y, x = np.mgrid[0:40, 0:56].astype(float)
    solid = np.clip((9 - np.hypot(y - 20, x - 16)) / 2 + 0.5, 0, 1)
    hair = np.clip(1.2 - np.abs((y - 20) * 3 - (x - 16) * ((y > 20) * 2 - 1.2)) / 4, 0, 1) * (x > 16) * (x < 44)
    alpha = np.maximum(solid, 0.9 * hair)
    ground = np.stack([0.5 + 0.3 * np.sin(x / 3 + c) * np.cos(y / 4 - c) for c in range(3)], axis=-1)
    object_ = np.stack([0.8 + 0.1 * np.sin(x / 5), 0.2 + 0.1 * np.cos(y / 3), 0.1 + 0 * x], axis=-1)
    mix = alpha[..., None] * object_ + (1 - alpha[..., None]) * ground
    known = np.full(alpha.shape, 128, np.uint8)
    known[np.hypot(y - 20, x - 16) < 7] = 255
    known[(np.hypot(y - 20, x - 16) > 13) & ((x < 20) | (x > 48) | (y < 6) | (y > 34))] = 0
    return np.round(mix * 255).astype(np.uint8), known


def matting_cases():
    photo, alpha = disc_mix()
    known = np.where(alpha > 0.95, 255, np.where(alpha < 0.05, 0, 128)).astype(np.uint8)
    for photo, known in [(photo, known), strands()]:
        # pymatting stops at 1e-7 by default: a little further, to compare with.
        alpha = estimate_alpha_cf(photo / 255, known / 255, cg_kwargs={"rtol": 1e-10})
        yield {
            "width": photo.shape[1], "height": photo.shape[0], "photo": photo.ravel().tolist(),
            "trimap": known.ravel().tolist(), "alpha": floats(alpha),
        }


golden = {
    "trimaps": list(trimap_cases()),
    "matting": list(matting_cases()),
    "foreground": foreground(),
    "morphology": list(morphology_cases()),
    "rembg": list(rembg_cases()),
    "blur": list(blur_cases()),
    "regions": list(region_cases()),
}
path = pathlib.Path(__file__).parent / "golden.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
