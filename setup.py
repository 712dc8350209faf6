"""Only what pyproject.toml cannot say: the folders rules/ and fixers/ are installed below `relint`."""

from setuptools import find_packages, setup

below = find_packages(include=["rules*", "fixers*"])
setup(packages=[*find_packages(include=["relint*"]), *(f"relint.{name}" for name in below)])
