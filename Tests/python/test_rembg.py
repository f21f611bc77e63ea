"""`remove` and `new_session` beside rembg's own, on the same photos. Skipped where rembg or its u2netp.onnx is not."""

import io
import os
import pathlib
import unittest

import numpy as np

import u2net

try:
    import rembg
    from PIL import Image
except ImportError:
    rembg = None

FOLDER = pathlib.Path(os.environ.get("U2NET_PHOTOS") or pathlib.Path(__file__).parents[2] / "Examples/photos")
PHOTOS = sorted(path for path in FOLDER.iterdir() if path.suffix in (".png", ".jpg"))


@unittest.skipUnless(rembg, "rembg is not installed")
class SideBySide(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.theirs, cls.ours = rembg.new_session("u2netp"), u2net.new_session("u2netp")

    def both(self, data, **arguments):
        return (
            rembg.remove(data, session=self.theirs, **arguments),
            u2net.remove(data, session=self.ours, **arguments),
        )

    def assertNear(self, ours, theirs, levels, message, share=0.001):
        self.assertEqual(ours.shape, theirs.shape, message)
        difference = np.abs(ours.astype(int) - theirs.astype(int))
        beyond = (difference > levels).mean()
        self.assertLessEqual(beyond, share, f"{message}: up to {difference.max()} levels, {beyond:.5f} above {levels}")

    def test_masks_are_within_a_level(self):
        """Both cut probabilities to whole levels before they enlarge them: where the last bit decides, enlarging may make two of
        one level."""
        worst = []
        for path in PHOTOS:
            theirs, ours = self.both(Image.open(path), only_mask=True)
            self.assertEqual((ours.mode, ours.size), (theirs.mode, theirs.size))
            self.assertNear(np.asarray(ours), np.asarray(theirs), 1, path.name)
            self.assertNear(np.asarray(ours), np.asarray(theirs), 3, path.name, share=0)
            difference = np.abs(np.asarray(ours).astype(int) - np.asarray(theirs).astype(int))
            worst.append((difference > 1).mean())
        print(f"\n{len(PHOTOS)} photos: {np.mean(worst):.6f} of the pixels differ by more than a level, {max(worst):.6f} at most", end=" ")

    def test_masks_after_clean_up(self):
        for path in PHOTOS:
            theirs, ours = self.both(Image.open(path), only_mask=True, post_process_mask=True)
            # Black or white: a level before may be all of it after.
            self.assertNear(np.asarray(ours), np.asarray(theirs), 0, path.name, share=0.0005)

    def test_kinds_of_data(self):
        photo = Image.open(PHOTOS[0]).convert("RGB")
        data = PHOTOS[0].read_bytes()
        theirs, ours = self.both(data)
        self.assertEqual((type(ours), ours[:4]), (bytes, b"\x89PNG"))
        self.assertEqual(Image.open(io.BytesIO(ours)).size, Image.open(io.BytesIO(theirs)).size)
        theirs, ours = self.both(photo)
        self.assertEqual((type(ours), ours.mode, ours.size), (type(theirs), theirs.mode, theirs.size))
        theirs, ours = self.both(np.asarray(photo))
        self.assertEqual((type(ours), ours.shape, ours.dtype), (type(theirs), theirs.shape, theirs.dtype))
        self.assertIsInstance(u2net.remove(data, force_return_bytes=True), bytes)
        self.assertIsInstance(u2net.remove(photo, force_return_bytes=True), bytes)
        self.assertIsInstance(u2net.remove(str(PHOTOS[0])), bytes)

    def test_alpha_and_colours(self):
        for path in PHOTOS[:3]:
            for arguments in ({"putalpha": True}, {"alpha_matting": True}, {"bgcolor": (10, 200, 30, 255)},
                              {"decontaminate": True}):
                theirs, ours = self.both(Image.open(path).convert("RGB"), **arguments)
                ours, theirs = np.asarray(ours), np.asarray(theirs)
                message = f"{path.name} {arguments}"
                self.assertEqual(ours.shape, theirs.shape, message)
                if arguments == {"putalpha": True}:
                    self.assertNear(ours[..., :3], theirs[..., :3], 0, message)
                # Two solvers stop at different remainders, and pymatting's gives up on some photos.
                levels, share = (8, 0.03) if "alpha_matting" in arguments else (1, 0.001)
                if "bgcolor" not in arguments:
                    self.assertNear(ours[..., 3], theirs[..., 3], levels, message, share=share)

    def test_upright(self):
        photo = Image.open(PHOTOS[0]).convert("RGB")
        exif = photo.getexif()
        exif[0x0112] = 6
        file = io.BytesIO()
        photo.save(file, "JPEG", exif=exif, quality=95)
        for data in (file.getvalue(), Image.open(io.BytesIO(file.getvalue()))):
            theirs, ours = self.both(data, only_mask=True)
            if isinstance(ours, bytes):
                theirs, ours = Image.open(io.BytesIO(theirs)), Image.open(io.BytesIO(ours))
            self.assertEqual(ours.size, (photo.height, photo.width))
            self.assertNear(np.asarray(ours), np.asarray(theirs), 1, "turned")

    def test_sessions(self):
        photo = Image.open(PHOTOS[0])
        theirs, ours = self.theirs.predict(photo), self.ours.predict(photo)
        self.assertEqual(len(ours), 1)
        self.assertNear(np.asarray(ours[0]), np.asarray(theirs[0]), 1, "predict")
        with self.assertRaises(ValueError):
            u2net.new_session("no such model")
        custom = u2net.new_session(
            "u2net_custom", model_path=str(pathlib.Path(__file__).parents[2] / "Weights/u2net-lite.safetensors"))
        np.testing.assert_array_equal(np.asarray(custom.predict(photo)[0]), np.asarray(ours[0]))


if __name__ == "__main__":
    unittest.main()
