"""The C library by its header, u2net.h: structs, functions, and errors as exceptions."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, Structure, byref, c_char_p, c_double, c_float, c_int32, c_size_t, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any

MASK, CUTOUT, COMPOSITE, PROBABILITIES, PICTURE = 1, 2, 4, 8, 16
FORMATS = {"pixels": 0, "png": 1, "jpeg": 2, "webp": 3}
STEPS = {1: "decode", 2: "detect", 3: "render", 4: "encode"}
FINDINGS = {0: "no salient object", 1: "ok", 2: "touches the border"}
Progress = ctypes.CFUNCTYPE(c_int32, c_void_p, c_int32)


class Error(Exception):
    """What the library could not do; the message names the photo, the file or the argument."""


class InvalidArgument(Error, ValueError):
    """An argument, or a combination of them, that cannot be heeded."""


class Unreadable(Error, ValueError):
    """A photo or a file of weights that cannot be read."""


class OutOfMemory(Error, MemoryError):
    """The machine has less memory, or the process may take less."""


class Cancelled(Error):
    """The progress function wished it."""


_ERRORS = {1: InvalidArgument, 2: Unreadable, 3: Error, 4: OutOfMemory, 5: Cancelled}


class _Sized(Structure):
    """A struct that says first how large it is, and begins as its _INIT does: with zeros but for `_initial_`."""

    _initial_: dict[str, Any] = {}

    def __init__(self, **values: Any) -> None:
        super().__init__(size=ctypes.sizeof(type(self)), **{**self._initial_, **values})


class DetectorOptions(_Sized):
    _initial_ = {"photos_at_once": 1}
    _fields_ = [
        ("size", c_size_t), ("model", c_char_p), ("weights_path", c_char_p), ("weights", c_char_p),
        ("weights_size", c_size_t), ("cache", c_char_p), ("clothes", c_char_p), ("threads", c_int32),
        ("photos_at_once", c_int32), ("input_size", c_int32), ("preprocessing", c_int32), ("normalization", c_int32),
        ("flip", c_int32), ("zoom", c_int32), ("side_outputs", c_int32),
    ]


class DetectorInfo(_Sized):
    _fields_ = [
        ("size", c_size_t), ("network", c_char_p), ("parameters", c_uint64), ("input_size", c_int32),
        ("threads", c_int32), ("photos_at_once", c_int32), ("maps", c_int32),
    ]


class Picture(_Sized):
    _initial_ = {"layout": 3, "bits": 8}
    _fields_ = [
        ("size", c_size_t), ("pixels", c_void_p), ("width", c_int32), ("height", c_int32), ("bytes_per_row", c_size_t),
        ("layout", c_int32), ("bits", c_int32),
    ]


class Photo(_Sized):
    _fields_ = [
        ("size", c_size_t), ("path", c_char_p), ("bytes", c_char_p), ("byte_count", c_size_t),
        ("picture", POINTER(Picture)), ("name", c_char_p),
    ]


class Options(_Sized):
    _initial_ = {
        "wanted": MASK, "foreground_threshold": 240, "background_threshold": 10, "erosion": 10, "threshold": -1,
        "mask_bits": 8, "compression": 1, "quality": 92,
    }
    _fields_ = [
        ("size", c_size_t), ("wanted", c_uint32), ("format", c_int32), ("pixel_limit", c_uint64),
        ("post_process", c_int32), ("refine", c_int32), ("matting", c_int32), ("foreground_threshold", c_int32),
        ("background_threshold", c_int32), ("erosion", c_int32), ("levels", c_char_p), ("min_region", c_char_p),
        ("min_hole", c_char_p), ("grow", c_double), ("threshold", c_double), ("feather", c_double),
        ("keep_colors", c_int32), ("background", c_char_p), ("crop", c_int32), ("square", c_int32),
        ("canvas_width", c_int32), ("canvas_height", c_int32), ("margin", c_char_p), ("no_enlarging", c_int32),
        ("mask_bits", c_int32), ("compression", c_int32), ("quality", c_int32), ("lossless", c_int32),
        ("drop_exif", c_int32), ("progress", Progress), ("context", c_void_p),
    ]


class Verdict(_Sized):
    _fields_ = [
        ("size", c_size_t), ("finding", c_int32), ("width", c_int32), ("height", c_int32), ("x", c_int32),
        ("y", c_int32), ("box_width", c_int32), ("box_height", c_int32), ("coverage", c_double),
        ("confidence", c_double),
    ]


STRUCTS = {
    "u2net_detector_options": DetectorOptions, "u2net_detector_info": DetectorInfo, "u2net_picture": Picture,
    "u2net_photo": Photo, "u2net_options": Options, "u2net_verdict": Verdict,
}


def _load() -> ctypes.CDLL:
    # Another one than the package's: for those who develop it.
    path = os.environ.get("U2NET_LIBRARY") or str(Path(__file__).with_name("libu2net.so"))
    return ctypes.CDLL(path)


_c = _load()
_OUT = POINTER(c_void_p)
for _name, _result, _arguments in [
    ("u2net_version", c_char_p, []),
    ("u2net_error", c_char_p, []),
    ("u2net_model", c_char_p, [c_size_t]),
    ("u2net_detector_create", c_int32, [POINTER(DetectorOptions), _OUT]),
    ("u2net_detector_free", None, [c_void_p]),
    ("u2net_detector_describe", c_int32, [c_void_p, POINTER(DetectorInfo)]),
    ("u2net_process", c_int32, [c_void_p, POINTER(Photo), POINTER(Options), _OUT]),
    ("u2net_result_picture", c_int32, [c_void_p, c_uint32, POINTER(Picture)]),
    ("u2net_result_file", c_int32, [c_void_p, c_uint32, _OUT, POINTER(c_size_t)]),
    ("u2net_result_probabilities", c_int32,
     [c_void_p, c_int32, POINTER(POINTER(c_float)), POINTER(c_int32), POINTER(c_int32)]),
    ("u2net_result_verdict", c_int32, [c_void_p, POINTER(Verdict)]),
    ("u2net_result_remarks", c_char_p, [c_void_p]),
    ("u2net_result_free", None, [c_void_p]),
]:
    _function = getattr(_c, _name)
    _function.restype, _function.argtypes = _result, _arguments


def _check(status: int) -> None:
    if status:
        raise _ERRORS.get(status, Error)(_c.u2net_error().decode())


def version() -> str:
    """The library's version."""
    return _c.u2net_version().decode()


