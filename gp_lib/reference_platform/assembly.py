"""The composition root: makes one gateway out of its parts. Nothing else in the platform creates a part."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from starlette.applications import Starlette

from .agents.model import ModelPort
from .config import Settings
from .gateway.app import application
from .gateway.bridge import Bridge
from .gateway.door import Door
from .gateway.inbound import RateLimiter
from .gateway.rest import Rest
from .parts import Parts
from .runs.cancelling import Canceller
from .runs.context import Contexts
from .runs.desk import FrontDesk
from .runs.live import LiveRuns
from .runs.opening import RunOpener
from .stores.clickhouse import ColdTier
from .stores.postgres import Database
from .stores.valkey import Valkey, opened_valkey, probe
from .story.deliverer import Deliverer
from .story.ledger import Ledger
from .story.reader import EventReader
from .tools.calls import Tool
from .tools.costs import CostByService, UtilizationByService
from .tools.dispatcher import ToolDispatcher
from .tools.invoices import InvoiceLookup
from .upkeep.facts import FactsRelay
from .upkeep.forgetting import Forgetter
from .upkeep.heartbeat import Heartbeat
from .upkeep.provisioning import Provisioning
from .upkeep.recovery import Recovery
from .upkeep.status import Status

Job: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
"""Something that goes on in the background until it is cancelled."""


@dataclass(frozen=True)
class Stores:
    """The three tiers, and what knows how to fill them for a new user."""

    warm: Database
    hot: Valkey
    cold: ColdTier
    provisioning: Provisioning


@dataclass(frozen=True)
class Telling:
    """The way of an event: written, delivered, read back."""

    ledger: Ledger
    deliverer: Deliverer
    reader: EventReader


@dataclass(frozen=True)
class Running:
    """What conducts runs."""

    contexts: Contexts
    model: ModelPort
    live: LiveRuns
    canceller: Canceller


@dataclass(frozen=True)
class Platform:
    """One gateway, assembled; its background jobs do not run yet."""

    settings: Settings
    stores: Stores
    telling: Telling
    running: Running
    bridge: Bridge
    door: Door
    recovery: Recovery
    facts: FactsRelay
    heartbeat: Heartbeat
    status: Status
    app: Starlette

    def jobs(self) -> list[Job]:
        """What goes on in the background as long as the gateway lives."""
        return [
            self.telling.deliverer.deliver_forever,
            self.telling.deliverer.mark_forever,
            self.bridge.listen_forever,
            self.heartbeat.beat_forever,
            self.recovery.watch_forever,
            self.facts.relay_forever,
        ]


@asynccontextmanager
async def assembled(settings: Settings, parts: Parts) -> AsyncIterator[Platform]:
    """A gateway made of ``parts``, with its connections; they are closed at the end."""
    async with AsyncExitStack() as stack:
        stores = await _stores(settings, parts, stack)
        telling = _telling(settings, parts, stores)
        running = _running(settings, parts, (stores, telling))
        await stack.enter_async_context(running.model.opened())
        yield _platform(settings, parts, (stores, telling, running))


async def _stores(settings: Settings, parts: Parts, stack: AsyncExitStack) -> Stores:
    warm, cold = parts.database(settings), ColdTier(settings)
    await stack.enter_async_context(warm.opened())
    await stack.enter_async_context(cold.opened())
    hot = await stack.enter_async_context(opened_valkey(settings))
    return Stores(warm, hot, cold, Provisioning(warm, cold))


def _telling(settings: Settings, parts: Parts, stores: Stores) -> Telling:
    deliverer = parts.deliverer(settings, stores.hot, stores.warm)
    ledger = parts.ledger(stores.warm, deliverer.put, settings.gateway_id)
    return Telling(ledger, deliverer, parts.reader(stores.hot, stores.warm))


def _running(settings: Settings, parts: Parts, below: tuple[Stores, Telling]) -> Running:
    stores, _ = below
    ensure_data = stores.provisioning.ensure_data
    tools: list[Tool] = [
        CostByService(stores.cold, ensure_data),
        UtilizationByService(stores.cold, ensure_data, parts.cache(settings, stores.hot)),
        InvoiceLookup(stores.warm),
        parts.file_saving(stores.warm),
    ]
    dispatcher: ToolDispatcher = parts.dispatcher(settings, tools)
    model = parts.model(settings, dispatcher)
    contexts = parts.contexts()
    live = LiveRuns(settings, contexts, parts.supervisor(settings, model))
    return Running(contexts, model, live, Canceller(stores.warm, stores.hot, live))


def _platform(settings: Settings, parts: Parts, below: tuple[Stores, Telling, Running]) -> Platform:
    stores, telling, running = below
    bridge = parts.bridge(stores.hot, telling.reader)
    bridge.on_control = running.canceller.on_control
    authenticator = parts.authenticator(settings)
    desk = FrontDesk(RunOpener(stores.warm, telling.ledger, parts.opening), running.live, stores.provisioning)
    inbound = parts.inbound(desk, bridge, RateLimiter(settings))
    inbound.cancel_run = running.canceller.cancel
    door = parts.door(settings, authenticator, stores.provisioning)
    door.bridge, door.inbound = bridge, inbound
    facts = parts.facts(settings, stores.warm, stores.cold)
    rest = Rest(authenticator, stores.provisioning, parts.archive(stores.warm, telling.reader))
    rest.status = _status(settings, below, bridge)
    rest.forgetter = _forgetter(stores, running, facts)
    heartbeat = Heartbeat(settings, stores.hot)
    recovery = parts.recovery(settings, stores.warm, telling.ledger)
    recovery.deliverer, recovery.heartbeat, recovery.live = telling.deliverer, heartbeat, running.live
    return Platform(
        settings=settings,
        stores=stores,
        telling=telling,
        running=running,
        bridge=bridge,
        door=door,
        recovery=recovery,
        facts=facts,
        heartbeat=heartbeat,
        status=rest.status,
        app=application(door, rest),
    )


def _forgetter(stores: Stores, running: Running, facts: FactsRelay) -> Forgetter:
    forgetter = Forgetter(stores.warm, stores.hot, stores.cold)
    forgetter.live, forgetter.facts, forgetter.provisioning = running.live, facts, stores.provisioning
    return forgetter


def _status(settings: Settings, below: tuple[Stores, Telling, Running], bridge: Bridge) -> Status:
    stores, telling, running = below
    status = Status(settings.gateway_id)
    status.probes = {
        "postgres": stores.warm.probe,
        "valkey": lambda: asyncio.shield(probe(stores.hot)),
        "clickhouse": stores.cold.probe,
        "model": running.model.probe,
    }
    status.gauge("gp_live_runs", "Runs that this gateway conducts", lambda: running.live.count)
    status.gauge("gp_live_contexts", "Run contexts that are open", lambda: running.contexts.count)
    status.gauge("gp_sockets", "Open WebSockets", lambda: bridge.sockets)
    status.gauge("gp_pool_in_use", "PostgreSQL connections in use", lambda: stores.warm.in_use)
    status.gauge("gp_pool_open", "PostgreSQL connections that are open", lambda: stores.warm.size)
    status.gauge("gp_pool_size", "PostgreSQL connections at most", lambda: settings.pool_size)
    status.gauge("gp_delivery_backlog", "Committed events not handed over", lambda: telling.deliverer.backlog)
    status.gauge("gp_events_delivered", "Events handed over", lambda: telling.deliverer.delivered_total)
    return status
