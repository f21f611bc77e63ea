#!/usr/bin/env python3
"""Makes odd-files.json: files that say in unusual ways how their picture lies, what its colours mean and how large it is,
with Pillow's reading of each; and colours.json with profiles and what Pillow's lcms2 makes of a CMYK picture.

    python3 -m venv env && env/bin/pip install pillow numpy && env/bin/python make_odd_files.py

Where Pillow gives up on a file, the expected orientation stands in this script, with the reason.
"""

import base64
import io
import json
import struct
import zlib

import numpy as np
import PIL
from PIL import Image, ImageCms, ImageOps

from make_fixtures import HERE, RGB, chunk, png, shaded, stored, tiff

EXIF, XAP, PROFILE = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0", b"ICC_PROFILE\0\1\1"


def encoded(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# Profiles


def profile(device_class, space, pcs, tags):
    """An ICC profile of version 2."""
    table, data = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags:
        value += bytes(-len(value) % 4)
        table += name + struct.pack(">II", start + len(data), len(value))
        data += value
    size = start + len(data)
    header = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02400000, device_class, space, pcs) + bytes(12) + b"acsp"
    header += bytes(28) + struct.pack(">3i", 63190, 65536, 54061)  # the PCS's white, D50
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


def text(name):
    return [
        (b"desc", b"desc" + bytes(4) + struct.pack(">I", len(name) + 1) + name + bytes(1 + 78)),
        (b"cprt", b"text" + bytes(4) + b"none\0"),
        (b"wtpt", xyz(0.9642, 1, 0.8249)),
    ]


def xyz(*values):
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(65536 * v) for v in values))


def adobe_rgb():
    """Primaries of Adobe RGB (1998), brought to D50, and its gamma of 563/256."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, 563)
    return profile(b"mntr", b"RGB ", b"XYZ ", text(b"Wide") + [
        (b"rXYZ", xyz(0.60974, 0.31111, 0.01947)), (b"gXYZ", xyz(0.20528, 0.62567, 0.06087)),
        (b"bXYZ", xyz(0.14919, 0.06322, 0.74457)), (b"rTRC", curve), (b"gTRC", curve), (b"bTRC", curve)])


def inks():
    """A printer whose four inks filter each other's light, as a table of the 16 full overprints."""
    inks = np.array([[0, 130, 190], [200, 20, 110], [250, 225, 30], [40, 38, 36]]) / 255
    nodes = b""
    for index in range(16):
        color = np.ones(3)
        for ink in range(4):
            if index >> (3 - ink) & 1:
                color = color * inks[ink]
        nodes += bytes(lab(color))
    ramp = bytes(range(256))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + 4 * ramp + nodes + 3 * ramp
    return profile(b"prtr", b"CMYK", b"Lab ", text(b"Inks") + [(b"A2B0", table)])


def lab(color):
    linear = np.where(color > 0.04045, ((color + 0.055) / 1.055) ** 2.4, color / 12.92)
    to_xyz = [[0.43607, 0.38515, 0.14308], [0.22249, 0.71687, 0.06062], [0.01392, 0.09708, 0.7141]]
    f = np.cbrt(np.maximum(to_xyz @ linear / [0.9642, 1, 0.8249], 1e-6))
    return [
        round(np.clip(2.55 * (116 * f[1] - 16), 0, 255)), round(np.clip(128 + 500 * (f[0] - f[1]), 0, 255)),
        round(np.clip(128 + 200 * (f[1] - f[2]), 0, 255))]


def make_colors():
    srgb = ImageCms.createProfile("sRGB")
    wide, printer = adobe_rgb(), inks()
    y, x = np.mgrid[0:13, 0:19]
    plates = np.stack([13 * x, 19 * y, 7 * (x + y), 5 * abs(x - y)], axis=2).clip(0, 255).astype(np.uint8)
    cmyk = encoded(Image.fromarray(plates, "CMYK"), "JPEG", quality=95, subsampling=0, icc_profile=printer)
    seen = Image.open(io.BytesIO(cmyk))
    opened = ImageCms.ImageCmsProfile(io.BytesIO(printer))
    shown = ImageCms.profileToProfile(seen, opened, srgb, ImageCms.Intent.PERCEPTUAL, outputMode="RGB")
    asked = [[200, 85, 0], [12, 160, 90], [255, 255, 255], [0, 0, 0], [64, 64, 200]]
    pixels = Image.fromarray(np.array([asked], np.uint8))
    opened = ImageCms.ImageCmsProfile(io.BytesIO(wide))
    told = ImageCms.profileToProfile(pixels, srgb, opened, ImageCms.Intent.RELATIVE_COLORIMETRIC)
    code = lambda data: base64.b64encode(data).decode()
    return {
        "wide": code(wide), "cmyk": code(cmyk), "shown": code(np.asarray(shown).tobytes()), "asked": asked,
        "told": np.asarray(told)[0].tolist(),
    }