def models() -> list[str]:
    """The names of the published models. Of all but lite, whose weights are inside, the weights are fetched once by the program:
    `u2net weights NAME`."""
    names: list[str] = []
    while (name := _c.u2net_model(len(names))) is not None:
        names.append(name.decode())
    return names


class Result:
    """What was made of a photo. What its methods return may be kept: it keeps the memory."""

    def __init__(self, detector: DetectorHandle, photo: Photo, options: Options) -> None:
        pointer = c_void_p()
        _check(_c.u2net_process(detector.pointer, byref(photo), byref(options), byref(pointer)))
        self._pointer, self._free = pointer, _c.u2net_result_free

    def __del__(self) -> None:
        if hasattr(self, "_pointer"):
            self._free(self._pointer)

    def _memory(self, address: int | None, count: int) -> ctypes.Array:
        memory = (ctypes.c_uint8 * count).from_address(address or 0)
        memory.owner = self  # type: ignore[attr-defined]
        return memory

    def picture(self, what: int) -> tuple[ctypes.Array, Picture]:
        """The pixels' memory, and how they lie there: without gaps."""
        picture = Picture()
        _check(_c.u2net_result_picture(self._pointer, what, byref(picture)))
        return self._memory(picture.pixels, picture.height * picture.bytes_per_row), picture

    def file(self, what: int) -> bytes:
        """A copy of a file's bytes."""
        address, count = c_void_p(), c_size_t()
        _check(_c.u2net_result_file(self._pointer, what, byref(address), byref(count)))
        return ctypes.string_at(address.value or 0, count.value)

    def probabilities(self, number: int) -> tuple[ctypes.Array, int, int]:
        """The memory of a map of floats, its width and its height."""
        values, width, height = POINTER(c_float)(), c_int32(), c_int32()
        _check(_c.u2net_result_probabilities(self._pointer, number, byref(values), byref(width), byref(height)))
        address = ctypes.cast(values, c_void_p).value
        return self._memory(address, 4 * width.value * height.value), width.value, height.value

    def verdict(self) -> Verdict:
        verdict = Verdict()
        _check(_c.u2net_result_verdict(self._pointer, byref(verdict)))
        return verdict

    def remarks(self) -> list[str]:
        return _c.u2net_result_remarks(self._pointer).decode().splitlines()


class DetectorHandle:
    """A detector of the library's, which ends with this."""

    def __init__(self, options: DetectorOptions) -> None:
        self.pointer = c_void_p()
        self._free = _c.u2net_detector_free
        _check(_c.u2net_detector_create(byref(options), byref(self.pointer)))

    def __del__(self) -> None:
        self._free(self.pointer)

    def describe(self) -> DetectorInfo:
        info = DetectorInfo()
        _check(_c.u2net_detector_describe(self.pointer, byref(info)))
        return info
