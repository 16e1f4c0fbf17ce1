"""The parts that a platform is assembled from: one class for each responsibility that can be replaced."""

from dataclasses import dataclass

from .agents.model import ModelPort
from .agents.supervisor import Supervisor
from .auth import Authenticator
from .gateway.archive import Archive
from .gateway.bridge import Bridge
from .gateway.door import Door
from .gateway.inbound import Inbound
from .runs.context import Contexts
from .runs.opening import Opening
from .stores.postgres import Database
from .story.deliverer import Deliverer
from .story.ledger import Ledger
from .story.reader import EventReader
from .tools.cache import ToolCache
from .tools.dispatcher import ToolDispatcher
from .tools.filing import FileSaving
from .upkeep.facts import FactsRelay
from .upkeep.recovery import Recovery


@dataclass
class Parts:
    """Each field is the class that does the job; a replacement is a subclass of the healthy one."""

    database: type[Database] = Database
    ledger: type[Ledger] = Ledger
    deliverer: type[Deliverer] = Deliverer
    reader: type[EventReader] = EventReader
    contexts: type[Contexts] = Contexts
    opening: type[Opening] = Opening
    cache: type[ToolCache] = ToolCache
    file_saving: type[FileSaving] = FileSaving
    dispatcher: type[ToolDispatcher] = ToolDispatcher
    model: type[ModelPort] = ModelPort
    supervisor: type[Supervisor] = Supervisor
    authenticator: type[Authenticator] = Authenticator
    archive: type[Archive] = Archive
    bridge: type[Bridge] = Bridge
    door: type[Door] = Door
    inbound: type[Inbound] = Inbound
    recovery: type[Recovery] = Recovery
    facts: type[FactsRelay] = FactsRelay
