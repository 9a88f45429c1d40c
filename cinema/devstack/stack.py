"""Which private servers a start needs, and the environment that they make up."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cinema.devstack.data import DataFolder
from cinema.devstack.errors import DevstackError
from cinema.devstack.ports import free_port
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
        self._smtp_port: int | None = None
        self._s3_door_port: int | None = None
        self._stripe_port: int | None = None

    async def start(self) -> None:
        """Start PostgreSQL, Redis and S3, all at once, and settle every address.

        Raises DevstackError; stop() is due in any case.
        """
        begin = {
            "CINEMA_DATABASE_URL": self._start_postgres,
            "CINEMA_REDIS_URL": self._start_redis,
            "CINEMA_S3_URL": self._start_s3,
        }
        begun = begin.keys() - self.env.keys()
        await all_of(*(begin[setting]() for setting in begun))
        if "CINEMA_S3_PUBLIC_URL" not in self.env and "CINEMA_S3_URL" in begun:
            self._s3_door_port = free_port()
            self.env["CINEMA_S3_PUBLIC_URL"] = f"http://127.0.0.1:{self._s3_door_port}"
        if "CINEMA_SMTP_URL" not in self.env:
            self._smtp_port = free_port()
            self.env["CINEMA_SMTP_URL"] = f"smtp://127.0.0.1:{self._smtp_port}"
            self.env["CINEMA_MAILBOX_DIR"] = str(self.data.mailbox)
        if "CINEMA_STRIPE_API_URL" not in self.env:
            self._stripe_port = free_port()
            self.env["CINEMA_STRIPE_API_URL"] = f"http://127.0.0.1:{self._stripe_port}"

    async def start_correspondents(self) -> None:
        """Start the catcher of mail, the Stripe simulator and the door of S3, all in this process.

        Apart from start(), because their modules take longer to load than the servers to start:
        the product's own processes can begin meanwhile. Raises DevstackError.
        """
        try:
            await self._start_smtp()
            await self._start_stripe()
            await self._start_s3_door()
        except OSError as error:
            raise DevstackError(f"A free port was taken meanwhile, try again ({error})") from None

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

    async def _start_s3_door(self) -> None:
        if self._s3_door_port is None:
            return
        from cinema.devstack.s3_door import S3Door

        await self._run(S3Door(self.env["CINEMA_S3_URL"], port=self._s3_door_port))

    async def _start_smtp(self) -> None:
        if self._smtp_port is None:
            return
        from cinema.devstack.smtp import SmtpCatcher

        await self._run(SmtpCatcher(self.data.mailbox, port=self._smtp_port))

    async def _start_stripe(self) -> None:
        if self._stripe_port is None:
            return
        from cinema.devstack.payments import StripeServer

        data = self.data.path / "stripe"
        await self._run(StripeServer(data, self.env, self.address.url, port=self._stripe_port))

    async def _run(self, server: Server) -> None:
        self.servers.append(server)
        await server.start()

    def _log(self, name: str) -> Path:
        return self.data.logs / f"{name}.log"
