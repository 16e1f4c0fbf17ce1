"""Promises about canaries: what is one person's is seen by that person and by nobody else."""

from collections import Counter
from collections.abc import Iterable, Sequence

from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.sightings import ANYBODY, PLACES, Canary, Sighting, canaries, sightings, users_of
from gp_lib.history import History


@promise("every canary is found at its owner, and nowhere else: {places}")
def canaries_stay_with_their_owner(history: History, *, places: Sequence[str], apart: str = "users") -> Finding:
    """Canaries are searched in every event, REST body, row, key and value, and in what streams of deltas add up to.

    It can only tell when the search is known to find things: in each of ``places`` each person who planted anything
    must have a canary that is found at home. With ``apart="runs"`` a canary that was planted in a run must not be
    told in any other run, not even to its owner.
    """
    planted, found = canaries(history), sightings(history)
    finding = Finding("no canary was planted", seen=len(planted))
    at_home = {(s.canary.owner, s.canary.place) for s in found if not s.astray and _at_its_place(s)}
    for owner in dict.fromkeys(canary.owner for canary in planted):
        for place in places:
            if (owner, place) not in at_home:
                finding.doubt(f"no canary in the {place} of {owner} was found at its owner: nothing can be told")
    if len({canary.owner for canary in planted}) == 1 and apart == "users":
        finding.doubt("there is nobody else to look at")
    for sighting in found:
        if sighting.astray or (apart == "runs" and _in_another_run(sighting)):
            _tell(finding, sighting)
    return finding


def _at_its_place(sighting: Sighting) -> bool:
    return sighting.text.site.startswith(PLACES.get(sighting.canary.place, ""))


def _in_another_run(sighting: Sighting) -> bool:
    own, other = sighting.canary.run_id, sighting.text.run_id
    return own is not None and other is not None and own != other


def _tell(finding: Finding, sighting: Sighting) -> None:
    canary, text = sighting.canary, sighting.text
    run = f" of run {text.run_id[:8]}" if text.run_id else ""
    finding.break_(f"{canary.owner}'s {canary.place} reached {text.reader}: {text.site}{run}", *text.witnesses)


def canaries_seen(history: History) -> dict[tuple[str, str], dict[str, int]]:
    """How often the canaries of each owner and place were seen by each reader: what the isolation matrix shows."""
    planted, found = canaries(history), sightings(history)
    readers = [*users_of(history), ANYBODY]
    counts = Counter((s.canary.owner, s.canary.place, s.text.reader) for s in found)
    return {
        (owner, place): {reader: counts[owner, place, reader] for reader in readers} for owner, place in _kinds(planted)
    }


def _kinds(planted: Iterable[Canary]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((canary.owner, canary.place) for canary in planted))
