"""Finds the object that a picture is about, and cuts it out: U²-Net and U²-Netp on an ordinary CPU.

    import u2net
    detector = u2net.Detector()                    # lite, whose weights are inside
    mask = detector.mask("mug.jpg")                # height × width, 0 background … 255 object
    mug = detector.cutout("mug.jpg", refine="guided", crop=True)  # height × width × 4

Photos are arrays (height × width, or × 1 to 4 channels, uint8 or uint16), PIL images, paths, or the bytes of JPEG, PNG or WebP
files. What is written for rembg works with `from u2net import remove, new_session`.
"""

from ._detector import Detector, Saliency
from ._library import Cancelled, Error, InvalidArgument, OutOfMemory, Unreadable, models, version
from ._rembg import Session, new_session, remove

__version__ = version()
__all__ = [
    "Cancelled", "Detector", "Error", "InvalidArgument", "OutOfMemory", "Saliency", "Session", "Unreadable", "models",
    "new_session", "remove", "version",
]

# In messages they are called as they are imported.
for _public in (Cancelled, Detector, Error, InvalidArgument, OutOfMemory, Saliency, Session, Unreadable):
    _public.__module__ = __name__
