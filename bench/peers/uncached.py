"""The product's web process with a cache in which nothing finds room: `... PORT`."""

import sys

import uvloop
from aiohttp import web

from cinema.app import create_app
from cinema.catalogue.queries import catalogue_version
from cinema.http.cache import CACHE, Cache
from cinema.logs import configure_logging
from cinema.settings import Settings

if __name__ == "__main__":
    settings = Settings()
    configure_logging(settings)
    app = create_app(settings)
    app[CACHE] = Cache(catalogue_version, max_bytes=0)
    uvloop.install()
    web.run_app(app, port=int(sys.argv[1]), access_log=None, print=None)
