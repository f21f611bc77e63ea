#!/usr/bin/env python3
"""Makes metadata-files.json: files with unequal resolutions, all kinds of EXIF and odd profiles, and what is to be carried
from them to upright pictures.

    python3 -m venv env && env/bin/pip install pillow numpy scikit-image && env/bin/python make_metadata_files.py

Resolutions and profiles are as Pillow reads them, and so is whether a picture is turned. What EXIF says is as this script
wrote it; which tags are of the old pixels alone is decided here, by their meaning in EXIF 3.0 and TIFF 6.0.
"""

import base64
import io
import json
import struct
import zlib

import numpy as np
import PIL
from PIL import Image, ImageCms, ImageOps

from make_fixtures import HERE, RGB, chunk, png, shaded, stored
from make_odd_files import EXIF, XAP, adobe_rgb, encoded, inks, profile, segment, text, xmp

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED = 1, 2, 3, 4, 5, 7
SIZES = {BYTE: 1, ASCII: 1, SHORT: 2, LONG: 4, RATIONAL: 8, UNDEFINED: 1}
EXIF_IFD, GPS_IFD, INTEROPERABILITY_IFD = 0x8769, 0x8825, 0xA005

code = lambda data: base64.b64encode(data).decode()


# EXIF


def entry(order, tag, kind, values):
    if kind in (SHORT, LONG):
        data = struct.pack(f"{order}{len(values)}{'H' if kind == SHORT else 'I'}", *values)
    elif kind == RATIONAL:
        data = struct.pack(f"{order}{2 * len(values)}I", *(part for value in values for part in (value, 1)))
    else:
        data = values
    return tag, kind, len(data) // SIZES[kind], data


def directory(order, entries, start):
    """The entries, then 0, then the values that do not fit."""
    table, data = struct.pack(order + "H", len(entries)), b""
    room = start + 2 + 12 * len(entries) + 4
    for tag, kind, count, value in sorted(entries):
        table += struct.pack(order + "HHI", tag, kind, count)
        if len(value) <= 4:
            table += value.ljust(4, b"\0")
        else:
            table += struct.pack(order + "I", room + len(data))
            data += value + bytes(len(value) % 2)
    return table + bytes(4) + data


def exif(order, first, taking=(), interoperability=(), mark=None):
    """Directories of (tag, kind, values): the first, that of the picture's taking, and of interoperability within that."""
    entries = lambda rows: [entry(order, *row) for row in rows]
    start, parts = 8, []
    for rows, tag, more in ((first, EXIF_IFD, taking), (taking, INTEROPERABILITY_IFD, interoperability), (interoperability, 0, ())):
        if not rows and parts:
            break
        rows = list(rows) + ([(tag, LONG, [0])] if more else [])
        size = len(directory(order, entries(rows), start))
        if more:
            rows[-1] = (tag, LONG, [start + size])
        parts.append(directory(order, entries(rows), start))
        start += size
    head = (b"II" if order == "<" else b"MM") + (mark or struct.pack(order + "H", 42)) + struct.pack(order + "I", 8)
    return head + b"".join(parts)


def resolution(across, down, unit, orientation=None, order="<", taking=(), mark=None):
    rows = [(0x011A, RATIONAL, [across]), (0x011B, RATIONAL, [down]), (0x0128, SHORT, [unit])] if across else []
    if orientation:
        rows.append((0x0112, SHORT, [orientation]))
    return exif(order, rows, taking, mark=mark)


