"""Where a scenario runs is settled before anything starts, and what is wrong is named without its value."""

import json
from pathlib import Path
from typing import Any

import pytest

from gp_lib.errors import NotReady, SettingsError, UnsafeTarget
from gp_lib.settings import Effect, Safety, StackDescription, Target, load_stack, load_target, project_root, stack_file

SECRET = "hunter2-of-the-test"
STAGING = """
[targets.staging]
safety = "shared"
platform_http = "https://staging.example"
platform_ws = "wss://staging.example/ws"

[targets.staging.jwt]
issuer = "golden-path"
audience = "golden-path-platform"
"""
SERVICE = {"pid": 1, "host": "127.0.0.1", "port": 1, "log": "x.log", "version": "1", "source": "wheel", "ready_s": 0.1}
PLATFORM = ("platform_http", "platform_ws", "platform_direct_http")
STORES = ("postgres_admin", "postgres_app", "postgres_auditor", "valkey", "clickhouse", "model")
STACK: dict[str, Any] = {
    "version": 1,
    "stack_id": "s",
    "supervisor_pid": 1,
    "state_dir": ".gpath",
    "started_at": "2026-11-22T06:48:20Z",
    "control": {"host": "127.0.0.1", "port": 2, "token": SECRET},
    "services": {"valkey": SERVICE},
    "urls": {
        **{name: f"http://{name}" for name in (*PLATFORM, *STORES)},
        "platform_ws": "ws://platform_ws",
        **{name: f"postgresql://{name}" for name in STORES if name.startswith("postgres")},
        "valkey": "redis://valkey",
    },
    "jwt": {"secret": SECRET, "issuer": "i", "audience": "a"},
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workbench with a target called staging; the test works in it."""
    (tmp_path / "gpath.toml").write_text(STAGING)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GPATH_STACK", raising=False)
    monkeypatch.setenv("GPATH_STAGING_JWT__SECRET", SECRET)
    return tmp_path


def stack_at(path: Path, **changes: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**STACK, **changes}))
    return path


def test_a_target_is_read_from_the_file_and_its_secrets_from_the_environment(project: Path) -> None:
    target = load_target("staging")
    assert (target.name, target.safety, target.platform_http) == ("staging", "shared", "https://staging.example")
    assert target.jwt is not None
    assert (target.jwt.secret, target.jwt.issuer) == (SECRET, "golden-path")
    assert target.postgres_auditor is None


def test_the_environment_outweighs_the_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPATH_STAGING_SAFETY", "production")
    monkeypatch.setenv("GPATH_STAGING_POSTGRES_AUDITOR", "postgresql://elsewhere")
    target = load_target("staging")
    assert (target.safety, target.postgres_auditor) == ("production", "postgresql://elsewhere")


def test_a_target_can_come_from_the_environment_alone(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPATH_MY_OWN_PLATFORM_HTTP", "http://mine")
    monkeypatch.setenv("GPATH_MY_OWN_PLATFORM_WS", "ws://mine/ws")
    assert load_target("my-own").platform_ws == "ws://mine/ws"


def test_a_variable_of_a_target_with_a_longer_name_is_not_of_the_shorter(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "gpath.toml").write_text(STAGING + STAGING.replace("[targets.staging", "[targets.staging-eu"))
    monkeypatch.setenv("GPATH_STAGING_EU_JWT__SECRET", SECRET)
    monkeypatch.setenv("GPATH_STAGING_EU_PLATFORM_HTTP", "http://elsewhere:1")
    assert load_target("staging").platform_http != "http://elsewhere:1"
    assert load_target("staging-eu").platform_http == "http://elsewhere:1"


def test_two_targets_that_share_their_variables_are_refused(project: Path) -> None:
    (project / "gpath.toml").write_text(STAGING + STAGING.replace("[targets.staging", "[targets.Staging"))
    with pytest.raises(
        SettingsError, match=r"GPATH_STAGING_JWT__SECRET: applies to both targets 'staging' and 'Staging'"
    ):
        load_target("staging")


def test_a_target_is_shared_unless_it_says_otherwise() -> None:
    assert Target(name="x", platform_http="http://h", platform_ws="ws://w").safety == "shared"


def test_a_target_that_nobody_named_is_refused(project: Path) -> None:
    with pytest.raises(SettingsError, match="'production' is neither 'embedded' nor in gpath"):
        load_target("production")


@pytest.mark.parametrize(
    ("variable", "value", "named"),
    [
        ("GPATH_STAGING_SAFETY", SECRET, r"targets\.staging\.safety"),
        ("GPATH_STAGING_JWT__SECRETS", SECRET, r"targets\.staging\.jwt\.secrets"),
        ("GPATH_STAGING_JWT", SECRET, r"targets\.staging\.jwt|GPATH_STAGING_JWT"),
        ("GPATH_STAGING_CONTROL__PORT", SECRET, r"targets\.staging\.control\."),
    ],
)
def test_a_wrong_field_is_named_and_its_value_is_not(
    project: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, named: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=named) as refused:
        load_target("staging")
    assert SECRET not in str(refused.value)


def test_a_field_cannot_be_set_as_a_whole_and_in_parts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPATH_STAGING_JWT__SECRET")
    monkeypatch.setenv("GPATH_STAGING_JWT", "whole")
    monkeypatch.setenv("GPATH_STAGING_JWT__SECRET", SECRET)
    with pytest.raises(SettingsError, match=r"GPATH_STAGING_JWT__SECRET: 'jwt' is set as a whole too"):
        load_target("staging")


@pytest.mark.parametrize("text", ["[targets", "targets = 3", "[targets]\nstaging = 3", "\xff"])
def test_a_file_that_makes_no_sense_is_refused(project: Path, text: str) -> None:
    (project / "gpath.toml").write_text(text, encoding="latin-1")
    with pytest.raises(SettingsError, match=r"gpath\.toml|targets\.staging"):
        load_target("staging")


def test_a_field_that_holds_others_outweighs_one_that_does_not(project: Path) -> None:
    (project / "gpath.toml").write_text(STAGING.replace("[targets.staging.jwt]", "jwt = 3\n[other]"))
    with pytest.raises(SettingsError, match=r"targets\.staging\.jwt"):
        load_target("staging")


def test_the_embedded_stack_is_a_sandbox_to_be_broken_at_will(project: Path) -> None:
    stack_at(project / ".gpath" / "stack.json")
    target = load_target("embedded")
    assert (target.name, target.safety, target.platform_ws) == ("embedded", "sandbox", "ws://platform_ws")
    assert target.jwt is not None
    assert target.control is not None


def test_a_stack_elsewhere_is_found_by_the_environment(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = stack_at(project / "elsewhere" / "my.json")
    monkeypatch.setenv("GPATH_STACK", str(path))
    assert stack_file() == path
    assert load_stack().stack_id == "s"


@pytest.mark.parametrize("changes", [{"version": 2}, {"jwt": None}, {"surprise": 1}])
def test_a_stack_that_cannot_be_understood_is_not_ready(project: Path, changes: dict[str, Any]) -> None:
    stack_at(project / ".gpath" / "stack.json", **changes)
    with pytest.raises(NotReady, match="gpath up") as refused:
        load_stack()
    assert SECRET not in str(refused.value)


def test_without_a_stack_the_next_step_is_named(project: Path) -> None:
    with pytest.raises(NotReady, match="start one with `gpath up`"):
        load_target("embedded")


def test_a_stack_description_survives_its_file(tmp_path: Path) -> None:
    stack = StackDescription.model_validate(STACK)
    (tmp_path / "stack.json").write_text(stack.model_dump_json())
    assert load_stack(tmp_path / "stack.json") == stack


@pytest.mark.parametrize(
    ("safety", "allowed"),
    [("sandbox", {"reads", "writes", "breaks"}), ("shared", {"reads", "writes"}), ("production", {"reads"})],
)
@pytest.mark.parametrize("effect", ["reads", "writes", "breaks"])
def test_a_scenario_that_does_more_than_a_target_allows_is_refused(
    safety: Safety, allowed: set[str], effect: Effect
) -> None:
    target = Target(name="x", safety=safety, platform_http="http://h", platform_ws="ws://w")
    if effect in allowed:
        target.require(effect, "d3")
        return
    with pytest.raises(UnsafeTarget, match=f"d3 is refused on target 'x': it {effect} things"):
        target.require(effect, "d3")


def test_the_workbench_is_found_from_below(project: Path) -> None:
    (project / "notebooks" / "p0").mkdir(parents=True)
    assert project_root(project / "notebooks" / "p0") == project


def test_outside_a_workbench_the_next_step_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is in no workbench: go to the folder"):
        project_root(tmp_path)


@pytest.mark.parametrize(
    ("field", "url"),
    [
        ("postgres_auditor", "postgresql://app:ab/hunter2@h/chat"),
        ("postgres_app", "postgresql://app:ab#hunter2@h/chat"),
        ("valkey", "redis://:ab?hunter2@h:6379/0"),
        ("clickhouse", "http://app:12/hunter2@h:8123/"),
        ("clickhouse", "mysql://app:hunter2@h/"),
        ("platform_http", "http://app:ab[hunter2]@h:port"),
        ("platform_ws", "ws://app:hunter2@h/ws#part"),
    ],
)
def test_a_malformed_url_is_told_by_its_setting_and_without_its_password(
    project: Path, monkeypatch: pytest.MonkeyPatch, field: str, url: str
) -> None:
    monkeypatch.setenv(f"GPATH_STAGING_{field.upper()}", url)
    with pytest.raises(SettingsError) as refused:
        load_target("staging")
    assert str(refused.value).startswith(f"targets.staging.{field}: ")
    assert "hunter2" not in str(refused.value)


def test_a_target_that_is_made_by_hand_tells_no_password_either() -> None:
    with pytest.raises(ValueError, match="percent-encode") as refused:
        Target(name="x", platform_http="http://h", platform_ws="ws://h", valkey="redis://:t0p/hunter2@h/0")
    assert "hunter2" not in str(refused.value)
    assert "t0p" not in str(refused.value)


def test_a_stack_without_the_platform_is_no_target(project: Path) -> None:
    stack_at(project / ".gpath" / "stack.json", urls={**STACK["urls"], "platform_http": ""})
    with pytest.raises(NotReady, match="without it"):
        load_target("embedded")
