"""The command that takes evidence in from elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gp_lib.cli.app import app
from gp_lib.runner.terminal import complain, complain_of, say

if TYPE_CHECKING:
    from gp_lib.runner.attestation.importing import Trust
    from gp_lib.runner.attestation.source import Source

IMPORT_EXIT_CODES = """
Exit codes: 0 it is in runs/. 1 it is not what was signed, or not signed by whom you named. 2 it is not signed, is not a
batch, is there already, or could not be read or written. 64 bad arguments. But for 0 nothing is left of it.
"""


@app.command("import", epilog=IMPORT_EXIT_CODES)
def import_(
    source: Annotated[str, typer.Argument(metavar="BUNDLE|URL", help="A bundle of `gpath share`; or where one is.")],
    *,
    key: Annotated[Path | None, typer.Option("--key", help="Public key (PEM) that it must be signed with.")] = None,
    identity: Annotated[
        str | None, typer.Option(help="Who must have signed it with sigstore: an address, a workflow's URL.")
    ] = None,
    issuer: Annotated[str | None, typer.Option(metavar="URL", help="Who vouches for that identity.")] = None,
    trust_config: Annotated[
        Path | None, typer.Option("--trust-config", help="Trust configuration of another sigstore than the public one.")
    ] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Import what is not signed at all.")] = False,
) -> None:
    """Import a batch that was made elsewhere into runs/, if it is what was signed.

    Behind a URL is a bundle if it ends in .zip, else the folder of one batch. An imported batch stays marked: its code
    is not run and its pages are not shown, but rendered again from its data.
    """
    from gp_lib.runner.attestation.importing import NotAsSigned, take_in
    from gp_lib.runner.origin import origin_of
    from gp_lib.runner.stoppable import stoppable
    from gp_lib.settings import project_root

    trust = _trust(key, identity, issuer, trust_config, unsigned)
    runs = project_root() / "runs"
    runs.mkdir(exist_ok=True)
    try:
        with stoppable(), _opened(source, runs) as (batch, called):
            folder = take_in(batch, runs, trust, called=called)
    except NotAsSigned as error:
        complain_of(error)
        raise typer.Exit(1) from error
    say(f"imported runs/{folder.name}", str(origin_of(folder)))
    _render(folder)


def _trust(
    key: Path | None, identity: str | None, issuer: str | None, trust_config: Path | None, unsigned: bool
) -> "Trust":
    from gp_lib.errors import SettingsError
    from gp_lib.runner.attestation import keys
    from gp_lib.runner.attestation.importing import Trust
    from gp_lib.runner.attestation.keyless import Identity

    if bool(identity) != bool(issuer) or (identity and key):
        raise SettingsError("--identity", "goes together with --issuer, and not with --key")
    if unsigned and (key or identity):
        raise SettingsError("--unsigned", "goes without --key and --identity: they ask for a signature")
    named = Identity(identity, issuer) if identity and issuer else keys.read_key_file(key) if key else None
    return Trust(named, keys.own_key(), trust_config, unsigned)


@contextmanager
def _opened(source: str, runs: Path) -> Iterator[tuple["Source", str]]:
    """The batch that ``source`` means, and what it is taken from in words: no path of this machine, and no secret."""
    from gp_lib.runner.attestation.bundles import open_bundle
    from gp_lib.runner.remote import is_url, place_at, taking

    if is_url(source):
        with taking.opened(source, runs) as batch:
            yield batch, str(place_at(source))
        return
    with open_bundle(Path(source)) as bundle:
        yield bundle, Path(source).name


def _render(folder: Path) -> None:
    """Pages of ours for a batch that has ended; one that cannot be rendered is in runs/ all the same."""
    from gp_lib import evidence
    from gp_lib.errors import WorkbenchError
    from gp_lib.runner.report.render import render

    if not (folder / evidence.BATCH).is_file():
        say(f"it has not ended: `gpath resume {folder.name}` runs the rest")
        return
    try:
        render(folder)
    except WorkbenchError as error:
        complain(f"gpath: its report could not be rendered: {error}")
        return
    say(f"report: runs/{folder.name}/{evidence.PAGE}")
