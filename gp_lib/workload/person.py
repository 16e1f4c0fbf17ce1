"""A simulated person: signs in, opens tabs, asks, waits for the answer, comes back after a bad network."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from gp_lib import contract
from gp_lib.clients.tokens import sign
from gp_lib.clients.websocket import Way, open_websocket
from gp_lib.clock import Deadline
from gp_lib.dialects import fields, golden_path
from gp_lib.errors import ConnectionLost, SettingsError
from gp_lib.history import Event, Operation
from gp_lib.settings import Target
from gp_lib.workload import requests
from gp_lib.workload.recorder import doing
from gp_lib.workload.recording import Recording
from gp_lib.workload.tab import Tab, Witness

ANSWER_WITHIN_S = 20.0
"""How long a person waits for the end of a run before giving up (scaled)."""

NARROW_BUFFER_BYTES = 4096
"""The receive buffer of a narrow tab's socket."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was put: its run, once the platform announced one, and how the wait for its end ended."""

    message_id: str
    run_id: str | None
    thread_id: str | None
    terminal: Event | None


class Person:
    """One user. ``name`` is how the history calls them; ``user_id`` is fresh in every run (``None`` makes one).

    The same user at another device is another actor: another name, the same ``user_id``.
    """

    def __init__(self, history: Recording, target: Target, name: str, *, user_id: str | None = None) -> None:
        if target.jwt is None:
            raise SettingsError(f"targets.{target.name}.jwt", "is needed to sign people in")
        self.history = history
        self.target = target
        self.name = name
        self.user_id = user_id or f"{name}-{uuid.uuid4().hex[:12]}"
        self.token = sign(target.jwt, self.user_id)
        self.tabs: list[Tab] = []
        self._opened = 0

    @property
    def tab(self) -> Tab:
        """The tab in use: the last one that was opened."""
        if not self.tabs:
            raise ConnectionLost(self.name, code=None, reason="no tab was opened", silent_s=None)
        return self.tabs[-1]

    def uses(self, number: int) -> None:
        """Make tab number ``number`` (the first that was opened is 1) the one in use."""
        tab = next(tab for tab in self.tabs if tab.name == f"{self.name}/{number}")
        self.tabs.remove(tab)
        self.tabs.append(tab)

    async def connects(
        self, *, witness: Witness | None = None, narrow: bool = False, by: Way = "header", in_use: bool = True
    ) -> Tab | None:
        """Open a tab and wait for its welcome; ``None`` when that did not work (the history says why).

        A ``narrow`` tab takes in little by itself, so that not reading it is soon felt by the platform. ``by`` says
        in which way the token comes along. ``in_use=False``: the tab in use stays the one in use.
        """
        self._opened += 1
        name = f"{self.name}/{self._opened}"
        async with doing(self.history, self.name, "connects", connection=name, user_id=self.user_id, by=by) as act:
            socket = await open_websocket(
                (narrow and self.target.platform_direct_ws) or self.target.platform_ws,
                name=name,
                token=self.token,
                by=by,
                receive_buffer_bytes=NARROW_BUFFER_BYTES if narrow else None,
                queued_frames=1 if narrow else None,
            )
            act.note(echoed=socket.echoed)
            tab = Tab(self.history, actor=self.name, socket=socket, witness=witness)
            self.tabs.insert(len(self.tabs) if in_use else 0, tab)
            welcome = await tab.until(lambda event: event.type == contract.WELCOME, deadline_s=10)
            if welcome is None:
                act.fail("no welcome within 10 s")
                return None
            return tab
        return None

    async def asks(
        self,
        content: str,
        *,
        thread_id: str | None = None,
        message_id: str | None = None,
        wait_s: float = ANSWER_WITHIN_S,
    ) -> Asked:
        """Put a question in the current tab and wait for the run's terminal event, at most ``wait_s`` (scaled)."""
        message_id = message_id or str(uuid.uuid4())
        run_id: str | None = None
        asked_thread = thread_id
        terminal: Event | None = None
        async with doing(self.history, self.name, "asks", content=content, message_id=message_id) as act:
            tab, deadline = self.tab, Deadline.after(wait_s)
            seen = len(tab.events)
            await tab.send(golden_path.user_message(content, message_id=message_id, thread_id=thread_id))
            start = await tab.until(lambda event: requests.starts(event, message_id), deadline_s=deadline, after=seen)
            if start is None:
                act.fail(f"no run was announced within {wait_s} s")
            else:
                run_id, asked_thread = start.run_id, start.thread_id
                act.note(run_id=run_id, thread_id=asked_thread, root=start.agent_name)
                terminal = await tab.until(
                    lambda event: requests.ends(event, run_id, start.agent_name), deadline_s=deadline, after=seen
                )
                if terminal is None:
                    act.fail(f"the run did not end within {wait_s} s")
                else:
                    act.note(terminal=terminal.type)
        return Asked(message_id, run_id, asked_thread, terminal)

    async def submits(self, content: str, *, thread_id: str | None = None, times: int = 1) -> None:
        """Send a message that may well be refused, ``times`` times one after the other, and wait for each answer.

        It ends early when the answer changes: a platform that refuses for another reason now is in trouble.
        """
        answers = set[str | None]()
        for _ in range(times):
            answers.add(await requests.send_once(self, content, thread_id=thread_id))
            if len(answers) > 1:
                return

    async def reads(self, *paths: str) -> list[Any]:
        """What the platform answers to ``GET`` of each path, one after the other; ``None`` where it did not."""
        return [await requests.get(self, path) for path in paths]

    async def reads_messages(self) -> None:
        """Read the messages of every thread that this person has seen a run in."""
        threads = dict.fromkeys(event.thread_id for tab in self.tabs for event in tab.events if event.thread_id)
        await self.reads(*(f"/threads/{thread_id}/messages" for thread_id in threads))

    async def resumes(self, run_id: str, *, last_seq: int, wait_s: float = ANSWER_WITHIN_S) -> Event | None:
        """Ask for the rest of a run in the current tab and wait for its end; ``None`` when that did not come."""
        terminal: Event | None = None
        async with doing(self.history, self.name, "resumes", run_id=run_id, last_seq=last_seq) as act:
            tab = self.tab
            root = next((e.agent_name for t in self.tabs for e in t.events if e.run_id == run_id and e.seq == 1), None)
            seen = len(tab.events)
            await tab.send(golden_path.resume(run_id, last_seq))
            terminal = await tab.until(lambda event: requests.ends(event, run_id, root), deadline_s=wait_s, after=seen)
            if terminal is None:
                act.fail(f"the run did not end within {wait_s} s")
        return terminal

    async def comes_back(self, *, witness: Witness | None = None) -> None:
        """Open a new tab and ask for the rest of every run that was not seen to its end."""
        unfinished = self._unfinished()
        await self.connects(witness=witness)
        for run_id in unfinished:
            await self.resumes(run_id, last_seq=self.last_seq(run_id))

    def _unfinished(self) -> list[str]:
        seen = [event for tab in self.tabs for event in tab.events if event.run_id is not None]
        roots = {event.run_id: event.agent_name for event in seen if event.seq == 1}
        ended = {event.run_id for event in seen if requests.ends(event, event.run_id, roots.get(event.run_id))}
        return [run_id for run_id in dict.fromkeys(e.run_id for e in seen if e.run_id) if run_id not in ended]

    @asynccontextmanager
    async def not_reading(self, content: str, *, times: int, lead_s: float) -> AsyncIterator[None]:
        """Ask ``times`` times at once, read nothing for ``lead_s`` seconds nor while the block runs; then catch up.

        A person whom the platform has put out meanwhile comes back. Recorded as ``reads nothing``, with the number
        of events that were made in this time and read only afterwards.
        """
        tab = self.tab
        tab.pause()
        started_s = self.history.now_s()
        asking = asyncio.gather(*(self.asks(content, wait_s=lead_s + 2 * ANSWER_WITHIN_S) for _ in range(times)))
        try:
            await asyncio.sleep(lead_s)
            yield
        except BaseException:
            asking.cancel()
            raise
        finally:
            ended_s = self.history.now_s()
            tab.go_on()
        await asking
        if tab.lost is not None:
            await self.comes_back()
        self._record_pause(started_s, ended_s)

    def _record_pause(self, started_s: float, ended_s: float) -> None:
        began, ended = self.history.wall(started_s), self.history.wall(ended_s)
        unread = sum(
            event.received_s > ended_s and began <= made <= ended
            for tab in self.tabs
            for event in tab.events
            if (made := fields.moment(event.server_time)) is not None
        )
        self.history.record(
            Operation(
                actor=self.name,
                action="reads nothing",
                outcome="ok",
                started_s=started_s,
                ended_s=ended_s,
                detail={"unread": unread},
            )
        )

    def last_seq(self, run_id: str) -> int:
        """The highest ``seq`` of a run that any of this person's tabs received; 0 when none came."""
        return max((e.seq or 0 for tab in self.tabs for e in tab.events if e.run_id == run_id), default=0)

    async def leaves(self) -> None:
        """Close every tab."""
        for tab in self.tabs:
            await tab.close()
