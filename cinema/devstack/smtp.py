"""A catcher of mail: an SMTP server that delivers nowhere but into a folder."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from cinema.devstack.data import temporary_folder
from cinema.devstack.mailbox import Mail, Mailbox

MAX_MAIL_BYTES = 10 * 1024 * 1024


class MailFault(StrEnum):
    """How the catcher may fail on purpose."""

    REFUSE = "refuse"
    """Answers 451 to the whole mail: nothing is kept, the sender is to try again."""
    REJECT_RECIPIENT = "reject_recipient"
    """Answers 550 to every RCPT: trying again is of no use."""
    DROP_AFTER_DATA = "drop_after_data"
    """Keeps the mail, then cuts the connection instead of saying 250."""
    HANG = "hang"
    """Reads the mail and says nothing more until the catcher stops or its fault is cleared."""


class SmtpCatcher:
    """Bound to the event loop it was started in; the port stays the same over its restarts."""

    name = "smtp"

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.mailbox = Mailbox(folder)
        self.port = port
        self._faults: deque[MailFault] = deque()
        self._always: MailFault | None = None
        self._cleared = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.BaseTransport] = set()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def running(self) -> bool:
        return self._server is not None and self._server.is_serving()

    async def start(self) -> None:
        self.mailbox.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        loop = self._loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut every connection."""
        if self._server is None:
            return
        self._server.close()
        for transport in list(self._connections):
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()
        await self._server.wait_closed()
        self._server = None

    def fail(self, fault: MailFault, times: int | None = None) -> None:
        """Commit the fault on the next `times` mails, on all of them where that is None.

        This and work() may be called from any thread.
        """
        self._tell(self._cleared.clear)
        if times is None:
            self._always = fault
        else:
            self._faults.extend([fault] * times)

    def work(self) -> None:
        """Clear every fault and let go what hangs."""
        self._always = None
        self._faults.clear()
        self._tell(self._cleared.set)

    def _tell(self, change: Callable[[], None]) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(change)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._next_is(MailFault.REJECT_RECIPIENT):
            self._take_fault()
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        fault = self._take_fault()
        if fault is MailFault.REFUSE:
            return "451 4.3.0 Come back later"
        if fault is MailFault.HANG:
            await self._cleared.wait()
        await asyncio.to_thread(self._keep, envelope)
        if fault is MailFault.DROP_AFTER_DATA and isinstance(
            server.transport, asyncio.WriteTransport
        ):
            server.transport.abort()
        return "250 OK"

    def _keep(self, envelope: Envelope) -> Mail:
        return self.mailbox.keep(bytes(envelope.original_content or b""), list(envelope.rcpt_tos))

    def _next_is(self, fault: MailFault) -> bool:
        return (self._faults[0] if self._faults else self._always) is fault

    def _take_fault(self) -> MailFault | None:
        return self._faults.popleft() if self._faults else self._always

    def _connection(self) -> SMTP:
        return _Connection(self, self._connections)


class _Connection(SMTP):
    """One client; known to the catcher as long as it lasts."""

    def __init__(self, catcher: SmtpCatcher, open_ones: set[asyncio.BaseTransport]) -> None:
        super().__init__(
            catcher,
            hostname="catcher.cinema.example",
            ident="Cinema mail catcher",
            data_size_limit=MAX_MAIL_BYTES,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )
        self._open_ones = open_ones
        self._own: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._own = transport
        self._open_ones.add(transport)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._own:
            self._open_ones.discard(self._own)
        super().connection_lost(error)


@asynccontextmanager
async def run_smtp(folder: Path | None = None) -> AsyncIterator[SmtpCatcher]:
    """Run a catcher for the time of the block, in a temporary folder where none is given."""
    with temporary_folder(folder) as mailbox:
        catcher = SmtpCatcher(mailbox)
        await catcher.start()
        try:
            yield catcher
        finally:
            catcher.work()
            await catcher.stop()