# Tag, kind, values, and whether it stays. Sizes and orientation are set.
FIRST = [
    (0x00FE, LONG, [0], False), (0x0100, SHORT, [19], False), (0x0101, SHORT, [13], False),
    (0x0102, SHORT, [8, 8, 8], False), (0x0103, SHORT, [6], False), (0x0106, SHORT, [2], False),
    (0x0107, SHORT, [1], False), (0x010D, ASCII, b"a document\0", True), (0x010E, ASCII, b"a photo\0", True),
    (0x010F, ASCII, b"Maker\0", True), (0x0110, ASCII, b"Model\0", True), (0x0111, LONG, [99], False),
    (0x0112, SHORT, [6], True), (0x0115, SHORT, [3], False), (0x0116, SHORT, [13], False), (0x0117, LONG, [99], False),
    (0x0118, SHORT, [0, 0, 0], False), (0x0119, SHORT, [9, 9, 9], False), (0x011A, RATIONAL, [300], True),
    (0x011B, RATIONAL, [150], True), (0x011C, SHORT, [1], False), (0x011E, RATIONAL, [1], False),
    (0x0128, SHORT, [2], True), (0x012D, SHORT, [0, 9], False), (0x0131, ASCII, b"Software\0", True),
    (0x0132, ASCII, b"2020:01:02 03:04:05\0", True), (0x013B, ASCII, b"Artist\0", True),
    (0x013C, ASCII, b"Host\0", True), (0x013E, RATIONAL, [1, 1], False), (0x013F, RATIONAL, [1] * 6, False),
    (0x0141, SHORT, [0, 9], False), (0x0142, SHORT, [16], False), (0x014A, LONG, [8], False),
    (0x0150, BYTE, b"\0\xff", False), (0x0157, BYTE, b"path", False), (0x0201, LONG, [99], False),
    (0x0202, LONG, [9], False), (0x0207, LONG, [99], False), (0x0211, RATIONAL, [1] * 3, False),
    (0x0212, SHORT, [2, 2], False), (0x0213, SHORT, [1], False), (0x0214, RATIONAL, [1] * 6, False),
    (0x02BC, BYTE, b"<xmp/>", False), (0x4746, SHORT, [5], True), (0x828D, SHORT, [2, 2], False),
    (0x828E, BYTE, b"\0\1\1\2", False), (0x8298, ASCII, b"Rights\0", True), (0x830E, RATIONAL, [1] * 3, False),
    (0x8649, BYTE, b"8BIM", False), (0x9C9B, BYTE, b"t\0\0\0", True), (0xC4A5, UNDEFINED, b"PrintIM\0", True),
    (0xC612, BYTE, b"\1\6\0\0", False), (0xC614, ASCII, b"Camera\0", True), (0xC620, LONG, [19, 13], False),
    (0xC68D, LONG, [0, 0, 13, 19], False),
]
TAKING = [
    (0x829A, RATIONAL, [3], True), (0x8827, SHORT, [400], True), (0x9000, UNDEFINED, b"0300", True),
    (0x9003, ASCII, b"2020:01:02 03:04:05\0", True), (0x9101, UNDEFINED, b"\1\2\3\0", False),
    (0x9102, RATIONAL, [4], False), (0x9206, RATIONAL, [7], True), (0x9214, SHORT, [9, 6, 2, 2], False),
    (0x927C, UNDEFINED, b"MakerNote", True), (0x9286, UNDEFINED, b"ASCII\0\0\0a comment", True),
    (0x920E, RATIONAL, [3000], True), (0x920F, RATIONAL, [1500], True), (0x9210, SHORT, [2], True),
    (0x920C, UNDEFINED, b"response", False), (0xA001, SHORT, [1], True), (0xA002, LONG, [19], True),
    (0xA003, LONG, [13], True), (0xA004, ASCII, b"DSC00047.WAV\0", True), (0xA20B, RATIONAL, [8], True),
    (0xA20C, UNDEFINED, b"response", False), (0xA20E, RATIONAL, [3000], True), (0xA20F, RATIONAL, [1500], True),
    (0xA210, SHORT, [2], True), (0xA214, SHORT, [9, 6], False), (0xA215, RATIONAL, [200], True),
    (0xA217, SHORT, [2], True), (0xA300, UNDEFINED, b"\3", True), (0xA301, UNDEFINED, b"\1", True),
    (0xA302, UNDEFINED, b"\0\2\0\2\0\1\1\2", False), (0xA401, SHORT, [0], True), (0xA405, SHORT, [50], True),
    (0xA40B, UNDEFINED, b"\0\1\0\1fast", True), (0xA420, ASCII, b"0123456789abcdef0123456789abcdef\0", False),
    (0xA431, ASCII, b"4711\0", True), (0xA434, ASCII, b"Lens\0", True), (0xA436, ASCII, b"Title\0", True),
    (0xA437, ASCII, b"Photographer\0", True), (0xA43A, ASCII, b"Developer\0", True), (0xA460, SHORT, [2], False),
    (0xA461, SHORT, [3, 2], False), (0xA462, UNDEFINED, b"times", False), (0xA500, RATIONAL, [2], True),
]
INTEROPERABILITY = [
    (0x0001, ASCII, b"R98\0", True), (0x0002, UNDEFINED, b"0100", True), (0x1000, ASCII, b"Exif JPEG Ver. 3.0\0", False),
    (0x1001, LONG, [19], False), (0x1002, LONG, [13], False),
]
EXCHANGED = {0x011A: 150, 0x011B: 300, 0x920E: 1500, 0x920F: 3000, 0xA20E: 1500, 0xA20F: 3000}


