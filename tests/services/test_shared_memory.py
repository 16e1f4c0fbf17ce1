import ctypes
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from gp_lib.services.shared_memory import forget_shared_memory
from gp_lib.services.stack import RunningStack
from tests.processes import family, gone, of_each

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lists its segments in /proc")


IPC_PRIVATE, IPC_CREAT, IPC_RMID = 0, 0o1000, 0
"""As <sys/ipc.h> has them."""


def segments() -> set[str]:
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return {line.split()[1] for line in lines}


async def test_a_killed_postgres_leaves_no_shared_memory_behind_its_stack(
    private_stack: Callable[..., RunningStack],
) -> None:
    stack = private_stack(services=["postgres"])
    folder = stack.description.state_dir / "data" / "postgres"
    segment = (folder / "postmaster.pid").read_text().splitlines()[6].split()[1]
    assert segment in segments()
    everyone = family(stack.description.services["postgres"].pid)
    files = [Path(map_.path) for map_ in everyone[0].memory_maps() if re.search("shm/PostgreSQL|dynshmem", map_.path)]
    assert files
    assert all(map(Path.exists, files))
    of_each(everyone, psutil.Process.kill)
    assert gone(everyone[:1])
    stack.stop()
    assert segment not in segments()
    assert not any(map(Path.exists, files))


@pytest.fixture
def strange_segment() -> Iterator[str]:
    """The id of a segment that nobody knows anything about."""
    library = ctypes.CDLL(None)
    number = library.shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0o600)
    yield str(number)
    library.shmctl(number, IPC_RMID, None)


@pytest.mark.parametrize("text", [None, "", "\n" * 8, "1\n2\n3\n4\n5\n6\n0 0\n"])
def test_a_folder_without_a_dead_server_is_none_of_its_business(
    tmp_path: Path, strange_segment: str, text: str | None
) -> None:
    if text is not None:
        (tmp_path / "postmaster.pid").write_text(text)
    forget_shared_memory(tmp_path)
    assert strange_segment in segments()
