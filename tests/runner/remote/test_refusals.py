"""What is refused at a URL: a place that is none, a wrong secret, a name or a link that leads elsewhere."""

from pathlib import Path

import pytest

from gp_lib.errors import SettingsError, WorkbenchError
from gp_lib.runner.attestation.names import UnsafeBundle
from gp_lib.runner.remote import place_at
from gp_lib.runner.remote.sending import Copy
from tests.object_stores import BUCKET, ObjectStore
from tests.runner.remote.taken import take


@pytest.mark.parametrize(
    ("url", "kind", "problem"),
    [
        ("s3://evidnce/runs", WorkbenchError, "The specified bucket does not exist"),
        ("file:///nowhere/at/all", WorkbenchError, "No such file or directory"),
        ("moon://evidence", SettingsError, "Protocol not known: moon"),
        ("runs/there", SettingsError, "is no URL"),
        ("s3://[evidence/runs", SettingsError, "is no URL"),
    ],
)
def test_what_is_no_place_is_refused_and_not_made(
    store: ObjectStore, url: str, kind: type[WorkbenchError], problem: str
) -> None:
    with pytest.raises(kind, match=problem):
        place_at(url).require_writable()
    assert [path.name for path in store.folder.iterdir()] == [BUCKET]


def test_a_wrong_secret_is_refused_and_not_told(store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    with pytest.raises(WorkbenchError, match="signature") as refused:
        place_at(store.url).require_writable()
    assert "not-the-secret" not in str(refused.value)


def test_a_password_in_a_url_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        place_at("moon://somebody:their-own-password-9f3b@127.0.0.1/evidence")
    assert "their-own-password-9f3b" not in str(refused.value)


@pytest.mark.parametrize("name", ["a\\..\\..\\b", "c:b", "a/nul.txt", "X.MD"])
def test_a_name_that_leads_elsewhere_is_refused(batch: Path, store: ObjectStore, elsewhere: Path, name: str) -> None:
    Copy(batch, place_at(store.url)).send_all()
    place_at(f"{store.url}/{batch.name}").send(batch / "x.md", name)
    with pytest.raises(UnsafeBundle) as refused:
        take(f"{store.url}/{batch.name}", elsewhere)
    assert refused.value.member in (name, "x.md")
    assert list(elsewhere.iterdir()) == []


def test_a_link_in_a_folder_of_this_machine_is_refused(batch: Path, tmp_path: Path, elsewhere: Path) -> None:
    (batch / "a4" / "link").symlink_to("/etc/hostname")
    with pytest.raises(WorkbenchError, match="neither a file nor a folder"):
        take(f"file://{batch}", elsewhere)
    assert list(elsewhere.iterdir()) == []


def test_a_batch_that_is_there_is_never_written_over(batch: Path, store: ObjectStore) -> None:
    Copy(batch, place_at(store.url)).send_all()
    with pytest.raises(WorkbenchError, match="is there already; nothing was imported"):
        take(f"{store.url}/{batch.name}", batch.parent)


@pytest.mark.parametrize(
    ("below", "told"),
    [("", r"is no batch: it holds 1 of them, the last is 2026-11-25T04-00-00Z-3f9a"), ("/gone", "nothing is there")],
)
def test_a_url_without_a_batch_says_what_is_there(
    batch: Path, store: ObjectStore, elsewhere: Path, below: str, told: str
) -> None:
    Copy(batch, place_at(store.url)).send_all()
    with pytest.raises(WorkbenchError, match=told):
        take(store.url + below, elsewhere)
    assert list(elsewhere.iterdir()) == []
