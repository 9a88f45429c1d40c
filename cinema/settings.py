"""Every setting of the application, read once, frozen."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

DEVELOPMENT_MARK = "development-only"
"""Stands in every secret that `cinema dev` makes, so that production can refuse it."""
MIN_KEY_BYTES = 32
"""RFC 7518, section 3.2: an HMAC-SHA256 key is at least as long as its digest."""

CommaList = Annotated[tuple[str, ...], NoDecode]


class Environment(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class DocsAccess(StrEnum):
    PUBLIC = "public"
    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"


class SettingsInvalid(Exception):
    """The environment does not describe a cinema; one line for each fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="CINEMA_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Environment = Environment.DEVELOPMENT

    database_url: str = Field(pattern="^postgres(ql)?://")
    database_pool: int = Field(default=10, ge=1, le=200)
    redis_url: str = Field(pattern="^(rediss?|unix)://")
    s3_url: str = Field(pattern="^https?://")
    s3_public_url: str = ""
    s3_access_key: SecretStr
    s3_secret_key: SecretStr
    s3_bucket: str = "cinema"
    s3_region: str = "us-east-1"
    smtp_url: SecretStr
    mail_from: str = "Cinema <no-reply@cinema.example>"

    public_url: str = Field(pattern="^https?://[^/]+$")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    allowed_origins: CommaList = ()
    trusted_proxies: CommaList = ()
    docs_access: DocsAccess = DocsAccess.USER

    secret_key: SecretStr
    access_token_keys: SecretStr
    access_token_minutes: int = Field(default=15, ge=1, le=60)
    refresh_token_days: int = Field(default=7, ge=1, le=90)

    stripe_api_url: str = Field(default="https://api.stripe.com", pattern="^https?://")
    stripe_api_key: SecretStr
    stripe_webhook_secrets: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    currency: str = Field(default="usd", pattern="^[a-z]{3}$")
    order_lifetime_minutes: float = Field(default=30, gt=0, le=24 * 60)
    refund_window_days: int = Field(default=14, ge=0, le=365)
    """How long after the payment a buyer may give films back that were not watched."""

    rate_limits: float = Field(default=1.0, ge=0)
    """A factor on every rate limit; 0 counts nothing."""

    log_level: str = "info"
    log_json: bool | None = None
    mailbox_dir: Path | None = None

    video_max_bytes: int = Field(default=4 * 1024**3, ge=1024)
    """The most bytes of a trailer or a film."""

    @field_validator("allowed_origins", "trusted_proxies", "stripe_webhook_secrets", mode="before")
    @classmethod
    def _split_commas(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @model_validator(mode="after")
    def _keys_are_usable(self) -> "Settings":
        faults = [
            f"CINEMA_ACCESS_TOKEN_KEYS: the key {kid!r} is shorter than {MIN_KEY_BYTES} bytes"
            for kid, key in self.signing_keys.items()
            if len(key.encode()) < MIN_KEY_BYTES
        ]
        if len(self.secret_key.get_secret_value().encode()) < MIN_KEY_BYTES:
            faults.append(f"CINEMA_SECRET_KEY: shorter than {MIN_KEY_BYTES} bytes")
        if self.environment is Environment.PRODUCTION:
            faults += production_faults(self)
        if faults:
            raise SettingsInvalid(faults)
        return self

    @property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION

    @property
    def signing_keys(self) -> dict[str, str]:
        """The keys of access tokens by key id, the signing one first.

        Raises SettingsInvalid where the setting is not `kid:key[,kid2:key2...]`.
        """
        parts = self.access_token_keys.get_secret_value().split(",")
        pairs = [part.split(":", 1) for part in parts]
        if any(len(pair) != 2 or not all(pair) for pair in pairs):
            raise SettingsInvalid(["CINEMA_ACCESS_TOKEN_KEYS: not of the form kid:key,kid2:key2"])
        return {kid.strip(): key.strip() for kid, key in pairs}

    @property
    def order_lifetime(self) -> timedelta:
        return timedelta(minutes=self.order_lifetime_minutes)

    @property
    def access_token_lifetime(self) -> timedelta:
        return timedelta(minutes=self.access_token_minutes)

    @property
    def refresh_token_lifetime(self) -> timedelta:
        return timedelta(days=self.refresh_token_days)

    @property
    def origins(self) -> frozenset[str]:
        """The origins whose pages may act for a visitor: our own and the allowed ones."""
        return frozenset({self.public_url, *self.allowed_origins})


def production_faults(settings: Settings) -> list[str]:
    """Name what a production process must not start with, a line each."""
    secrets = {
        "CINEMA_SECRET_KEY": settings.secret_key,
        "CINEMA_ACCESS_TOKEN_KEYS": settings.access_token_keys,
        "CINEMA_S3_SECRET_KEY": settings.s3_secret_key,
        "CINEMA_STRIPE_API_KEY": settings.stripe_api_key,
    }
    faults = [
        f"{name}: a development secret"
        for name, secret in secrets.items()
        if DEVELOPMENT_MARK in secret.get_secret_value()
    ]
    if settings.secret_key.get_secret_value() in settings.signing_keys.values():
        faults.append("CINEMA_SECRET_KEY: equal to a key of CINEMA_ACCESS_TOKEN_KEYS")
    if not settings.stripe_api_key.get_secret_value().startswith(("sk_live_", "rk_live_")):
        faults.append("CINEMA_STRIPE_API_KEY: not a live key (sk_live_... or rk_live_...)")
    if not settings.stripe_webhook_secrets:
        faults.append("CINEMA_STRIPE_WEBHOOK_SECRETS: empty, so no payment would ever arrive")
    if not settings.public_url.startswith("https://"):
        faults.append("CINEMA_PUBLIC_URL: not https")
    if "*" in settings.allowed_origins:
        faults.append("CINEMA_ALLOWED_ORIGINS: a wildcard lets any site act for a visitor")
    if urlsplit(settings.database_url).password in {"postgres", "password", "cinema"}:
        faults.append("CINEMA_DATABASE_URL: a default password")
    if settings.mailbox_dir is not None:
        faults.append("CINEMA_MAILBOX_DIR: for development only")
    return faults


def load_settings(data_dir: Path | None = None, **overrides: Any) -> Settings:
    """Read the settings: the environment first, then `DIR/env` of a running copy, then `.env`.

    Raises SettingsInvalid with one readable line for each fault.
    """
    files = [Path(".env")] + ([data_dir / "env"] if data_dir else [])
    try:
        return Settings(_env_file=files, **overrides)
    except ValidationError as error:
        raise SettingsInvalid([_line(fault) for fault in error.errors()]) from None


def _line(fault: Any) -> str:
    name = "CINEMA_" + ".".join(str(part) for part in fault["loc"]).upper()
    return f"{name}: missing" if fault["type"] == "missing" else f"{name}: {fault['msg']}"
