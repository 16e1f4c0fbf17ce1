"""Becomes a service: drops privileges, ties its life to its parent's, and executes the real program.

Run as a script in an isolated interpreter (about 10 ms). The alternative, ``preexec_fn``, runs Python between
fork and exec of a process that has threads, which may deadlock and which Python 3.12 warns about.

Usage: ``launch.py PARENT_PID ORPHAN_SIGNAL UID:GID|- PROGRAM [ARGUMENT...]``
"""

import ctypes
import os
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def drop_privileges(account: str) -> None:
    """Become ``UID:GID`` for good; ``-`` stays who we are."""
    if account == "-":
        return
    uid, gid = (int(part) for part in account.split(":"))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with_parent(parent_pid: int, orphan_signal: int) -> None:
    """Ask the kernel for ``orphan_signal`` when the parent dies; must come after a change of user, which clears it."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, orphan_signal, 0, 0, 0)
    if os.getppid() != parent_pid:  # it died before we asked
        sys.exit("the supervisor is gone")


def main(arguments: Sequence[str]) -> None:
    """Never returns: executes the program, or exits with 127 and a sentence."""
    parent_pid, orphan_signal, account, *program = arguments
    os.umask(0o077)
    try:
        drop_privileges(account)
        die_with_parent(int(parent_pid), int(orphan_signal))
        os.execv(program[0], program)
    except OSError as error:
        as_whom = "" if account == "-" else f" as {account}"
        print(f"cannot execute {program[0]}{as_whom}: {error.strerror}", file=sys.stderr)
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