def make_tags(jpeg):
    """A photo with all of them, which lies on its side."""
    bare = lambda rows: [row[:3] for row in rows]
    kept = [row[0] for row in FIRST + TAKING + INTEROPERABILITY if row[3]] + [EXIF_IFD, INTEROPERABILITY_IFD]
    result = {"kept": kept, "exchanged": [[tag, value] for tag, value in EXCHANGED.items()], "files": []}
    for order in "<>":
        data = exif(order, bare(FIRST), bare(TAKING), bare(INTEROPERABILITY))
        photo = without_jfif(jpeg, data)
        seen = Image.open(io.BytesIO(photo)).getexif()
        taking = seen.get_ifd(EXIF_IFD)
        assert set(seen) == {row[0] for row in FIRST} | {EXIF_IFD} and taking[0xA20F] == 1500, order
        assert set(taking) == {row[0] for row in TAKING} | {INTEROPERABILITY_IFD}, order
        assert set(seen.get_ifd(INTEROPERABILITY_IFD)) == {row[0] for row in INTEROPERABILITY}, order
        result["files"].append(code(photo))
    return result


# Resolutions


def jfif(jpeg, unit, across, down):
    return jpeg[:13] + struct.pack(">BHH", unit, across, down) + jpeg[18:]


def with_exif(jpeg, data):
    return jpeg[:20] + segment(0xE1, EXIF + data) + jpeg[20:]


def without_jfif(jpeg, data):
    return jpeg[:2] + segment(0xE1, EXIF + data) + jpeg[20:]


def riff(*chunks):
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def vp8x(flags, pixels):
    """The first chunk of an extended WebP: flags, and the sides less one in 24 bits each."""
    height, width, _ = pixels.shape
    return b"VP8X", struct.pack("<I", flags) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]


def vp8l(webp):
    """The lossless bit stream of a simple WebP."""
    at = webp.index(b"VP8L")
    return webp[at + 8:at + 8 + struct.unpack("<I", webp[at + 4:at + 8])[0]]


