"""Whose wheel is for every Python of one machine: the library is loaded, not linked. `packaging/wheel` calls this."""

import os

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return True


class EveryPython(bdist_wheel):
    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


setup(version=os.environ["U2NET_VERSION"], distclass=WithLibrary, cmdclass={"bdist_wheel": EveryPython})