# Directories


def entry(order, tag, kind, values):
    letter = {1: "B", 2: "s", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 11: "f"}[kind]
    data = struct.pack(order + letter * len(values), *values)
    assert len(data) <= 4
    return struct.pack(order + "HHI", tag, kind, len(values)) + data.ljust(4, b"\0")


def directory(order, *entries):
    start = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, 8)
    return start + struct.pack(order + "H", len(entries)) + b"".join(entries) + bytes(4)


def wide_entry(order, kind, pack, orientation):
    """An orientation that does not fit into its entry."""
    head = directory(order, struct.pack(order + "HHII", 0x0112, kind, 1, 26))
    return head + struct.pack(order + pack, *orientation)


def directories():
    for order, name in (("<", "little"), (">", "big")):
        for kind, letter in ((1, "byte"), (3, "short"), (4, "long"), (6, "sbyte"), (7, "undefined"), (8, "sshort"),
                             (9, "slong"), (11, "float")):
            yield f"{letter} {name}", directory(order, entry(order, 0x0112, kind, [6]))
        yield f"rational {name}", wide_entry(order, 5, "II", [12, 2])
        yield f"srational {name}", wide_entry(order, 10, "ii", [6, 1])
        yield f"double {name}", wide_entry(order, 12, "d", [6])
        yield f"two values {name}", directory(order, entry(order, 0x0112, 3, [6, 6]))
        yield f"no value {name}", directory(order, entry(order, 0x0112, 3, []))
        yield f"negative {name}", directory(order, entry(order, 0x0112, 8, [-6]))
        yield f"nine {name}", directory(order, entry(order, 0x0112, 3, [9]))
        yield f"said twice {name}", directory(order, entry(order, 0x0112, 3, [3]), entry(order, 0x0112, 3, [6]))
        yield f"unsorted {name}", directory(
            order, entry(order, 0x0128, 3, [2]), entry(order, 0x0112, 3, [6]), entry(order, 0x0103, 3, [6]))


def all_types():
    """The number 6 in every type that there is or could be, once and several times."""
    sizes = {0: 4, 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 14: 4, 15: 4, 16: 8,
             17: 8, 18: 8}
    for order, name in (("<", "little"), (">", "big")):
        for kind, size in sizes.items():
            whole = lambda letter: struct.pack(order + letter, 6)
            value = {1: whole("B"), 2: b"6", 5: struct.pack(order + "II", 6, 1), 10: struct.pack(order + "ii", 6, 1),
                     11: whole("f"), 12: whole("d")}.get(kind, whole({1: "B", 2: "H", 4: "I", 8: "Q"}[size]))
            for count in (1, 2, 3):
                data = value * count
                place = data.ljust(4, b"\0") if len(data) <= 4 else struct.pack(order + "I", 26)
                tag = struct.pack(order + "HHI", 0x0112, kind, count) + place
                yield f"type {kind}, {count} {name}", directory(order, tag) + (data if len(data) > 4 else b"")
        first = directory(order, entry(order, 0x0128, 3, [2]))[:-4] + struct.pack(order + "I", 26)
        second = struct.pack(order + "H", 1) + entry(order, 0x0112, 3, [6]) + bytes(4)
        yield f"said of the thumbnail {name}", first + second
        both = directory(order, entry(order, 0x0112, 3, [8]))[:-4] + struct.pack(order + "I", 26)
        yield f"said of both {name}", both + second
    yield "swapped mark big", b"MM\x2a\0" + directory(">", entry(">", 0x0112, 3, [6]))[4:]
    yield "swapped mark little", b"II\0\x2a" + directory("<", entry("<", 0x0112, 3, [6]))[4:]


def xmp(orientation, as_attribute):
    inner = f' tiff:Orientation="{orientation}"/>' if as_attribute else f"><tiff:Orientation>{orientation}</tiff:Orientation></rdf:Description>"
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/"{inner}</rdf:RDF></x:xmpmeta>').encode()


