"""The templates: every value is escaped, and a name that is missing is an error."""

from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web

from cinema.web.filters import FILTERS
from cinema.web.posters import poster_url
from cinema.web.static import static_url

FOLDER = Path(__file__).parents[2] / "templates"


def install_templates(app: web.Application) -> None:
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        filters=FILTERS,
        default_helpers=False,
    ).globals.update(static=static_url, poster_url=poster_url)
