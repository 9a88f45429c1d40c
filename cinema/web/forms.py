"""What a page's form sends, checked, and what goes back into the form when it is refused."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel

from cinema.errors import CinemaError, InvalidRequest
from cinema.http.body import check_text, read_bytes, validate
from cinema.http.csrf import FORM_FIELD, check_form_token

M = TypeVar("M", bound=BaseModel)
Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, each once."""

    values: Texts

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def read(self, model: type[M], *, without: Iterable[str] = ()) -> M:
        """Read the fields as a command; raises InvalidRequest with every faulty one.

        A field that was left empty is not there: an optional one then has its default.
        """
        left_out = {FORM_FIELD, "next", *without}
        given = {name: text for name, text in self.values.items() if name not in left_out}
        return validate(model, {name: text for name, text in given.items() if text != ""}, "body")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form comes back: in a sentence, and field by field."""

    problem: str | None = None
    faults: defaultdict[str, str] = field(default_factory=lambda: defaultdict(str))
    values: defaultdict[str, str] = field(default_factory=lambda: defaultdict(str))


def filled_in(request: web.Request) -> web.Request:
    """Return the request without the fields of its query that were left empty in a form."""
    filled = [(name, text) for name, text in request.query.items() if text]
    return request.clone(rel_url=request.rel_url.with_query(filled))


async def read_form(request: web.Request) -> Form:
    """Read an ordinary form and check its token; raises FormTokenInvalid (403)."""
    await read_bytes(request)
    posted = await request.post()
    values = {name: value for name, value in posted.items() if isinstance(value, str)}
    for name, text in values.items():
        check_text(name + text)
    check_form_token(request, values)
    return Form(values)


def refusal_of(error: CinemaError, form: Form) -> Refusal:
    """Say beside each field what is wrong with it, and the rest above the form."""
    faults: defaultdict[str, str] = defaultdict(str)
    problem: str | None = str(error)
    if isinstance(error, InvalidRequest) and error.extra.get("errors"):
        for fault in error.extra["errors"]:
            name, text = str(fault["loc"][-1]), _sentence(fault["msg"], fault["type"])
            if name in form.values or fault["type"] == "missing":
                faults.setdefault(name, text)
        problem = None if faults else _sentence(error.extra["errors"][0]["msg"], "")
    kept = {name: text for name, text in form.values.items() if "password" not in name}
    return Refusal(problem, faults, defaultdict(str, kept))


def _sentence(message: str, kind: str) -> str:
    if kind == "missing":
        return "This is needed."
    text = message.removeprefix("Value error, ").strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
