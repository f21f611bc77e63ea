"""mask.py PHOTO MASK: what `u2net mask PHOTO -o MASK` does, by the package."""

import sys

import u2net

with open(sys.argv[2], "wb") as file:
    file.write(u2net.Detector().file(sys.argv[1], "mask"))
