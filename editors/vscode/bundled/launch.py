"""Starts relint for the extension: `launch.py environment|bundled ARGUMENT...`. `launch.py probe` says what there is.

`environment` is the relint of this interpreter, `bundled` the one in `libs` beside this file. Unlike `python -m relint`
this imports nothing from the folder it is started in. Any Python 3 must be able to read it.
"""

import json
import os
import runpy
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec

LIBS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "libs")
NATIVE = os.path.join(LIBS, "libcst", "native")
OLDEST = (3, 10)


def main():
    """Do what the first argument says."""
    source = sys.argv.pop(1)
    if source == "probe":
        print(json.dumps(probe()))
        return
    del sys.path[0]  # this folder
    if source == "bundled":
        sys.path.insert(0, LIBS)
    sys.argv[0] = "relint"
    runpy.run_module("relint", run_name="__main__", alter_sys=True)


def probe():
    """Say whether the server starts from the environment, and from `libs`."""
    new_enough = sys.version_info >= OLDEST
    return {
        "python": "{}.{}".format(*sys.version_info[:2]),
        "environment": new_enough and all(find_spec(name) for name in ("relint", "pygls")),
        "bundled": new_enough and any(os.path.isfile(NATIVE + suffix) for suffix in EXTENSION_SUFFIXES),
    }


if __name__ == "__main__":
    main()
