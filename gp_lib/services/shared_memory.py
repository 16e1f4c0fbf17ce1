"""What a PostgreSQL server that was killed leaves in the kernel: one small segment that marks its data as in use."""

import ctypes
from pathlib import Path

IPC_RMID = 0  # <sys/ipc.h>
LINE_IN_LOCK_FILE = 6  # postmaster.pid, "key id" (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_SHMEM_KEY)


def forget_shared_memory(data: Path) -> None:
    """Remove the segment of the dead server whose data directory this is.

    A server that starts there again would do it itself; harmless when it ended in good order. A segment is only
    removed when it is still the one of its key, so a stranger's that got the same id is spared.
    """
    try:
        key, segment = (int(word) for word in _lock_file(data)[LINE_IN_LOCK_FILE].split())
        system = ctypes.CDLL(None)
        if system.shmget(ctypes.c_int(key), 0, 0) == segment:
            system.shmctl(segment, IPC_RMID, None)
    except (OSError, ValueError, IndexError, AttributeError):
        return


def _lock_file(data: Path) -> list[str]:
    return (data / "postmaster.pid").read_text().splitlines()