def make_resolutions(jpeg, pixels, bitstream):
    webp = lambda data: riff(vp8x(8, pixels), (b"VP8L", bitstream), (b"EXIF", data))
    flat = lambda *chunks: png(pixels, RGB, 8, False, before=b"".join(chunks))
    phys = lambda across, down, unit: chunk(b"pHYs", struct.pack(">IIB", across, down, unit))
    files = {}
    for turn in (1, 3, 5, 6, 7, 8):
        lies = resolution(None, None, 2, turn, order="<" if turn % 2 else ">")
        files |= {
            f"JFIF {turn}": (with_exif(jfif(jpeg, 1, 300, 150), lies), None),
            f"JFIF in centimetres {turn}": (with_exif(jfif(jpeg, 2, 100, 50), lies), None),
            f"JFIF without unit {turn}": (with_exif(jfif(jpeg, 0, 2, 1), lies), None),
            f"JFIF and EXIF {turn}": (with_exif(jfif(jpeg, 1, 300, 150), resolution(300, 150, 2, turn)), None),
            f"EXIF in JPEG {turn}": (without_jfif(jpeg, resolution(300, 150, 2, turn)), (300, 150)),
            f"EXIF beside empty JFIF {turn}": (
                with_exif(jfif(jpeg, 0, 0, 0), resolution(300, 150, 2, turn, ">")), (300, 150)),
            f"EXIF in centimetres {turn}": (without_jfif(jpeg, resolution(100, 50, 3, turn)), (254, 127)),
            f"EXIF without unit {turn}": (without_jfif(jpeg, resolution(3, 1, 1, turn)), (3, 1, "none")),
            f"pHYs {turn}": (flat(phys(11811, 5906, 1), chunk(b"eXIf", lies)), None),
            f"pHYs without unit {turn}": (flat(phys(2, 1, 0), chunk(b"eXIf", lies)), None),
            f"pHYs of large numbers {turn}": (flat(phys(2**31 - 1, 2**30, 0), chunk(b"eXIf", lies)), None),
            f"EXIF in PNG {turn}": (flat(chunk(b"eXIf", resolution(300, 150, 2, turn))), (300, 150)),
            f"EXIF in WebP {turn}": (webp(resolution(300, 150, 2, turn)), (300, 150)),
            f"EXIF in WebP without unit {turn}": (webp(resolution(3, 1, 1, turn, ">")), (3, 1, "none")),
        }
    packet = segment(0xE1, XAP + xmp(6, True))
    lying = jfif(jpeg, 1, 300, 150)
    files["XMP says it"] = (lying[:20] + packet + lying[20:], None)
    says_nothing = with_exif(lying, resolution(300, 150, 2))
    files["XMP says it, EXIF does not"] = (says_nothing[:20] + packet + says_nothing[20:], None)
    files["square pixels without unit"] = (with_exif(jfif(jpeg, 0, 7, 7), resolution(None, None, 2, 6)), None)
    table = []
    for name, (data, told) in files.items():
        seen = Image.open(io.BytesIO(data))
        upright = ImageOps.exif_transpose(seen)
        row = {"name": name, "data": code(data), "size": upright.size}
        density, aspect = seen.info.get("dpi"), seen.info.get("aspect")
        if seen.info.get("jfif_unit") == 0:
            density, aspect = None, seen.info["jfif_density"]
        if told:  # Pillow looks at the resolution across only.
            density, aspect = (None, told[:2]) if told[2:] else (told, None)
        turn = lambda pair: pair[::-1] if upright.size != seen.size else pair
        if density:
            row["density"] = turn(density)
        if aspect and aspect[0] != aspect[1]:
            row["aspect"] = turn(aspect)
        said = seen.getexif()
        if 0x011A in said:
            row["exif"] = turn((float(said[0x011A]), float(said[0x011B])))
        table.append(row)
    return table


# Where containers keep metadata


