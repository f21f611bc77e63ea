"""A network that is ready to look at photos, and what it says of them."""

from __future__ import annotations

import collections
import concurrent.futures
import ctypes
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator

import numpy as np

from . import _library
from ._library import COMPOSITE, CUTOUT, FINDINGS, FORMATS, MASK, PROBABILITIES, STEPS, DetectorHandle, Result

if TYPE_CHECKING:
    from PIL.Image import Image

    Photo = np.ndarray | bytes | str | os.PathLike | Image

_KINDS = {"mask": MASK, "cutout": CUTOUT, "composite": COMPOSITE}
# By channels, as numpy has them.
_LAYOUTS = {1: 1, 2: 2, 3: 3, 4: 5}
_CHANNELS = {1: 1, 2: 2, 3: 3, 5: 4}


@dataclass(frozen=True, eq=False)
class Saliency:
    """What the network says of a photo."""

    #: Height × width at the network's size, float32, 0 … 1: the prediction.
    probabilities: np.ndarray
    #: 7 × height × width: the prediction and the side outputs, finest first; None without `side_outputs`.
    maps: np.ndarray | None
    #: "ok", "touches the border" or "no salient object".
    finding: str
    #: Width and height of the photo, upright, in pixels.
    size: tuple[int, int]
    #: Of the object, in pixels of the photo: x, y, width, height; None if there is none.
    box: tuple[int, int, int, int] | None
    #: Share of the photo that is object, 0 … 1.
    coverage: float
    #: Mean probability of what is object, 0 … 1.
    confidence: float
    #: What is odd about the photo.
    remarks: list[str]


