"""From the hot tier to this gateway's sockets: one subscription for each user who is connected here.

While the hot tier is lost the bridge asks the warm tier instead, so that users see their events a little later.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from redis.asyncio.client import PubSub

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.protocol import Event, event_from_frame
from gp_lib.reference_platform.stores.valkey import CONTROL_CHANNEL, VALKEY_LOST, Valkey, user_channel
from gp_lib.reference_platform.story.reader import EventReader

from .feed import Feed
from .outlet import Outlet

log = logging.getLogger("platform.bridge")

POLL_S = 0.15
SUBSCRIBE_S = 1.0
# How far back to look after a loss: more than a frame can be under way, and clocks may differ.
OVERLAP = timedelta(seconds=5)
HEARTBEAT_S = 1.0

ControlHandler = Callable[[dict[str, Any]], Awaitable[None]]


class Bridge:
    """Knows the feeds of all users who are connected to this gateway."""

    def __init__(self, hot: Valkey, reader: EventReader) -> None:
        self._hot = hot
        self._reader = reader
        self.feeds: dict[str, Feed] = {}
        self._subscription: PubSub | None = None
        self._confirmations: dict[str, asyncio.Future[None]] = {}
        self._lost_at = protocol.now()
        self._changing = asyncio.Lock()
        self.on_control: ControlHandler | None = None

    @property
    def sockets(self) -> int:
        """Sockets that are open now."""
        return sum(len(feed.outlets) for feed in self.feeds.values())

    def outlets(self) -> list[Outlet]:
        """All open sockets' outgoing sides."""
        return [outlet for feed in self.feeds.values() for outlet in feed.outlets]

    def outlets_of(self, user_id: str) -> list[Outlet]:
        """The outgoing sides of one user's sockets at this gateway."""
        feed = self.feeds.get(user_id)
        return list(feed.outlets) if feed else []

    async def attach(self, user_id: str, outlet: Outlet) -> Feed:
        """Let ``outlet`` get the user's events from now on."""
        if feed := self.feeds.get(user_id):
            feed.outlets.add(outlet)
            return feed
        feed = self.feeds[user_id] = Feed(user_id, self._reader)
        feed.outlets.add(outlet)
        feed.start()
        await self._subscribe(user_id)
        return feed

    async def detach(self, user_id: str, outlet: Outlet) -> None:
        """``outlet`` is closed."""
        feed = self.feeds.get(user_id)
        if feed is None:
            return
        feed.outlets.discard(outlet)
        if not feed.outlets:
            del self.feeds[user_id]
            feed.stop()
            await self._unsubscribe(user_id)

    async def route(self, event: Event) -> None:
        """Pass a published event to its user's feed. Must not wait for any socket."""
        if feed := self.feeds.get(event.user_id):
            feed.put(event)

    async def listen_forever(self) -> None:
        """Take what is published, and what the warm tier has while nothing can be published, until cancelled."""
        while True:
            try:
                await self._listen()
            except VALKEY_LOST as error:
                log.warning("the subscription broke: %s", type(error).__name__)
            finally:
                self._note_loss()
            await self._poll_once()

    def _note_loss(self) -> None:
        if self._subscription is not None:
            self._lost_at = protocol.now()
            self._subscription = None

    async def _listen(self) -> None:
        async with self._hot.pubsub() as subscription:
            channels = [CONTROL_CHANNEL, *(user_channel(user_id) for user_id in self.feeds)]
            await subscription.subscribe(*channels)
            self._subscription = subscription
            # Users who came while the subscription was being made are not in the list above.
            if late := [user_channel(user_id) for user_id in self.feeds if user_channel(user_id) not in channels]:
                await subscription.subscribe(*late)
            self._catch_up()
            await self._take_all(subscription)

    async def _take_all(self, subscription: PubSub) -> None:
        """Take what comes; a silent server is asked for a sign of life, and is lost if it gives none."""
        asked = False
        while True:
            message = await subscription.get_message(timeout=HEARTBEAT_S)
            if message is not None:
                asked = False
                await self._take(message)
            elif asked:
                raise TimeoutError("the hot tier gives no sign of life")
            else:
                asked = True
                await subscription.ping()

    async def _take(self, message: dict[str, Any]) -> None:
        channel = message["channel"]
        if message["type"] == "subscribe" and (waiter := self._confirmations.pop(channel, None)):
            if not waiter.done():
                waiter.set_result(None)
        elif message["type"] == "message" and channel == CONTROL_CHANNEL:
            if self.on_control is not None:
                await self.on_control(json.loads(message["data"]))
        elif message["type"] == "message":
            await self.route(event_from_frame(message["data"]))

    async def _poll_once(self) -> None:
        """Stand in for the hot tier: look for what the connected users have not seen."""
        self._catch_up()
        await asyncio.sleep(POLL_S)

    def _catch_up(self) -> None:
        for feed in self.feeds.values():
            feed.catch_up(self._lost_at - OVERLAP)

    async def _subscribe(self, user_id: str) -> None:
        """Subscribe, and wait until the hot tier has confirmed it; without the hot tier polling stands in."""
        channel = user_channel(user_id)
        try:
            async with self._changing, asyncio.timeout(SUBSCRIBE_S):
                if self._subscription is not None:
                    waiter = self._confirmations[channel] = asyncio.get_running_loop().create_future()
                    await self._subscription.subscribe(channel)
                    await waiter
        except VALKEY_LOST:
            log.warning("a channel could not be subscribed; it is polled instead")

    async def _unsubscribe(self, user_id: str) -> None:
        try:
            # The user may have come back while others were subscribed: then the channel is needed.
            async with self._changing, asyncio.timeout(SUBSCRIBE_S):
                if self._subscription is not None and user_id not in self.feeds:
                    await self._subscription.unsubscribe(user_channel(user_id))
        except VALKEY_LOST:
            log.info("a channel could not be unsubscribed")