def make_places(jpeg, pixels, bitstream):
    """Files that Pillow turns or does not, by pixels."""
    head = lambda flags: vp8x(flags, pixels)
    picture, says, other = (b"VP8L", bitstream), resolution(None, None, 2, 6), resolution(None, None, 2, 3)
    packet = lambda orientation: (b"XMP ", xmp(orientation, True))
    flat = lambda before=b"", after=b"": png(pixels, RGB, 8, False, before=before, after=after)
    both = lambda first, second: chunk(b"eXIf", first) + chunk(b"eXIf", second)
    files = {
        "png, EXIF twice": flat(both(other, says)), "png, EXIF twice the other way": flat(both(says, other)),
        "png, EXIF before and after": flat(chunk(b"eXIf", other), chunk(b"eXIf", says)),
        "png, EXIF and then none": flat(both(says, resolution(72, 72, 2))),
        "webp, EXIF": riff(head(8), picture, (b"EXIF", says)),
        "webp, EXIF before the picture": riff(head(8), (b"EXIF", says), picture),
        "webp, EXIF without flag": riff(head(0), picture, (b"EXIF", says)),
        "webp, EXIF with another flag": riff(head(4), picture, (b"EXIF", says)),
        "webp, EXIF without VP8X": riff(picture, (b"EXIF", says)),
        "webp, VP8X after the picture": riff(picture, head(8), (b"EXIF", says)),
        "webp, EXIF behind the end": riff(head(8), picture) + b"EXIF" + struct.pack("<I", len(says)) + says,
        "webp, EXIF twice": riff(head(8), picture, (b"EXIF", other), (b"EXIF", says)),
        "webp, XMP": riff(head(4), picture, packet(6)), "webp, XMP without flag": riff(head(0), picture, packet(6)),
        "webp, XMP without VP8X": riff(picture, packet(6)),
        "webp, XMP twice": riff(head(4), picture, packet(3), packet(6)),
        "webp, XMP and EXIF, flag for XMP": riff(head(4), picture, (b"EXIF", other), packet(6)),
        "webp, XMP and EXIF, flag for EXIF": riff(head(8), picture, (b"EXIF", other), packet(6)),
        "webp, profile without flag": riff(head(0), (b"ICCP", adobe_rgb()), picture),
        "webp, profile": riff(head(32), (b"ICCP", adobe_rgb()), picture),
    }
    for order, mark in (("<", b"\0*"), (">", b"*\0"), ("<", b"*\0"), (">", b"\0*")):
        data = resolution(None, None, 2, 6, order, mark=mark)
        name = f"{'II' if order == '<' else 'MM'} {mark.hex()}"
        files |= {
            f"jpeg, {name}": with_exif(jpeg, data), f"png, {name}": flat(chunk(b"eXIf", data)),
            f"webp, {name}": riff(head(8), picture, (b"EXIF", data)),
        }
    table = []
    for name, data in files.items():
        seen = Image.open(io.BytesIO(data))
        seen.load()
        upright = np.asarray(ImageOps.exif_transpose(seen).convert("RGB"))
        table.append({
            "name": name, "data": code(data), "size": upright.shape[1::-1], "pixels": code(upright.tobytes()),
            "hasProfile": bool(seen.info.get("icc_profile"))})
    return table


# Profiles


