"""The pages, wired into the application."""

from aiohttp import web

from cinema.http.errors import RENDER_PROBLEM
from cinema.settings import Settings
from cinema.web import posters, session, static
from cinema.web.pages import (
    accounts,
    admin,
    admin_operations,
    cart,
    catalogue,
    dev,
    favorites,
    library,
    movie,
    notifications,
    orders,
    passwords,
    profile,
    refunds,
    staff,
    staff_import,
    staff_media,
    staff_movies,
    staff_people,
    staff_reports,
    staff_sales,
    talk,
    unsubscribe,
    watch,
)
from cinema.web.problems import render_problem
from cinema.web.session import answer_tokens
from cinema.web.templating import install_templates

PAGES = (
    accounts,
    admin,
    admin_operations,
    cart,
    catalogue,
    favorites,
    library,
    movie,
    notifications,
    orders,
    passwords,
    profile,
    refunds,
    staff,
    staff_import,
    staff_media,
    staff_movies,
    staff_people,
    staff_reports,
    staff_sales,
    talk,
    unsubscribe,
    watch,
)


def install_pages(app: web.Application, settings: Settings) -> None:
    """Add every page; `session_middleware` belongs behind the one that finds the caller."""
    install_templates(app)
    app[RENDER_PROBLEM] = render_problem
    app.on_response_prepare.append(answer_tokens)
    for module in (posters, session, static, *PAGES):
        app.add_routes(module.routes)
    if settings.mailbox_dir is not None and not settings.is_production:
        app.add_routes(dev.routes)