class Detector:
    """A network that is ready to look at photos. It may be used by several threads at the same time, and the GIL is free while it
    works.

    Args:
        model: one of `u2net.models()`, or rembg's name for it.
        weights: in place of the model's: the path of a safetensors, ONNX or PyTorch file, or its bytes.
        cache: folder of downloaded weights.
        threads: in all; None: as many as there are cores that the process may use.
        photos_at_once: that are worked on at the same time, with a share of the threads for each; other callers wait.
        input_size: side of the square that the network sees, 32 to 2048 pixels; None: what it was trained for.
        preprocessing: "rembg" or "authors".
        normalization: "minmax", whose grey values have the full range, or "sigmoid", which are the probabilities.
        tta: further looks: "flip", "zoom" or "flip,zoom".
        side_outputs: whether `saliency` has all seven maps.
        clothes: of the model cloth what is object: "upper", "lower" or "full"; None: all.

    Raises:
        InvalidArgument, Unreadable (weights that are not there or no U²-Net's), OutOfMemory.
    """

    def __init__(
        self,
        model: str | None = None,
        *,
        weights: str | os.PathLike | bytes | None = None,
        cache: str | os.PathLike | None = None,
        threads: int | None = None,
        photos_at_once: int = 1,
        input_size: int | None = None,
        preprocessing: str = "rembg",
        normalization: str = "minmax",
        tta: str | None = None,
        side_outputs: bool = False,
        clothes: str | None = None,
    ) -> None:
        self._arguments = {name: value for name, value in locals().items() if name not in ("self", "__class__")}
        looks = [] if not tta else tta.split(",")
        if not set(looks) <= {"flip", "zoom"}:
            raise _library.InvalidArgument(f'tta must be "flip", "zoom" or "flip,zoom", not "{tta}"')
        in_memory = isinstance(weights, (bytes, bytearray, memoryview))
        options = _library.DetectorOptions(
            model=_text(model),
            weights_path=os.fsencode(weights) if weights is not None and not in_memory else None,
            weights=bytes(weights) if in_memory else None,
            weights_size=len(weights) if in_memory else 0,
            cache=None if cache is None else os.fsencode(cache),
            clothes=_text(clothes),
            threads=0 if threads is None else _positive("threads", threads),
            photos_at_once=photos_at_once,
            input_size=0 if input_size is None else _positive("input_size", input_size),
            preprocessing=_choice("preprocessing", preprocessing, ["rembg", "authors"]),
            normalization=_choice("normalization", normalization, ["minmax", "sigmoid"]),
            flip="flip" in looks,
            zoom="zoom" in looks,
            side_outputs=side_outputs,
        )
        self._handle = DetectorHandle(options)
        self._many: Detector | None = None
        info = self._handle.describe()
        #: What the network's structure is called, how many trained values it has, and the side of the square that it sees.
        self.network, self.parameters, self.input_size = info.network.decode(), info.parameters, info.input_size
        #: Threads that work on one photo, and photos that are worked on at the same time.
        self.threads, self.photos_at_once = info.threads, info.photos_at_once
        self._map_count = info.maps

    def __repr__(self) -> str:
        return f"<u2net.Detector {self.network}, {self.parameters:,} parameters, {self.input_size} x {self.input_size}>"

    # Processes that are spawned make their own.
    def __reduce__(self) -> tuple:
        return (_remade, (self._arguments,))

    def mask(self, photo: Photo, **options: Any) -> np.ndarray:
        """The mask of a photo: height × width, 0 background … 255 object; uint16 with `bits=16`.

        Options, in the order in which they are heeded:
            post_process: rembg's clean-up: smooth, then black or white only.
            refine: "guided": edges follow the photo's; "none".
            matting: "fast", "exact" (True) or "none": the alpha of soft edges is solved for, going by
                `foreground_threshold`, `background_threshold` (240, 10) and `erosion` (10 pixels).
            levels: black, white and gamma: "5,95,1.2".
            min_region, min_hole: smaller parts are removed, smaller holes filled: pixels, or "1%".
            grow: pixels, negative to shrink.
            threshold: 0 to 1: white from there on, else black.
            feather: sigma in pixels of a Gaussian that softens edges.
            bits: 8 or 16.
            pixel_limit: photos with more pixels are refused.
            progress: a function that is told each step, "decode", "detect", "render" or "encode"; what it raises ends the work.

        Raises:
            InvalidArgument, Unreadable, OutOfMemory, Error.
        """
        return self._pixels(photo, MASK, options)

    def cutout(self, photo: Photo, **options: Any) -> np.ndarray:
        """The object on transparency: height × width × 4, alpha not premultiplied; uint16 for photos of 16 bits.

        Options: those of `mask`, and
            keep_colors: whether soft edges keep what they have of the background; otherwise the object's own are estimated.
            crop, square: whether the photo is cut to the object; whether the result is square.
            size: (width, height) that the object is fitted into.
            margin: around a framed object: pixels, or "5%".
            enlarge: whether `size` may show the object larger than the photo does.
        """
        return self._pixels(photo, CUTOUT, options)

    def composite(self, photo: Photo, background: Any, **options: Any) -> np.ndarray:
        """The object on a background: height × width × 3, or × 4 on a translucent colour.

        Args:
            background: a colour, "#RRGGBB", "white" or (red, green, blue[, alpha]); "blur:12", the photo itself; or a picture's path.
        """
        return self._pixels(photo, COMPOSITE, {**options, "background": background})

    def file(self, photo: Photo, what: str = "cutout", format: str = "png", **options: Any) -> bytes:
        """The bytes of a file, with the photo's profile, resolution and EXIF where `photo` is a file or its bytes.

        Args:
            what: "mask", "cutout" or "composite", which needs a `background`.
            format: "png", "jpeg" or "webp".

        Options: those of `cutout`, and `compression` (PNG, 0 to 9), `quality` (1 to 100), `lossless` (WebP), `exif` (False: left out).
        """
        kind = _KINDS[_named("what", what, _KINDS)]
        number = FORMATS[_named("format", format, [name for name in FORMATS if name != "pixels"])]
        return self._run(photo, kind, options, format=number).file(kind)

    def saliency(self, photo: Photo, **options: Any) -> Saliency:
        """What the network says of a photo: probabilities, and whether and where there is an object."""
        result = self._run(photo, PROBABILITIES, options)
        maps = [_floats(*result.probabilities(number)) for number in range(self._map_count)]
        verdict = result.verdict()
        box = (verdict.x, verdict.y, verdict.box_width, verdict.box_height)
        return Saliency(
            probabilities=maps[0],
            maps=np.stack(maps) if len(maps) > 1 else None,
            finding=FINDINGS.get(verdict.finding, "ok"),
            size=(verdict.width, verdict.height),
            box=box if verdict.box_width else None,
            coverage=verdict.coverage,
            confidence=verdict.confidence,
            remarks=result.remarks(),
        )

    def map(
        self, photos: Iterable[Photo], what: str = "mask", *, errors: str = "raise", **options: Any
    ) -> Iterator[Any]:
        """Results of many photos, in their order, by all cores: several photos at a time, each by one thread or some. Photos are
        taken from `photos` as there is room, and no more are kept than are worked on at once.

        Args:
            what: "mask", "cutout", "composite" or "saliency"; or "file", whose own `what` is a cut-out then.
            errors: "raise": the first photo that fails ends the work; "return": the exception is in place of its result.
        """
        method = _named("what", what, ["mask", "cutout", "composite", "saliency", "file"])
        _named("errors", errors, ["raise", "return"])
        return self._mapped(iter(photos), getattr(self._for_many(), method), errors == "return", options)

    def _mapped(
        self, photos: Iterator[Photo], method: Callable[..., Any], returns_errors: bool, options: dict[str, Any]
    ) -> Iterator[Any]:
        workers = self._for_many().photos_at_once
        begun: collections.deque[concurrent.futures.Future] = collections.deque()
        with concurrent.futures.ThreadPoolExecutor(workers, "u2net") as pool:
            try:
                while True:
                    while len(begun) <= workers:
                        try:
                            photo = next(photos)
                        except StopIteration:
                            break
                        begun.append(pool.submit(method, photo, **options))
                    if not begun:
                        return
                    done = begun.popleft()
                    if returns_errors and isinstance(error := done.exception(), Exception):
                        yield error
                    else:
                        yield done.result()
            finally:
                for future in begun:
                    future.cancel()

    def _for_many(self) -> Detector:
        cores = self.threads * self.photos_at_once
        if self.photos_at_once >= cores:
            return self
        if self._many is None:
            self._many = Detector(**{**self._arguments, "photos_at_once": cores})
        return self._many

    def _pixels(self, photo: Photo, kind: int, options: dict[str, Any]) -> np.ndarray:
        memory, picture = self._run(photo, kind, options).picture(kind)
        channels = _CHANNELS[picture.layout]
        shape = (picture.height, picture.width) + ((channels,) if channels > 1 else ())
        return np.frombuffer(memory, dtype=np.uint8 if picture.bits == 8 else np.uint16).reshape(shape)

    def _run(self, photo: Photo, kind: int, options: dict[str, Any], format: int = 0) -> Result:
        told = _Progress(options.pop("progress", None)) if "progress" in options else None
        wishes = _options(kind, format, options)
        if told is not None:
            wishes.progress = told.function
        try:
            return Result(self._handle, _source(photo), wishes)
        except _library.Cancelled:
            if told is not None and told.error is not None:
                raise told.error
            raise