def make_profiles(jpeg, pixels, bitstream):
    mark, wide, lab = b"ICC_PROFILE\0", adobe_rgb(), ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, 461)
    grey = profile(b"mntr", b"GRAY", b"XYZ ", text(b"Grey") + [(b"kTRC", curve)])
    lacking = profile(b"mntr", b"RGB ", b"XYZ ", text(b"Lacking"))
    link = profile(b"link", b"RGB ", b"RGB ", text(b"Link"))
    half = len(wide) // 2
    grey_jpeg = encoded(Image.fromarray(shaded()).convert("L"), "JPEG", quality=95)
    cmyk_jpeg = encoded(Image.fromarray(shaded()).convert("CMYK"), "JPEG", quality=95)
    parts = lambda base, *data: base[:2] + b"".join(segment(0xE2, mark + part) for part in data) + base[2:]
    whole = lambda data, base=jpeg: parts(base, b"\1\1" + data)
    flat = lambda data: png(pixels, RGB, 8, False, before=chunk(b"iCCP", b"name\0\0" + data))
    webp = lambda data: riff(vp8x(32, pixels), (b"ICCP", data), (b"VP8L", bitstream))
    unreadable = "its colour profile cannot be read and is left out"
    other = lambda theirs, own: f"its colour profile is for {theirs}, not for {own}, and is left out"
    files = {
        "whole.jpg": (whole(wide), None), "parts.jpg": (parts(jpeg, b"\1\2" + wide[:half], b"\2\2" + wide[half:]), None),
        "swapped.jpg": (parts(jpeg, b"\2\2" + wide[half:], b"\1\2" + wide[:half]), None),
        "missing.jpg": (parts(jpeg, b"\1\2" + wide[:half]), unreadable),
        "second-only.jpg": (parts(jpeg, b"\2\2" + wide[half:]), unreadable),
        "twice.jpg": (parts(jpeg, b"\1\1" + wide, b"\1\1" + wide), unreadable),
        "part-twice.jpg": (
            parts(jpeg, b"\1\2" + wide[:half], b"\1\2" + wide[:half], b"\2\2" + wide[half:]), unreadable),
        "zero.jpg": (parts(jpeg, b"\0\0" + wide), unreadable), "junk.jpg": (whole(b"junk" * 50), unreadable),
        "empty.jpg": (whole(b""), unreadable), "cut.jpg": (whole(wide[:300]), unreadable),
        "cut-short.jpg": (whole(wide[:140]), unreadable), "lacking.jpg": (whole(lacking), unreadable),
        "link.jpg": (whole(link), unreadable), "lab.jpg": (whole(lab), other("Lab", "RGB")),
        "grey-on-colours.jpg": (whole(grey), other("grey", "RGB")),
        "inks-on-colours.jpg": (whole(inks()), other("CMYK", "RGB")), "grey.jpg": (whole(grey, grey_jpeg), None),
        "colours-on-grey.jpg": (whole(wide, grey_jpeg), None),
        "inks-on-grey.jpg": (whole(inks(), grey_jpeg), other("CMYK", "grey")),
        "colours-on-inks.jpg": (whole(wide, cmyk_jpeg), other("RGB", "CMYK")),
        "junk-on-inks.jpg": (whole(b"junk" * 50, cmyk_jpeg), unreadable),
        "whole.png": (flat(zlib.compress(wide)), None), "cut.png": (flat(zlib.compress(wide[:300])), unreadable),
        "damaged.png": (flat(zlib.compress(wide)[:100]), unreadable), "lab.png": (flat(zlib.compress(lab)), other("Lab", "RGB")),
        "whole.webp": (webp(wide), None), "cut.webp": (webp(wide[:300]), unreadable),
        "junk.webp": (webp(b"junk" * 50), unreadable),
    }
    table = []
    for name, (data, remark) in files.items():
        seen = Image.open(io.BytesIO(data))
        found = seen.info.get("icc_profile")
        try:
            opened = ImageCms.ImageCmsProfile(io.BytesIO(found))
            ImageCms.buildTransform(opened, ImageCms.createProfile("sRGB"), "LAB" if "lab" in name else seen.mode, "RGB")
            is_usable = "lab" not in name
        except (ImageCms.PyCMSError, OSError, TypeError):
            is_usable = name == "colours-on-grey.jpg"  # which Pillow cannot say: the colours are all grey
        assert is_usable == (remark is None), name
        table.append({"name": name, "data": code(data)} | ({"remark": remark} if remark else {}))
    return table


def main():
    lying = stored(shaded(), 6)
    jpeg = encoded(Image.fromarray(lying), "JPEG", quality=95, subsampling=0, dpi=(72, 72))
    pixels, bitstream = lying.astype(np.int64), vp8l(encoded(Image.fromarray(lying), "WEBP", lossless=True))
    contents = {
        "madeBy": f"Pillow {PIL.__version__}", "resolutions": make_resolutions(jpeg, pixels, bitstream),
        "places": make_places(jpeg, pixels, bitstream), "tags": make_tags(jpeg), "profiles": make_profiles(jpeg, pixels, bitstream)}
    lines = json.dumps(contents, separators=(",", ":")).replace("},{", "},\n{")
    (HERE / "metadata-files.json").write_text(lines + "\n")


if __name__ == "__main__":
    main()
