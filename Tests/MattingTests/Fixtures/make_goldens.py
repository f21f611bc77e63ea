"""Makes golden.json: what pymatting, SciPy and scikit-image make of pictures that formulas define.

    pip install pymatting==1.1.16 scipy==1.17.1 scikit-image==0.26.0 numpy==2.4.6 && python3 make_goldens.py
"""

import json
import pathlib

import numpy as np
from pymatting import estimate_foreground_ml


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


golden = {"foreground": foreground()}
path = pathlib.Path(__file__).parent / "golden.json"
path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
