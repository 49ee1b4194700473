"""Radicale, a CalDAV server, on this machine for the length of a test, and a client of it that does
what calendar programs do: it puts each changed entry under its own identity."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType

import icalendar

COLLECTION = "/nurse/treatment/"
_PATIENCE = 30  # seconds until the server answers
_IN_PERIOD = """\
<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop><D:getetag/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="{0:%Y%m%d}T000000Z" end="{1:%Y%m%d}T000000Z"/>
  </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>
"""


class Server:
    """The server as a program of its own, which ends with the block it is used in."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.log = folder / "radicale.log"
        self._log = self.log.open("wb")
        self._server = subprocess.Popen(
            [
                sys.executable, "-m", "radicale", "--config", "",
                "--server-hosts", f"127.0.0.1:{self.port}",
                "--auth-type", "none",
                "--storage-filesystem-folder", str(folder / "collections"),
            ],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
        )  # fmt: skip

    def __enter__(self) -> Server:
        try:
            self._wait()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _wait(self) -> None:
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                said = self.log.read_text(encoding="utf-8", errors="replace")
                assert self._server.poll() is None, f"the server has ended:\n{said}"
                assert time.monotonic() < end, f"the server does not answer:\n{said}"
                time.sleep(0.05)
            else:
                return

    def _end(self) -> None:
        self._server.terminate()
        try:
            self._server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._log.close()

    @property
    def ended(self) -> bool:
        return self._server.poll() is not None


class Client:
    """What a calendar program does with a calendar file that is handed to it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.put: list[str] = []  # the identities of what was last sent
        self._known: dict[str, bytes] = {}

    def take_in(self, data: bytes) -> None:
        """The first calendar goes up as a whole; of later ones each entry that is not as it was."""
        calendar = icalendar.Calendar.from_ical(data)
        entries = {str(each["UID"]): each for each in calendar.walk("VEVENT")}
        assert len(entries) == len(calendar.walk("VEVENT")), "a UID stands twice"
        if not self._known:
            self._ask("PUT", COLLECTION, data, {201})
            self.put = list(entries)
        else:
            sent = {uid: each.to_ical(sorted=False) for uid, each in entries.items()}
            self.put = [uid for uid, text in sent.items() if self._known.get(uid) != text]
            for uid in self.put:
                alone = _alone(calendar, entries[uid])
                self._ask("PUT", f"{COLLECTION}{uid}.ics", alone, {201, 204})
        self._known = {uid: each.to_ical(sorted=False) for uid, each in entries.items()}

    def collection(self) -> icalendar.Calendar:
        """All that the server holds."""
        return icalendar.Calendar.from_ical(self._ask("GET", COLLECTION, b"", {200}))

    def on(self, day: date) -> set[str]:
        """The identities of what the server says is on that day (in UTC)."""
        query = _IN_PERIOD.format(day, day + timedelta(days=1)).encode()
        said = self._ask("REPORT", COLLECTION, query, {207}).decode()
        return set(re.findall(rf"<href>{COLLECTION}([^<]+)\.ics</href>", said))

    def _ask(self, method: str, path: str, body: bytes, expected: set[int]) -> bytes:
        kind = "application/xml" if method == "REPORT" else "text/calendar"
        headers = {
            "Authorization": f"Basic {b64encode(b'nurse:any').decode()}",
            "Content-Type": f"{kind}; charset=utf-8",
            "Depth": "1",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=_PATIENCE)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        assert answer.status in expected, f"{method} {path}: {answer.status} {said[:400]!r}"
        return said


def _alone(calendar: icalendar.Calendar, entry: icalendar.Component) -> bytes:
    """One entry as a calendar of its own, with the zones that the whole calendar defines."""
    single = icalendar.Calendar()
    for name in ("PRODID", "VERSION", "CALSCALE"):
        single[name] = calendar[name]
    for zone in calendar.walk("VTIMEZONE"):
        single.add_component(zone)
    single.add_component(entry)
    return bytes(single.to_ical(sorted=False))


@contextmanager
def served(folder: Path) -> Iterator[Client]:
    """A client of a server that lives as long as the block."""
    with Server(folder) as server:
        yield Client(server)
