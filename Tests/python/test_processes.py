"""The package under load: threads, forked and spawned processes, thousands of calls."""

import multiprocessing
import os
import pathlib
import resource
import threading
import time
import unittest

import numpy as np

import u2net

PHOTO = str(pathlib.Path(__file__).parents[2] / "Examples/photos/coffee.png")


def _mean(_=None):
    return float(u2net.Detector().mask(PHOTO).mean())


def _inherited(detector, answers):
    answers.put(float(detector.mask(PHOTO).mean()))


def _resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


class Processes(unittest.TestCase):
    def test_forked_children_work(self):
        # The parent has used its threads, which the child has not.
        detector = u2net.Detector(threads=2)
        expected = float(detector.mask(PHOTO).mean())
        context = multiprocessing.get_context("fork")
        answers = context.Queue()
        for _ in range(3):
            child = context.Process(target=_inherited, args=(detector, answers))
            child.start()
            self.assertEqual(answers.get(timeout=60), expected)
            child.join(60)
            self.assertEqual(child.exitcode, 0)
        self.assertEqual(float(detector.mask(PHOTO).mean()), expected)

    def test_pools(self):
        expected = _mean()
        for method in ("fork", "spawn", "forkserver"):
            with multiprocessing.get_context(method).Pool(2) as pool:
                self.assertEqual(pool.map(_mean, range(4)), [expected] * 4, method)

    def test_python_goes_on_meanwhile(self):
        """The GIL is free during a call: another thread counts on. A call that kept it would leave it a switch or two."""
        detector = u2net.Detector(threads=1)
        detector.mask(PHOTO)
        counted, ends = [0], threading.Event()

        def count():
            while not ends.is_set():
                counted[0] += 1
                time.sleep(0.001)

        thread = threading.Thread(target=count)
        thread.start()
        before = counted[0]
        for _ in range(5):
            detector.mask(PHOTO)
        during = counted[0] - before
        ends.set()
        thread.join()
        self.assertGreater(during, 20)

    def test_memory_stays_flat(self):
        """2,000 calls of each kind in turns; the first 200 are left for allocators to find their size."""
        detector = u2net.Detector(input_size=32)
        photo = np.ascontiguousarray(np.random.default_rng(1).integers(0, 255, (300, 200, 3), dtype=np.uint8))
        sizes = []
        for number in range(2000):
            detector.mask(photo)
            detector.cutout(photo)
            detector.file(photo, "mask")
            try:
                detector.mask(b"no photo")
            except u2net.Unreadable:
                pass
            if number % 200 == 199:
                sizes.append(_resident())
        print(f"\nresident after 200 rounds {sizes[0] / 1e6:.1f} MB, after 2,000 {sizes[-1] / 1e6:.1f} MB", end=" ")
        self.assertLess(sizes[-1] - sizes[0], 4e6)

    def test_detectors_are_given_back(self):
        sizes = []
        for number in range(60):
            u2net.Detector(input_size=64).mask(PHOTO)
            if number % 20 == 19:
                sizes.append(_resident())
        self.assertLess(sizes[-1] - sizes[0], 16e6)


if __name__ == "__main__":
    unittest.main()
