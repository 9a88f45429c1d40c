"""The OpenAPI 3.1 document, made of what `@endpoint` knows and where the router put it."""

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aiohttp import web

from cinema.apidocs.examples import example
from cinema.apidocs.refusals import refusals
from cinema.apidocs.schemas import Schemas
from cinema.errors import CinemaError
from cinema.http.endpoint import OPERATIONS, Operation
from cinema.http.identity import ACCESS_COOKIE, SECURE, Access, cookie_name

if TYPE_CHECKING:
    from openapi_pydantic import OpenAPI

DOCUMENTED = ("/api/", "/healthz", "/readyz")
PARAMETER = re.compile(r"{(\w+)}")
DESCRIPTION = (
    "Times are RFC 3339 in UTC, money is a decimal string beside its currency. Every refusal is a "
    "problem (RFC 9457) with a stable `code`. What happens live arrives at `/api/v1/realtime`."
)
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "The same key with the same body has one effect and one answer, for 24 hours; with another "
        "body it is refused."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}

Json = dict[str, Any]


def openapi(app: web.Application, server: str = "/") -> "OpenAPI":
    """Describe the routes of the application's API; `server` is its address."""
    from openapi_pydantic import OpenAPI  # 0.2 s of loading that no start should wait for

    routes = [
        (route.method, route.resource.canonical, OPERATIONS[route.handler])
        for route in app.router.routes()
        if route.resource is not None
        and route.method != "HEAD"
        and route.resource.canonical.startswith(DOCUMENTED)
    ]
    schemas = Schemas(operation for _, _, operation in routes)
    paths: Json = {}
    for method, path, operation in sorted(routes, key=lambda route: route[1]):
        paths.setdefault(path, {})[method.lower()] = _operation(schemas, method, path, operation)
    return OpenAPI.model_validate(
        {
            "openapi": "3.1.1",
            "info": {"title": "Cinema", "version": "1", "description": DESCRIPTION},
            "servers": [{"url": server}],
            "paths": paths,
            "components": {
                "schemas": schemas.components,
                "securitySchemes": _security(secure=app[SECURE]),
            },
        }
    )


def document(app: web.Application, server: str = "/") -> str:
    """Write the description down as JSON."""
    return openapi(app, server).model_dump_json(by_alias=True, exclude_unset=True)


def _security(*, secure: bool) -> Json:
    name = cookie_name(ACCESS_COOKIE, secure=secure)
    return {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": name},
    }


def _operation(schemas: Schemas, method: str, path: str, operation: Operation) -> Json:
    described: Json = {
        "summary": operation.summary.rstrip("."),
        "description": _description(operation),
        "operationId": _name(method, path),
        "tags": [_tag(path)],
        "security": [] if operation.access is Access.PUBLIC else [{"bearer": []}, {"cookie": []}],
        "parameters": [
            *_path_parameters(path),
            *_query_parameters(schemas, operation),
            *([IDEMPOTENCY_KEY] if operation.idempotent else []),
        ],
        "responses": {
            str(int(operation.status)): _answer(schemas, operation),
            **_problems(refusals(operation, method, path)),
        },
    }
    body = schemas.of(operation, "body")
    if body is not None:
        media = {"schema": body, "example": example(body, schemas.components)}
        described["requestBody"] = {"required": True, "content": {"application/json": media}}
    return described


def _description(operation: Operation) -> str:
    who = "anyone" if operation.access is Access.PUBLIC else operation.access.name
    return f"{operation.description}\n\nFor: {who}.".strip()


def _name(method: str, path: str) -> str:
    words = re.findall(r"\w+", path.removeprefix("/api/v1"))
    return "_".join([method.lower(), *(word.replace("-", "_") for word in words)])


def _tag(path: str) -> str:
    parts = path.removeprefix("/api/v1").strip("/").split("/")
    return parts[0] if path.startswith("/api/") else "operations"


def _path_parameters(path: str) -> list[Json]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 1}
            if name.endswith("_id")
            else {"type": "string"},
        }
        for name in PARAMETER.findall(path)
    ]


def _query_parameters(schemas: Schemas, operation: Operation) -> list[Json]:
    reference = schemas.of(operation, "query")
    if reference is None:
        return []
    schema = schemas.resolve(reference)
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": field}
        for name, field in schema["properties"].items()
    ]


def _answer(schemas: Schemas, operation: Operation) -> Json:
    schema = schemas.of(operation, "answer")
    said: Json = {"description": HTTPStatus(operation.status).phrase}
    if schema is not None:
        media = {"schema": schema, "example": example(schema, schemas.components)}
        said["content"] = {"application/json": media}
    return said


def _problems(errors: dict[str, type[CinemaError]]) -> Json:
    by_status: dict[HTTPStatus, list[type[CinemaError]]] = {}
    for error in errors.values():
        by_status.setdefault(error.status, []).append(error)
    return {
        str(int(status)): {
            "description": "; ".join(dict.fromkeys(error.title for error in kinds)),
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {error.code: {"value": _problem(error)} for error in kinds},
                }
            },
        }
        for status, kinds in sorted(by_status.items())
    }


def _problem(error: type[CinemaError]) -> Json:
    return {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": int(error.status),
        "detail": error.title,
        "code": error.code,
    }
