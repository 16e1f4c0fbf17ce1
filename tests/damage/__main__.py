"""Counts: ``python -m tests.damage 300`` lets every command meet 300 changes and tells how many ended in trouble."""

import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.damage.commands import CALLS, Call, commands, trouble
from tests.damage.mutations import changes
from tests.damage.project import Made, make


def main(times: int, wanted: list[str]) -> None:
    """Print a line a command, and the last lines of each kind of trouble."""
    with TemporaryDirectory() as place:
        made = make(Path(place))
        for name in wanted or [name for name in commands() if isinstance(CALLS.get(name), Call)]:
            began = time.monotonic()
            met, found = _met(name, made, times)
            kinds = Counter(each.strip().splitlines()[-1][:150] for each, _ in found)
            print(f"{name:8} {met} changes, {len(found)} in trouble, {time.monotonic() - began:.0f} s", flush=True)
            for kind, count in kinds.most_common():
                example = next(change for each, change in found if each.strip().splitlines()[-1][:150] == kind)
                print(f"    {count:4} {kind}\n         by {example}", flush=True)


def _met(name: str, made: Made, times: int) -> tuple[int, list[tuple[str, str]]]:
    call, found, met = CALLS[name], list[tuple[str, str]](), 0
    assert isinstance(call, Call)

    @seed(7)
    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def of(data: st.DataObject) -> None:
        nonlocal met
        batch = data.draw(st.sampled_from(call.of))
        change = data.draw(changes(made.batch(batch)))
        with made.copy(batch, change) as project:
            trouble_found = trouble(name, project, project / "runs" / batch)
            met += 1
            found.extend((each, f"{change.file}: {change.what}") for each in trouble_found)
            if trouble_found and VERBOSE:
                print(trouble_found, change.file, change.what, flush=True)

    of()
    return met, found


VERBOSE = "-v" in sys.argv

if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "-v"]
    main(int(words[0]), words[1:])
