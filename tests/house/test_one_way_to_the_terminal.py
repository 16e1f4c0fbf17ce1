"""Whatever ``gpath`` prints passes through ``runner/terminal.py`` or, drawn by rich, through ``runner/screen.py``."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.projects import ROOT

THE_WAYS = {"runner/terminal.py", "runner/screen.py", "runner/streams.py"}
OTHER_PROCESSES = {
    "runner/cluster/remote.py": "a worker's job: its stdout is the pipe on which evidence is handed over",
    "services/messages.py": "the supervisor's: its stdout is the pipe to the command that started it",
    "services/supervisor.py": "the supervisor: its stderr is its log",
    "services/launch.py": "what becomes a service: its stderr is the service's log",
    "services/clickhouse_server/__main__.py": "a service: its stderr is its log",
    "kernels/inside.py": "a kernel: it writes into its log",
    "scenario/run.py": "a kernel: what it prints is an output of its cell",
}
"""Modules that write to the standard streams of a process that is not ``gpath``."""

STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
PRINTERS = {"echo", "secho", "print_exc", "print_exception", "print_tb", "print_stack", "print_last", "print_json"}
LOGS = {"StreamHandler", "basicConfig", "lastResort"}
OF_RICH = {"rich", "rich.console", "rich.live", "rich.pretty", "rich.logging", "rich.progress", "rich.prompt"}
FROM_RICH = {"Console", "print", "print_json", "inspect", "pprint", "RichHandler", "Progress", "track", "Prompt"}


def other_ways(tree: ast.AST) -> Iterator[str]:
    """What a module does that leads to a terminal by itself."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="print")):
                yield f"line {node.lineno}: print"
            case ast.Attribute(value=ast.Name(id="sys"), attr=name) if name in STREAMS:
                yield f"line {node.lineno}: sys.{name}"
            case ast.Attribute(attr=name) if name in PRINTERS | LOGS:
                yield f"line {node.lineno}: {name}"
            case ast.ImportFrom(module=module, names=names):
                taken = {one.name for one in names}
                if module == "sys" and taken & STREAMS:
                    yield f"line {node.lineno}: from sys import {taken & STREAMS}"
                if (module in OF_RICH and taken & FROM_RICH) or (module in ("typer", "click") and taken & PRINTERS):
                    yield f"line {node.lineno}: from {module} import {taken}"
            case ast.Import(names=names):
                if taken := {one.name for one in names} & OF_RICH:
                    yield f"line {node.lineno}: import {taken}"
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="os"), attr="write"), args=[ast.Constant(value=1 | 2), *_]
            ):
                yield f"line {node.lineno}: os.write"


def modules() -> dict[str, Path]:
    """Every module of ours; the reference platform is a stranger in a process of its own."""
    ours = ROOT / "gp_lib"
    paths = {path.relative_to(ours).as_posix(): path for path in sorted(ours.rglob("*.py"))}
    return {name: path for name, path in paths.items() if not name.startswith("reference_platform/")}


def test_nothing_that_runs_in_gpath_prints_another_way() -> None:
    excepted = THE_WAYS | OTHER_PROCESSES.keys()
    found = {
        name: ways
        for name, path in modules().items()
        if name not in excepted and (ways := list(other_ways(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert found == {}


def test_every_exception_is_still_needed() -> None:
    silent = [name for name in OTHER_PROCESSES if not list(other_ways(ast.parse(modules()[name].read_text())))]
    assert silent == []


@pytest.mark.parametrize(
    "line",
    [
        "print('x')",
        "typer.echo('x')",
        "click.secho('x')",
        "from typer import echo",
        "sys.stdout.write('x')",
        "out = sys.stderr",
        "from sys import stdout",
        "import rich.console",
        "from rich.console import Console",
        "from rich import print",
        "traceback.print_exc()",
        "logging.basicConfig()",
        "handler = logging.StreamHandler()",
        "os.write(1, b'x')",
    ],
)
def test_each_other_way_is_seen(line: str) -> None:
    assert list(other_ways(ast.parse(line))) != []