def raw_profile(kind, data):
    """As ImageMagick writes it: the kind, the count, and lines of 72 hexadecimal digits."""
    digits = data.hex()
    lines = "".join(digits[i:i + 72] + "\n" for i in range(0, len(digits), 72))
    return f"\n{kind}\n{len(data):8}\n{lines}".encode()


# Files


def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def make_files():
    lying = Image.fromarray(stored(shaded(), 6))
    jpeg = encoded(lying, "JPEG", quality=95, subsampling=0, dpi=(300, 150))
    start, jfif, rest = jpeg[:2], jpeg[2:20], jpeg[20:]
    turned, other = tiff(6, "<"), tiff(3, ">")
    app1 = lambda data: segment(0xE1, data)
    exif = app1(EXIF + turned)
    icc = segment(0xE2, PROFILE + adobe_rgb())
    files, by_hand = {}, {}

    for name, between in {
        "nothing": b"", "stray bytes": b"\x12\x34\x56", "stray zeros": bytes(7), "a restart mark": b"\xff\xd0",
        "eight restart marks": b"".join(bytes([0xFF, 0xD0 + i]) for i in range(8)), "fill bytes": b"\xff\xff\xff",
        "an escaped byte": b"\xff\x00", "a comment": segment(0xFE, b"hello"),
    }.items():
        files[f"jpeg with {name} between segments"] = start + jfif + between + exif + between + icc + between + rest
        files[f"jpeg with {name} before JFIF"] = start + exif + between + jfif + icc + rest
    tables = rest.index(b"\xff\xc0")
    files["jpeg with EXIF after tables"] = start + jfif + rest[:tables] + exif + icc + rest[tables:]
    files["jpeg with the mark doubled"] = start + app1(2 * EXIF + turned) + jfif + rest
    files["jpeg with EXIF in two segments"] = start + app1(EXIF + turned[:20]) + app1(EXIF + turned[20:]) + jfif + rest
    files["jpeg with two EXIFs"] = start + exif + app1(EXIF + other) + jfif + rest
    files["jpeg with foreign data before EXIF"] = start + app1(b"other\0data") + exif + jfif + rest
    for name, data in directories():
        files[f"jpeg, {name}"] = start + app1(EXIF + data) + jfif + rest
    for name, data in all_types():
        files[f"jpeg, {name}"] = start + app1(EXIF + data) + jfif + rest
    for orientation in range(1, 9):
        files[f"jpeg, {orientation}"] = start + app1(EXIF + tiff(orientation, "<")) + jfif + rest
    empty = directory("<", entry("<", 0x0128, 3, [2]))
    files["jpeg with EXIF without it, then with it"] = start + app1(EXIF + empty) + exif + jfif + rest
    files["jpeg with EXIF, XMP and EXIF"] = start + exif + app1(XAP + xmp(3, True)) + app1(EXIF + other) + jfif + rest
    for attribute in (True, False):
        packet = xmp(6, attribute)
        name = "attribute" if attribute else "element"
        files[f"jpeg, XMP {name}"] = start + app1(XAP + packet) + jfif + rest
        files[f"jpeg, XMP {name} and EXIF without"] = start + app1(EXIF + empty) + app1(XAP + packet) + rest
        for value in (0, 1, 3, 9):
            says = app1(EXIF + directory("<", entry("<", 0x0112, 3, [value])))
            files[f"jpeg, XMP {name} and EXIF {value}"] = start + app1(XAP + packet) + says + jfif + rest
    files["jpeg, XMP twice"] = start + app1(XAP + xmp(3, True)) + app1(XAP + xmp(6, False)) + rest

    pixels = stored(shaded(), 6).astype(np.int64)
    packet = xmp(6, True)
    magick = b"Raw profile type exif\0"
    plain, marked = raw_profile("exif", turned), raw_profile("exif", EXIF + turned)
    itxt = lambda key, packed, data: chunk(b"iTXt", key + b"\0" + bytes([packed, 0]) + b"\0\0" + data)
    for name, data in {
        "eXIf": chunk(b"eXIf", turned), "eXIf with a mark": chunk(b"eXIf", EXIF + turned),
        "a raw profile": chunk(b"tEXt", magick + plain), "a marked raw profile": chunk(b"tEXt", magick + marked),
        "a deflated raw profile": chunk(b"zTXt", magick + b"\0" + zlib.compress(marked)),
        "an international raw profile": itxt(magick[:-1], 0, marked),
        "eXIf and another raw profile": chunk(b"tEXt", magick + raw_profile("exif", other)) + chunk(b"eXIf", turned),
        "XMP": itxt(b"XML:com.adobe.xmp", 0, packet), "deflated XMP": itxt(b"XML:com.adobe.xmp", 1, zlib.compress(packet)),
        "XMP in Latin text": chunk(b"tEXt", b"XML:com.adobe.xmp\0" + packet),
        "XMP and EXIF 1": itxt(b"XML:com.adobe.xmp", 0, packet) + chunk(b"eXIf", tiff(1, "<")),
        "nothing": b"",
    }.items():
        files[f"png with {name}"] = png(pixels, RGB, 8, False, before=data)
        if name != "nothing":
            files[f"png with {name} after the pixels"] = png(pixels, RGB, 8, False, after=data)
    # Pillow knows only the later name of ImageMagick's chunk, and stops at a wrong checksum.
    files["png with a raw APP1"] = png(
        pixels, RGB, 8, False, before=chunk(b"tEXt", b"Raw profile type APP1\0" + raw_profile("generic profile", EXIF + turned)))
    by_hand["png with a raw APP1"] = 6
    files["png with a raw APP1 of XMP"] = png(
        pixels, RGB, 8, False, before=chunk(b"zTXt", b"Raw profile type APP1\0\0" + zlib.compress(raw_profile("generic profile", XAP + packet))))
    by_hand["png with a raw APP1 of XMP"] = 6
    bad = chunk(b"eXIf", turned)
    files["png with a damaged eXIf"] = png(pixels, RGB, 8, False, before=bad[:-1] + bytes([bad[-1] ^ 1]))
    by_hand["png with a damaged eXIf"] = 1

    options = {"lossless": True, "exact": True}
    files["webp with EXIF"] = encoded(lying, "WEBP", exif=turned, **options)
    files["webp with a mark"] = encoded(lying, "WEBP", exif=EXIF + turned, **options)
    files["webp with the mark doubled"] = encoded(lying, "WEBP", exif=2 * EXIF + turned, **options)
    files["webp with XMP"] = encoded(lying, "WEBP", xmp=packet, **options)
    files["webp with XMP element"] = encoded(lying, "WEBP", xmp=xmp(6, False), **options)
    files["webp with XMP and EXIF 1"] = encoded(lying, "WEBP", xmp=packet, exif=tiff(1, ">"), **options)
    files["webp, sshort"] = encoded(lying, "WEBP", exif=directory(">", entry(">", 0x0112, 8, [6])), **options)
    for name, data in all_types():
        files[f"webp, {name}"] = encoded(lying, "WEBP", exif=EXIF + data, **options)
    files["webp with a profile"] = encoded(lying, "WEBP", icc_profile=adobe_rgb(), exif=turned, **options)

    table, pictures = [], []
    for name, data in files.items():
        row = {"name": name, "data": base64.b64encode(data).decode()}
        if name in by_hand:
            row |= {"orientation": by_hand[name], "hasProfile": False}
        else:
            seen = Image.open(io.BytesIO(data))
            size = seen.size
            seen.load()
            said = seen.getexif().get(0x0112, 1)
            # Numbers of any type count that equal one from 1 to 8.
            row["orientation"] = next((value for value in range(2, 9) if value == said), 1)
            upright = ImageOps.exif_transpose(seen)
            assert (upright.size == size[::-1]) == (row["orientation"] >= 5), name
            picture = base64.b64encode(upright.convert("RGB").tobytes()).decode()
            if picture not in pictures:
                pictures.append(picture)
            row["picture"] = pictures.index(picture)
            row["hasProfile"] = "icc_profile" in seen.info
            if "jfif_density" in seen.info and seen.info["jfif_unit"] == 1:
                row["density"] = seen.info["jfif_density"]
        table.append(row)
    return table, pictures


def main():
    made_by = f"Pillow {PIL.__version__}"
    files, pictures = make_files()
    contents = {"madeBy": made_by, "pictures": pictures, "files": files}
    lines = json.dumps(contents, separators=(",", ":")).replace("},{", "},\n{")
    (HERE / "odd-files.json").write_text(lines + "\n")
    (HERE / "colours.json").write_text(json.dumps({"madeBy": made_by} | make_colors(), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
