"""No command ends in a traceback, whatever one thing is changed in a saved batch."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.damage.commands import CALLS, Call, commands, trouble
from tests.damage.mutations import changes
from tests.damage.project import Made, make

ASKED = int(os.environ.get("GPATH_MUTATIONS", "0"))
"""How many changes each command meets; 0: those of CI, always the same."""

IN_CI = 12
LOOKED_AT = [name for name in commands() if isinstance(CALLS.get(name), Call)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("damage"))


def test_every_command_is_known_here() -> None:
    new = sorted(set(commands()) - CALLS.keys())
    assert not new, f"say in CALLS of tests/damage/commands.py how {', '.join(new)} is called, or why it reads no batch"
    gone = sorted(CALLS.keys() - set(commands()))
    assert not gone, (
        f"take {', '.join(gone)} out of CALLS of tests/damage/commands.py: there is no such command any more"
    )


@pytest.mark.timeout(ASKED * 10 + 600)
@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_changed_batch_never_ends_in_a_traceback(name: str, made: Made) -> None:
    call = CALLS[name]
    assert isinstance(call, Call)

    @settings(
        max_examples=ASKED or IN_CI,
        deadline=None,
        derandomize=not ASKED,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def of(data: st.DataObject) -> None:
        batch = data.draw(st.sampled_from(call.of))
        change = data.draw(changes(made.batch(batch)))
        with made.copy(batch, change) as project:
            assert trouble(name, project, Path(project, "runs", batch)) == [], f"{change.file}: {change.what}"

    of()
