"""The requests this simulator understands; anything else is refused as Stripe refuses it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from .currencies import SUPPORTED
from .errors import ApiError


def _whole(value: Any) -> Any:
    if isinstance(value, str) and not value.removeprefix("-").isdecimal():
        raise PydanticCustomError("int_parsing", "not an integer")
    return value


def _mapping(value: Any) -> Any:
    """Metadata with the keys 0, 1, 2 ... looks like a list on the wire."""
    if isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    return {} if value == "" else value


def _not_empty(value: Any) -> Any:
    if value == "":
        raise PydanticCustomError("empty", "empty string")
    return value


Text = Annotated[str, BeforeValidator(_not_empty), Field(max_length=5000)]
Whole = Annotated[int, BeforeValidator(_whole)]
MetadataKey = Annotated[str, Field(max_length=40)]
MetadataValue = Annotated[str, Field(max_length=500)]
Metadata = Annotated[
    dict[MetadataKey, MetadataValue], BeforeValidator(_mapping), Field(max_length=50)
]
Url = Annotated[Text, Field(pattern=r"^https?://[^\s/]+")]


class Params(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    expand: list[str] = Field(default=[], max_length=20)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProductData(Part):
    name: Text
    description: Text | None = None
    images: list[str] = Field(default=[], max_length=8)
    metadata: Metadata = {}
    tax_code: Text | None = None


class PriceData(Part):
    currency: Text
    product_data: ProductData
    unit_amount: Annotated[Whole, Field(ge=0)]
    tax_behavior: Literal["exclusive", "inclusive", "unspecified"] = "unspecified"

    @field_validator("currency")
    @classmethod
    def supported(cls, value: str) -> str:
        if value.lower() not in SUPPORTED:
            raise PydanticCustomError("currency", "{code}", {"code": value})
        return value.lower()


class LineItem(Part):
    price_data: PriceData
    quantity: Annotated[Whole, Field(ge=1, le=999_999)]
    metadata: Metadata = {}


class PaymentIntentData(Part):
    capture_method: Literal["automatic", "automatic_async"] = "automatic_async"
    description: Text | None = None
    metadata: Metadata = {}
    receipt_email: Text | None = None
    statement_descriptor: Text | None = None
    statement_descriptor_suffix: Text | None = None


class CreateSession(Params):
    mode: Literal["payment"]
    line_items: list[LineItem] = Field(min_length=1, max_length=100)
    success_url: Url
    cancel_url: Url | None = None
    client_reference_id: Annotated[Text, Field(max_length=200)] | None = None
    currency: Text | None = None
    customer_creation: Literal["if_required"] = "if_required"
    customer_email: Annotated[Text, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = None
    expires_at: Whole | None = None
    locale: Text | None = None
    metadata: Metadata = {}
    payment_intent_data: PaymentIntentData = PaymentIntentData()
    payment_method_types: list[Literal["card"]] = Field(default=["card"], min_length=1)
    submit_type: Literal["auto", "book", "donate", "pay"] | None = None
    ui_mode: Literal["hosted_page"] = "hosted_page"
    allow_promotion_codes: bool | None = None
    billing_address_collection: Literal["auto", "required"] | None = None


class CreateRefund(Params):
    charge: Text | None = None
    payment_intent: Text | None = None
    amount: Annotated[Whole, Field(ge=1)] | None = None
    metadata: Metadata = {}
    reason: Literal["duplicate", "fraudulent", "requested_by_customer"] | None = None


class UpdateMetadata(Params):
    metadata: Metadata = {}


class Evidence(Part):
    uncategorized_text: str = ""
    product_description: str = ""
    customer_communication: str = ""


class UpdateDispute(UpdateMetadata):
    evidence: Evidence = Evidence()
    submit: bool = True


class CreatedRange(Part):
    gt: Whole | None = None
    gte: Whole | None = None
    lt: Whole | None = None
    lte: Whole | None = None


class ListParams(Params):
    limit: Annotated[Whole, Field(ge=1, le=100)] = 10
    starting_after: Text | None = None
    ending_before: Text | None = None
    created: CreatedRange | Whole | None = None


class CustomerDetails(Part):
    email: Text


class ListSessions(ListParams):
    payment_intent: Text | None = None
    customer: Text | None = None
    status: Literal["open", "complete", "expired"] | None = None
    customer_details: CustomerDetails | None = None


class ListIntents(ListParams):
    customer: Text | None = None


class ListCharges(ListIntents):
    payment_intent: Text | None = None


class ListRefunds(ListParams):
    charge: Text | None = None
    payment_intent: Text | None = None


class ListEvents(ListParams):
    type: Text | None = None
    types: list[Text] = Field(default=[], max_length=20)


Model = TypeVar("Model", bound=BaseModel)


def parse(model: type[Model], values: Mapping[str, Any]) -> Model:
    """Read a request; raise ApiError with Stripe's code and `param` for its first fault."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _refusal(error.errors()[0]) from None


def _refusal(fault: ErrorDetails) -> ApiError:
    where = [str(part) for part in fault["loc"] if part not in ("CreatedRange", "function-before")]
    param = where[0] + "".join(f"[{part}]" for part in where[1:])
    kind = fault["type"]
    given = str(fault.get("input", ""))[:100]
    if kind in _REFUSALS:
        code, message = _REFUSALS[kind]
        return ApiError(message.format(param=param, given=given), code=code, param=param)
    if param.endswith("_url"):
        return ApiError("Not a valid URL", code="url_invalid", param=param)
    if param == "customer_email":
        return ApiError(f"Invalid email address: {given}", code="email_invalid", param=param)
    return ApiError(f"Invalid {param}: {fault['msg']}", param=param)


_REFUSALS = {
    "extra_forbidden": ("parameter_unknown", "Received unknown parameter: {param}"),
    "missing": ("parameter_missing", "Missing required param: {param}."),
    "int_parsing": ("parameter_invalid_integer", "Invalid integer: {given}"),
    "greater_than_equal": (
        "parameter_invalid_integer",
        "Invalid integer: {given} is too small.",
    ),
    "less_than_equal": (
        "parameter_invalid_integer",
        "Invalid integer: {given} is too large.",
    ),
    "empty": (
        "parameter_invalid_empty",
        "You passed an empty string for '{param}'. We assume empty values are an attempt to"
        " unset a parameter; however '{param}' cannot be unset.",
    ),
    "currency": (None, "Invalid currency: {given}."),
}
