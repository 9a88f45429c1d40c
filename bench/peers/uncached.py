"""`cinema serve` with a cache in which nothing finds room: `... PORT`."""

import os
import runpy
import sys

from cinema.http.cache import Cache

if __name__ == "__main__":
    os.environ["CINEMA_PORT"] = sys.argv[1]
    Cache.__init__.__defaults__ = (0,)
    sys.argv = ["cinema", "serve"]
    runpy.run_module("cinema", run_name="__main__")
