"""Which private servers a start needs, and the environment that they make up."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cinema.devstack.data import DataFolder
from cinema.devstack.errors import DevstackError
from cinema.devstack.postgres import PostgresServer
from cinema.devstack.redis import RedisServer
from cinema.devstack.s3 import S3Server
from cinema.devstack.servers import Server, all_of

DATABASE = "cinema"
BUCKET = "cinema"
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, not bound to


@dataclass(frozen=True, slots=True)
class Address:
    """Where the web process listens, and how it is reached from this machine."""

    host: str
    port: int

    @property
    def reachable(self) -> tuple[str, int]:
        return EVERYWHERE.get(self.host, self.host), self.port

    @property
    def url(self) -> str:
        host, port = self.reachable
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def given_settings() -> dict[str, str]:
    """The CINEMA_* settings of the environment and of `.env`, the environment first."""
    from dotenv import dotenv_values

    both = {**dotenv_values(".env"), **os.environ}
    return {key: value for key, value in both.items() if key.startswith("CINEMA_") and value}


class Stack:
    """The private servers for every URL that is not given.

    `env` is what the product's processes get; it is complete once start() has returned.
    """

    def __init__(self, data: DataFolder, given: Mapping[str, str], address: Address) -> None:
        if given.get("CINEMA_ENVIRONMENT", "development") != "development":
            raise DevstackError(
                "CINEMA_ENVIRONMENT is not `development`: use `cinema serve` and `cinema worker`."
            )
        self.data = data
        self.address = address
        self.secrets = data.secrets()
        self.env = {
            "CINEMA_ENVIRONMENT": "development",
            "CINEMA_PUBLIC_URL": address.url,
            "CINEMA_S3_BUCKET": BUCKET,
            **self.secrets,
            **given,
            "CINEMA_HOST": address.host,
            "CINEMA_PORT": str(address.port),
        }
        self.servers: list[Server] = []
        self.postgres: PostgresServer | None = None

    async def start(self) -> None:
        """Start what is missing, all at once. Raises DevstackError; stop() is due in any case."""
        missing = [
            begin
            for setting, begin in {
                "CINEMA_DATABASE_URL": self._start_postgres,
                "CINEMA_REDIS_URL": self._start_redis,
                "CINEMA_S3_URL": self._start_s3,
                "CINEMA_SMTP_URL": self._start_smtp,
                "CINEMA_STRIPE_API_URL": self._start_stripe,
            }.items()
            if setting not in self.env
        ]
        await all_of(*(begin() for begin in missing))

    async def stop(self) -> None:
        await all_of(*(server.stop() for server in self.servers))

    async def _start_postgres(self) -> None:
        self.postgres = PostgresServer(self.data.path / "postgres", log=self._log("postgres"))
        await self._run(self.postgres)
        self.env["CINEMA_DATABASE_URL"] = await self.postgres.ensure_database(DATABASE)

    async def _start_redis(self) -> None:
        redis = RedisServer(self.data.path / "redis", log=self._log("redis"))
        await self._run(redis)
        self.env["CINEMA_REDIS_URL"] = redis.url

    async def _start_s3(self) -> None:
        s3 = S3Server(
            self.data.path / "s3",
            access_key=self.env["CINEMA_S3_ACCESS_KEY"],
            secret_key=self.env["CINEMA_S3_SECRET_KEY"],
            bucket=self.env["CINEMA_S3_BUCKET"],
            log=self._log("s3"),
        )
        await self._run(s3)
        self.env["CINEMA_S3_URL"] = s3.url

    async def _start_smtp(self) -> None:
        # Late: the processes above start while these modules load.
        from cinema.devstack.smtp import SmtpCatcher

        smtp = SmtpCatcher(self.data.mailbox)
        await self._run(smtp)
        self.env["CINEMA_SMTP_URL"] = smtp.url
        self.env["CINEMA_MAILBOX_DIR"] = str(self.data.mailbox)

    async def _start_stripe(self) -> None:
        from cinema.devstack.payments import StripeServer

        stripe = StripeServer(self.data.path / "stripe", self.env, self.address.url)
        await self._run(stripe)
        self.env["CINEMA_STRIPE_API_URL"] = stripe.url

    async def _run(self, server: Server) -> None:
        self.servers.append(server)
        await server.start()

    def _log(self, name: str) -> Path:
        return self.data.logs / f"{name}.log"
