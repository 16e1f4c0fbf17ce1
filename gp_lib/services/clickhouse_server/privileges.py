"""A server that was started as root gives root up before it opens its data: holes in the engine are smaller then."""

import ctypes
import os
import sys
from pathlib import Path

from gp_lib.errors import SettingsError
from gp_lib.services.account import Account, can_reach, unprivileged_account

_PR_SET_PDEATHSIG, _PR_GET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 2, 4  # <linux/prctl.h>


def give_up_root(directory: Path) -> bool:
    """Become the unprivileged account, to which ``directory`` is given; whoever is not root stays who they are.

    Call it when everything is imported: the account may not be able to read our modules. ``False``: it is root still,
    for the account could not reach the directory, or that holds something else than a server's data.

    Raises:
        SettingsError: the directory cannot be made.
        NotReady: there is no unprivileged account.
    """
    account = unprivileged_account()
    if account is None:
        return True
    try:
        directory.mkdir(parents=True, exist_ok=True)
        ours = (directory / "uuid").exists() or not any(directory.iterdir())
    except OSError as error:
        raise SettingsError("GP_CLICKHOUSE_DATA_DIR", f"{directory} cannot be used: {error.strerror}") from None
    if not ours or not can_reach(directory, account):
        return False
    _own(directory, account)
    _become(account)
    os.chdir(directory)  # the engine looks at where it is, which may be closed to the account
    return True


def _own(directory: Path, account: Account) -> None:
    account.own(directory)
    for folder, folders, files in os.walk(directory):
        for name in (*folders, *files):
            os.chown(Path(folder) / name, account.uid, account.gid, follow_symlinks=False)


def _become(account: Account) -> None:
    """Change the user for good, and bring back what the kernel takes away with the old one."""
    prctl, parent = ctypes.CDLL(None).prctl, os.getppid()
    orphan_signal = ctypes.c_int()
    prctl(_PR_GET_PDEATHSIG, ctypes.byref(orphan_signal))
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)
    prctl(_PR_SET_DUMPABLE, 1)  # else /proc/self stays root's, and the data of an INSERT could not be opened there
    prctl(_PR_SET_PDEATHSIG, orphan_signal.value)
    if os.getppid() != parent:  # it died meanwhile
        sys.exit("the supervisor is gone")