class _Progress:
    """A function of Python's as one of C's; what it raises cancels."""

    def __init__(self, tell: Callable[[str], object] | None) -> None:
        self.error: BaseException | None = None

        def function(_: Any, step: int) -> int:
            try:
                if tell is not None:
                    tell(STEPS.get(step, ""))
                return 0
            except BaseException as error:  # Whatever it is, C is on the way to whoever gets it.
                self.error = error
                return 1

        self.function = _library.Progress(function)


def _remade(arguments: dict[str, Any]) -> Detector:
    return Detector(**arguments)


def _floats(memory: ctypes.Array, width: int, height: int) -> np.ndarray:
    return np.frombuffer(memory, dtype=np.float32).reshape(height, width)


def _source(photo: Any) -> _library.Photo:
    """Where the photo lies. It keeps what it points to."""
    if isinstance(photo, (bytes, bytearray, memoryview)):
        data = bytes(photo)
        return _library.Photo(bytes=data, byte_count=len(data))
    if isinstance(photo, (str, os.PathLike)):
        return _library.Photo(path=os.fsencode(photo))
    if not isinstance(photo, np.ndarray):
        if not hasattr(photo, "convert"):
            raise _library.InvalidArgument(
                f"a photo must be an array, a PIL image, a path or a file's bytes, not {type(photo).__name__}")
        photo = pixels_of(photo)
    if photo.dtype not in (np.uint8, np.uint16):
        raise _library.InvalidArgument(f"a photo's samples must be uint8 or uint16, not {photo.dtype}")
    if photo.ndim not in (2, 3) or 0 in photo.shape or photo.ndim == 3 and photo.shape[2] not in _LAYOUTS:
        raise _library.InvalidArgument(f"a photo must be height × width [× 1 to 4 channels], not {photo.shape}")
    if photo.ndim == 2:
        photo = photo[:, :, np.newaxis]
    height, width, channels = photo.shape
    row, pixel, sample = photo.strides
    # Rows may be anywhere further down, samples lie side by side.
    if sample != photo.itemsize or pixel != channels * sample or row < width * pixel or not photo.dtype.isnative:
        photo = np.ascontiguousarray(photo, dtype=photo.dtype.newbyteorder("="))
    picture = _library.Picture(
        pixels=photo.ctypes.data, width=width, height=height, bytes_per_row=photo.strides[0],
        layout=_LAYOUTS[channels], bits=8 * photo.itemsize)
    source = _library.Photo(picture=ctypes.pointer(picture))
    source.keeps = photo  # type: ignore[attr-defined]
    return source


