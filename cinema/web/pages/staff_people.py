"""Genres, people and certifications in the hands of the staff."""

from aiohttp import web

from cinema.catalogue import service
from cinema.catalogue.labels import GENRES, KINDS, Kind
from cinema.catalogue.schemas import LabelQuery
from cinema.catalogue.taxonomy import list_labels
from cinema.catalogue.write_schemas import NameLabel
from cinema.http.body import path_id, read_query
from cinema.http.identity import Access
from cinema.web.forms import Form, filled_in
from cinema.web.listing import pager
from cinema.web.page import Context, action, back, page, told

routes = web.RouteTableDef()

LIST = f"/staff/people/{{kind:{'|'.join(KINDS)}}}"
ONE = LIST + "/{label_id:[0-9]{1,18}}"


def _kind(request: web.Request) -> Kind:
    return KINDS[request.match_info.get("kind", GENRES.table)]


@routes.get("/staff/people")
@routes.get(LIST)
@page("staff/people.html", Access.MODERATOR)
async def people(request: web.Request) -> Context:
    """Show the names of one kind, each with its number of films."""
    kind = _kind(request)
    query = read_query(filled_in(request), LabelQuery)
    labels, total = await list_labels(kind, query)
    return {
        "kind": kind,
        "kinds": list(KINDS.values()),
        "labels": labels,
        "filter": query,
        "page": pager(request, query, total),
    }


@routes.post(LIST)
@action(Access.MODERATOR)
async def create(request: web.Request, form: Form) -> web.StreamResponse:
    """Add a name."""
    kind = _kind(request)
    label = await service.create_label(kind, form.read(NameLabel).name)
    return told(request, f"/staff/people/{kind.table}", "good", f"“{label.name}” is added.")


@routes.post(ONE)
@action(Access.MODERATOR)
async def rename(request: web.Request, form: Form) -> web.StreamResponse:
    """Give a name another spelling, or another name."""
    name = form.read(NameLabel).name
    label = await service.rename_label(_kind(request), path_id(request, "label_id"), name)
    return _told(request, form, f"It is called “{label.name}” now.")


@routes.post(ONE + "/delete")
@action(Access.MODERATOR)
async def delete(request: web.Request, form: Form) -> web.StreamResponse:
    """Delete a name that no film has."""
    await service.delete_label(_kind(request), path_id(request, "label_id"))
    return _told(request, form, "It is deleted.")


def _told(request: web.Request, form: Form, text: str) -> web.Response:
    return told(request, back(request, form), "good", text)
