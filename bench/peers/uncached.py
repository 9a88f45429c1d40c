"""`cinema serve` with a cache in which nothing finds room: `... PORT`."""

import os
import runpy
import sys

from cinema.http.kept import Shelf

if __name__ == "__main__":
    os.environ["CINEMA_PORT"] = sys.argv[1]
    Shelf.__init__.__defaults__ = (0,)
    sys.argv = ["cinema", "serve"]
    runpy.run_module("cinema", run_name="__main__")
