"""S10: the key of the tool cache lacks the user's id."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.valkey import cache_key
from gp_lib.reference_platform.tools.cache import ToolCache

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the cache by one that everybody shares."""

    class Shared(ToolCache):
        def key(self, user_id: str, name: str) -> str:
            if owners.setdefault(name, user_id) != user_id:
                hit()
            return cache_key("shared", name)

    owners: dict[str, str] = {}

    parts.cache = Shared


DEFECT = Defect(
    id="S10",
    story="Whoever asks second gets the figures of whoever asked first.",
    expected_killer=Killer("a5_no_leak_between_users", "canaries_stay_with_their_owner"),
    install=install,
)
