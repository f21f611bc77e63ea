"""The package as it is installed: its structs against the header's, its methods, its errors."""

import os
import pathlib
import pickle
import re
import unittest

import numpy as np

import u2net
from u2net import _library

PHOTO = str(pathlib.Path(__file__).parents[2] / "Examples/photos/coffee.png")
ABI = pathlib.Path(__file__).parents[1] / "c/abi.txt"
rng = np.random.default_rng(7)


def disc(height=90, width=120):
    y, x = np.mgrid[:height, :width]
    photo = np.empty((height, width, 3), np.uint8)
    photo[:] = [90, 110, 130]
    photo[(x - 60) ** 2 + (y - 45) ** 2 <= 900] = [220, 60, 40]
    return photo


class Structs(unittest.TestCase):
    def test_fields_lie_where_the_header_has_them(self):
        found = []
        for name, struct in _library.STRUCTS.items():
            found.append(f"struct {name} {_library.ctypes.sizeof(struct)}")
            found += [f"  {field[0]} {getattr(struct, field[0]).offset}" for field in struct._fields_]
        expected = [line for line in ABI.read_text().splitlines() if re.match("struct|  ", line)]
        self.assertEqual(found, expected)

    def test_initial_values_are_the_headers(self):
        text = (ABI.parents[2] / "Sources/CU2Net/u2net.h").read_text()
        for name, struct in _library.STRUCTS.items():
            macro = re.search(rf"#define {name.upper()}_INIT \\?\s*{{(.*?)}}\n", text, re.S)[1]
            values = [value.strip() for value in macro.replace("\\\n", " ").split(",")]
            constants = {"U2NET_MASK": 1, "U2NET_RGB": 3}
            numbers = [0 if value == "NULL" else constants.get(value, value) for value in values[1:]]
            numbers = [float(value) if re.match(r"^-?\d+$", str(value)) else 0.0 for value in numbers]
            made = struct()
            found = [getattr(made, field[0]) for field in struct._fields_[1:]]
            found = [float(value) if isinstance(value, (int, float)) else 0.0 for value in found]
            self.assertEqual(found, numbers, name)


