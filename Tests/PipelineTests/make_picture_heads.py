"""Makes PictureHeads.swift: how the files begin that Pillow writes, and the extensions that it knows.

    pip install Pillow==13.0.0 && python3 make_picture_heads.py > PictureHeads.swift
"""
import io
from PIL import Image

FORMATS = [  # Pillow's name, mode, ours
    ("AVIF", "RGB", "AVIF"), ("BLP", "P", "BLP"), ("BMP", "RGB", "BMP"), ("DDS", "RGB", "DDS"), ("EPS", "RGB", "EPS"),
    ("GIF", "P", "GIF"), ("ICNS", "RGBA", "icon"), ("ICO", "RGBA", "icon"), ("IM", "RGB", "IM"), ("IM", "L", "IM"),
    ("JPEG2000", "RGB", "JPEG 2000"), ("MSP", "1", "MS Paint"), ("PCX", "RGB", "PCX"), ("PCX", "L", "PCX"),
    ("PCX", "1", "PCX"), ("PPM", "RGB", "Netpbm"), ("PPM", "L", "Netpbm"), ("PPM", "F", "Netpbm"),
    ("QOI", "RGB", "QOI"), ("SGI", "RGB", "SGI"), ("SGI", "L", "SGI"), ("TGA", "RGB", "Targa"), ("TGA", "RGBA", "Targa"),
    ("TGA", "L", "Targa"), ("TGA", "P", "Targa"), ("TIFF", "RGB", "TIFF"), ("XBM", "1", "X bitmap"),
]
# Read only, by what their readers ask for.
OTHERS = [
    ("CUR", "icon", bytes([0, 0, 2, 0, 1, 0, 32, 32, 0, 0, 0, 0, 0, 0, 0x30, 1, 0, 0, 22, 0, 0, 0])),
    ("DCX", "PCX", bytes([0xB1, 0x68, 0xDE, 0x3A])), ("FITS", "FITS", b"SIMPLE  =                    T"),
    ("FLI", "FLI", bytes([0, 1, 0, 0, 0x12, 0xAF])), ("SUN", "Sun raster", bytes([0x59, 0xA6, 0x6A, 0x95])),
    ("WMF", "Windows metafile", bytes([0xD7, 0xCD, 0xC6, 0x9A])), ("XPM", "X pixmap", b"/* XPM */\nstatic char"),
    ("PIXAR", "Pixar", bytes([0x80, 0xE8, 0, 0])), ("MCIDAS", "McIDAS", bytes([0, 0, 0, 0, 0, 0, 0, 4])),
]

Image.init()
picture = Image.effect_noise((40, 30), 40)
print("// Made by make_picture_heads.py from what Pillow writes: do not edit.\n")
print("/// Pillow's name of a format, ours, and the first bytes of a file in hexadecimal digits.")
print("let pictureHeads: [(pillow: String, name: String, head: String)] = [")
for pillow, mode, name in FORMATS:
    file = io.BytesIO()
    picture.convert("RGB").convert(mode).save(file, pillow)
    print(f'  ("{pillow} {mode}", "{name}", "{file.getvalue()[:32].hex()}"),')
for pillow, name, head in OTHERS:
    print(f'  ("{pillow}", "{name}", "{head.hex()}"),')
print("]\n\n/// All extensions that Pillow knows.")
print("let pillowsExtensions = [")
names = sorted(name[1:] for name in Image.registered_extensions())
for at in range(0, len(names), 12):
    print("  " + ", ".join(f'"{name}"' for name in names[at:at + 12]) + ",")
print("]")
