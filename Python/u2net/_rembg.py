"""rembg's two functions with its arguments and their meanings, for programs that were written for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ._detector import Detector, pixels_of
from ._library import InvalidArgument

if TYPE_CHECKING:
    from PIL.Image import Image


class Session:
    """A model that is ready, as `remove` takes it."""

    def __init__(self, model_name: str, detector: Detector) -> None:
        self.model_name = model_name
        self.detector = detector

    def predict(self, img: Image, *args: Any, **kwargs: Any) -> list[Image]:
        """The mask of a PIL image, in a list."""
        from PIL import Image

        return [Image.fromarray(self.detector.mask(img))]


def new_session(model_name: str = "u2netp", *args: Any, **kwargs: Any) -> Session:
    """Makes a model ready.

    Args:
        model_name: rembg's name, such as u2netp, which is inside, or u2net, or one of `u2net.models()`. "u2net_custom" is the file
            `model_path`.
        kwargs: `model_path`; `cloth_category` or `cc` of u2net_cloth_seg; what only ONNX Runtime knows (`sess_opts`, `providers`) is
            not needed. OMP_NUM_THREADS is heeded.

    Raises:
        ValueError: the model is none of these, or its weights are not on this machine.
    """
    path, clothes = kwargs.pop("model_path", None), kwargs.pop("cloth_category", kwargs.pop("cc", None))
    kwargs.pop("sess_opts", None), kwargs.pop("providers", None)
    if kwargs:
        raise InvalidArgument(f"new_session: {', '.join(sorted(kwargs))}: nothing here is called so")
    threads = int(os.environ["OMP_NUM_THREADS"]) if os.environ.get("OMP_NUM_THREADS", "").isdigit() else None
    if model_name == "u2net_custom":
        if not path:
            raise InvalidArgument("model u2net_custom needs model_path")
        return Session(model_name, Detector(weights=Path(path).expanduser(), threads=threads or None))
    return Session(model_name, Detector(model_name, threads=threads or None, clothes=clothes))


_usual: Session | None = None


def remove(
    data: bytes | Image | np.ndarray | str | os.PathLike,
    alpha_matting: bool = False,
    alpha_matting_foreground_threshold: int = 240,
    alpha_matting_background_threshold: int = 10,
    alpha_matting_erode_size: int = 10,
    session: Session | None = None,
    only_mask: bool = False,
    post_process_mask: bool = False,
    decontaminate: bool = True,
    vitmatte: bool = False,
    vitmatte_model: str | None = None,
    bgcolor: tuple[int, int, int, int] | None = None,
    force_return_bytes: bool = False,
    *args: Any,
    **kwargs: Any,
) -> bytes | Image | np.ndarray:
    """Removes the background of a photo.

    Args:
        data: the bytes of a file, a PIL image, an array or a path. The result is of the same kind; that of a path is bytes.
        alpha_matting: whether to solve for the alpha of soft edges, going by the next three.
        session: of `new_session`; None: u2netp.
        only_mask: whether the mask is wanted, not the cut-out.
        post_process_mask: whether the mask is smoothed and then black or white only.
        decontaminate: whether soft edges get the object's own colours. Unlike in rembg they do unless told otherwise.
        vitmatte: not here; `alpha_matting` is.
        bgcolor: red, green, blue and alpha behind the object.
        force_return_bytes: whether the result is the bytes of a PNG whatever `data` is.
        kwargs: `putalpha`: as `decontaminate=False`.

    Raises:
        ValueError: the photo cannot be read, or an argument cannot be heeded; the message says why.
    """
    if vitmatte or vitmatte_model:
        raise InvalidArgument("there is no ViTMatte here: alpha_matting solves for soft edges by closed-form matting instead")
    keeps_colors = kwargs.pop("putalpha", False) or not decontaminate
    if session is None:
        global _usual
        if _usual is None or kwargs:
            _usual = new_session("u2netp", *args, **kwargs)
        session = _usual
    options: dict[str, Any] = {"post_process": post_process_mask}
    if alpha_matting:
        options.update(
            matting=True,
            foreground_threshold=alpha_matting_foreground_threshold,
            background_threshold=alpha_matting_background_threshold,
            erosion=max(0, alpha_matting_erode_size),
        )
    if only_mask:
        what = "mask"
    else:
        # Alpha matting has colours of its own, as in rembg.
        options["keep_colors"] = keeps_colors and not alpha_matting
        what = "cutout" if bgcolor is None else "composite"
        if bgcolor is not None:
            options["background"] = tuple(bgcolor)

    detector = session.detector
    is_image = hasattr(data, "convert") and not isinstance(data, np.ndarray)
    if is_image:
        data, profile = _upright(data), data.info.get("icc_profile")
    if force_return_bytes or isinstance(data, (bytes, bytearray, memoryview, str, os.PathLike)):
        return detector.file(pixels_of(data) if is_image else data, what, **options)
    if only_mask:
        picture = detector.mask(data, **options)
    elif bgcolor is None:
        picture = detector.cutout(data, **options)
    else:
        picture = _rgba(detector.composite(data, **options))
    if not is_image:
        return picture
    from PIL import Image

    if picture.dtype != np.uint8:
        picture = (picture >> 8).astype(np.uint8)
    image = Image.fromarray(picture)
    if profile and not only_mask:
        image.info["icc_profile"] = profile
    return image


def _upright(image: Image) -> Image:
    from PIL import ImageOps

    return ImageOps.exif_transpose(image) or image


def _rgba(picture: np.ndarray) -> np.ndarray:
    """rembg's pictures have an alpha in any case."""
    if picture.shape[2] == 4:
        return picture
    opaque = np.full(picture.shape[:2] + (1,), np.iinfo(picture.dtype).max, picture.dtype)
    return np.concatenate([picture, opaque], axis=2)