class Detectors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.detector = u2net.Detector(input_size=64)

    def test_what_it_is(self):
        self.assertEqual((self.detector.network, self.detector.parameters, self.detector.input_size), ("lite", 1131181, 64))
        self.assertEqual(u2net.models()[:2], ["lite", "full"])
        self.assertRegex(u2net.version(), r"^\d+\.\d+\.\d+$")

    def test_photos_of_all_kinds_are_the_same_photo(self):
        photo = disc()
        mask = self.detector.mask(photo)
        self.assertEqual((mask.shape, mask.dtype), ((90, 120), np.uint8))
        padded = np.zeros((90, 150, 3), np.uint8)
        padded[:, 10:130] = photo
        for same in (padded[:, 10:130], np.asfortranarray(photo), photo[::-1][::-1], photo.astype(">u2").astype(np.uint8)):
            np.testing.assert_array_equal(self.detector.mask(same), mask)
        np.testing.assert_array_equal(self.detector.mask(photo.astype(np.uint16) * 257), mask)
        np.testing.assert_array_equal(self.detector.mask(photo[:, ::-1]), self.detector.mask(photo[:, ::-1].copy()))
        self.assertEqual(self.detector.mask(photo[:, :, 0]).shape, (90, 120))
        data = pathlib.Path(PHOTO).read_bytes()
        for same in (PHOTO, pathlib.Path(PHOTO), data, bytearray(data), memoryview(data)):
            np.testing.assert_array_equal(self.detector.mask(same), self.detector.mask(data))

    def test_results(self):
        photo = disc()
        self.assertEqual(self.detector.mask(photo, bits=16).dtype, np.uint16)
        cutout = self.detector.cutout(photo, refine="guided", crop=True, margin=2)
        self.assertTrue(50 <= cutout.shape[0] <= 90 and cutout.shape[2] == 4)
        self.assertEqual(self.detector.cutout(photo, size=(200, 100), margin="5%").shape, (100, 200, 4))
        self.assertEqual(self.detector.composite(photo, "white").shape, (90, 120, 3))
        self.assertEqual(self.detector.composite(photo, (255, 0, 0, 128)).shape, (90, 120, 4))
        self.assertEqual(self.detector.file(photo)[:4], b"\x89PNG")
        self.assertEqual(self.detector.file(photo, "mask", "jpeg")[:2], b"\xff\xd8")
        self.assertEqual(self.detector.file(photo, "composite", "webp", background="blur:3")[8:12], b"WEBP")
        threshold = self.detector.mask(photo, threshold=0.5)
        self.assertEqual(set(np.unique(threshold)), {0, 255})

    def test_results_outlive_their_detector(self):
        mask = u2net.Detector(input_size=64).mask(disc())
        copy = mask.copy()
        for _ in range(3):
            u2net.Detector(input_size=32).mask(disc())
        np.testing.assert_array_equal(mask, copy)

    def test_saliency(self):
        saliency = u2net.Detector(input_size=64, side_outputs=True).saliency(disc())
        self.assertEqual((saliency.maps.shape, saliency.maps.dtype), ((7, 64, 64), np.float32))
        np.testing.assert_array_equal(saliency.maps[0], saliency.probabilities)
        self.assertTrue(0 <= saliency.probabilities.min() and saliency.probabilities.max() <= 1)
        self.assertEqual((saliency.finding, saliency.size), ("ok", (120, 90)))
        x, y, width, height = saliency.box
        self.assertTrue(20 <= x <= 35 and 8 <= y <= 20 and 55 <= width <= 72 and 55 <= height <= 72)
        self.assertTrue(0.2 < saliency.coverage < 0.33 and saliency.confidence > 0.75)
        self.assertIsNone(self.detector.saliency(disc()).maps)
        flat = self.detector.saliency(np.full((50, 50, 3), 128, np.uint8))
        self.assertEqual((flat.finding, flat.box), ("no salient object", None))

    def test_many_keep_their_order(self):
        photos = [disc()[:, : 60 + 3 * n] for n in range(20)]
        masks = list(self.detector.map(iter(photos)))
        self.assertEqual([mask.shape[1] for mask in masks], [60 + 3 * n for n in range(20)])
        for photo, mask in zip(photos, masks):
            np.testing.assert_array_equal(self.detector.mask(photo), mask)
        self.assertEqual([type(found) for found in self.detector.map([PHOTO, "/nowhere"], "saliency", errors="return")],
                         [u2net.Saliency, u2net.Unreadable])
        taken = []

        def endless():
            while True:
                taken.append(1)
                yield photos[0]

        masks = self.detector.map(endless())
        next(masks)
        masks.close()
        self.assertLess(len(taken), 20)
        with self.assertRaises(u2net.Unreadable):
            list(self.detector.map([photos[0], "/nowhere"]))

    def test_progress_tells_and_cancels(self):
        steps = []
        self.detector.file(PHOTO, "mask", progress=steps.append)
        self.assertEqual(steps, ["decode", "detect", "render", "encode"])

        def stop(step):
            if step == "render":
                raise KeyboardInterrupt

        with self.assertRaises(KeyboardInterrupt):
            self.detector.mask(PHOTO, progress=stop)

    def test_errors_say_why(self):
        detector, doubtful = self.detector, u2net.Detector(input_size=64, normalization="sigmoid")
        corrupt = pathlib.Path(PHOTO).read_bytes()[:5000]
        for error, words, call in [
            (u2net.Unreadable, "the PNG is damaged", lambda: detector.mask(corrupt)),
            (u2net.Unreadable, "/nowhere/mug.jpg: cannot be read: No such file", lambda: detector.mask("/nowhere/mug.jpg")),
            (u2net.Unreadable, "the file is empty", lambda: detector.mask(b"")),
            (u2net.InvalidArgument, "refine must be one of none, guided", lambda: detector.mask(PHOTO, refine="x")),
            (u2net.InvalidArgument, "grow must be -1000", lambda: detector.mask(PHOTO, grow=1e9)),
            (u2net.InvalidArgument, "samples must be uint8 or uint16, not float64", lambda: detector.mask(np.zeros((9, 9)))),
            (u2net.InvalidArgument, "not (9, 9, 7)", lambda: detector.mask(np.zeros((9, 9, 7), np.uint8))),
            (u2net.InvalidArgument, "not (0, 9)", lambda: detector.mask(np.zeros((0, 9), np.uint8))),
            (u2net.InvalidArgument, "not int", lambda: detector.mask(7)),
            (u2net.InvalidArgument, "a composite needs a background", lambda: detector.file(PHOTO, "composite")),
            (u2net.InvalidArgument, "model must be", lambda: u2net.Detector("u3net")),
            (u2net.InvalidArgument, "threads must be at least 1", lambda: u2net.Detector(threads=0)),
            (u2net.InvalidArgument, "tta must be", lambda: u2net.Detector(tta="flop")),
            (u2net.Unreadable, "u2net weights isnet", lambda: u2net.Detector("isnet", cache="/nowhere")),
            (u2net.Unreadable, "expected one of the formats", lambda: u2net.Detector(weights=b"no weights at all")),
            (u2net.Error, "no salient object", lambda: doubtful.cutout(np.full((50, 50, 3), 9, np.uint8), crop=True, threshold=1)),
        ]:
            with self.subTest(words), self.assertRaisesRegex(error, re.escape(words)):
                call()
        with self.assertRaises(TypeError):
            detector.mask(PHOTO, blur=3)
        self.assertTrue(issubclass(u2net.Unreadable, ValueError) and issubclass(u2net.OutOfMemory, MemoryError))

    def test_weights_in_files_and_in_memory(self):
        path = pathlib.Path(__file__).parents[2] / "Weights/u2net-lite.safetensors"
        for weights in (path, str(path), path.read_bytes()):
            np.testing.assert_array_equal(
                u2net.Detector(weights=weights, input_size=64).mask(disc()), self.detector.mask(disc()))

    def test_spawned_processes_make_their_own(self):
        again = pickle.loads(pickle.dumps(self.detector))
        np.testing.assert_array_equal(again.mask(disc()), self.detector.mask(disc()))

    def test_nothing_but_numpy_is_loaded(self):
        import subprocess
        import sys

        code = "import sys, u2net; u2net.remove(open(sys.argv[1], 'rb').read()); print('PIL' in sys.modules)"
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        environment.update({"PYTHONPATH": os.environ.get("PYTHONPATH", "")})
        told = subprocess.run([sys.executable, "-c", code, PHOTO], capture_output=True, text=True, env=environment, check=True)
        self.assertEqual(told.stdout.strip(), "False")


if __name__ == "__main__":
    unittest.main()