def pixels_of(image: Image) -> np.ndarray:
    """A PIL image as an array that is a photo."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N"):
        return np.asarray(image).astype(np.uint16)
    if image.mode not in ("L", "LA", "RGB", "RGBA"):
        has_alpha = "transparency" in image.info or image.mode in ("PA", "La", "RGBa")
        image = image.convert("RGBA" if has_alpha else "RGB")
    return np.asarray(image)


def _options(kind: int, format: int, options: dict[str, Any]) -> _library.Options:
    wishes = _library.Options(wanted=kind, format=format)
    for name, value in options.items():
        if name == "matting":
            wishes.matting = int(value) if isinstance(value, bool) else _choice(name, value, ["none", "exact", "fast"])
        elif name in ("post_process", "keep_colors", "crop", "square", "lossless"):
            setattr(wishes, name, bool(value))
        elif name in ("foreground_threshold", "background_threshold", "erosion", "compression", "quality", "pixel_limit"):
            setattr(wishes, name, value)
        elif name in ("grow", "feather"):
            setattr(wishes, name, float(value))
        elif name in ("levels", "min_region", "min_hole", "margin"):
            setattr(wishes, name, None if value is None else _text(str(value)))
        elif name == "refine":
            wishes.refine = _choice(name, value, ["none", "guided"])
        elif name == "threshold":
            if value is not None and not 0 <= value <= 1:
                raise _library.InvalidArgument(f"threshold must be 0 to 1, not {value}")
            wishes.threshold = -1 if value is None else value
        elif name == "background":
            wishes.background = _background(value)
        elif name == "size":
            wishes.canvas_width, wishes.canvas_height = value
        elif name == "enlarge":
            wishes.no_enlarging = not value
        elif name == "exif":
            wishes.drop_exif = not value
        elif name == "bits":
            wishes.mask_bits = value
        else:
            raise TypeError(f"there is no option '{name}'")
    return wishes


def _background(value: Any) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, os.PathLike):
        return os.fsencode(value)
    return ",".join(str(int(level)) for level in value).encode()


def _text(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _positive(name: str, number: int) -> int:
    if number < 1:
        raise _library.InvalidArgument(f"{name} must be at least 1, not {number}")
    return number


def _named(name: str, value: str, names: Iterable[str]) -> str:
    if value not in names:
        raise _library.InvalidArgument(f"{name} must be one of {', '.join(names)}, not {value!r}")
    return value


def _choice(name: str, value: str, names: list[str]) -> int:
    return names.index(_named(name, value, names))
