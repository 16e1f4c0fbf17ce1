"""Commands about evidence that is handed on: sign it, check it, pack it, bring it to a URL."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gp_lib.runner.terminal import say, say_block

if TYPE_CHECKING:
    from gp_lib.runner.attestation.attest import Statements
from gp_lib.cli.app import RunName, app, say_origin

VERIFY_EXIT_CODES = """
Exit codes are about files and signature, not about what was tested. 0 intact, signed by whom you named or by your own
key. 1 files were changed, added or removed, or the signature is not valid. 2 intact, but signed by somebody whom you
have not named; or not signed, or unreadable. 64 bad arguments.
"""

PrivateKey = Annotated[
    Path | None, typer.Option("--key", help="Private key (PEM); else GPATH_ATTEST_KEY, else your own.")
]
PublicKey = Annotated[
    Path | None, typer.Option("--key", help="Public key (PEM) that you trust; else your own, if you have one.")
]
TrustConfig = Annotated[
    Path | None, typer.Option("--trust-config", help="Trust configuration of another sigstore than the public one.")
]


@app.command()
def attest(
    name: RunName = "latest",
    *,
    key: PrivateKey = None,
    make_key: Annotated[bool, typer.Option("--make-key", help="Make the key if there is none yet.")] = False,
    keyless: Annotated[
        bool, typer.Option("--keyless", help="Sign with sigstore, as whom CI or SIGSTORE_IDENTITY_TOKEN says you are.")
    ] = False,
    trust_config: TrustConfig = None,
) -> None:
    """Sign every file of a saved batch, so that a stranger can tell whether it was changed."""
    from gp_lib import evidence
    from gp_lib.errors import SettingsError, WorkbenchError
    from gp_lib.runner.attestation import attest as attestation
    from gp_lib.runner.attestation import keys
    from gp_lib.settings import project_root

    if keyless and (key or make_key):
        raise SettingsError("--keyless", "needs no key: leave out --key and --make-key, or sign twice")
    if trust_config and not keyless:
        raise SettingsError("--trust-config", "is only of use with --keyless")
    batch = evidence.find_run(project_root() / "runs", name)
    say_origin(batch)
    if evidence.is_foreign(batch) and evidence.is_attested(batch):
        raise WorkbenchError(f"{batch.name} is signed by those who made it: signing it again would replace that")
    if keyless:
        _say_signed(batch.name, attestation.attest_keyless(batch, trust_config), "with sigstore")
        return
    where = key or keys.default_key_file()
    if make_key and not where.exists():
        say(f"made a key: {where}; give others its public half, {keys.make_key(where)}")
    signer = keys.signer_from(where if make_key else key)
    _say_signed(batch.name, attestation.attest(batch, signer), f"by key {signer.public_key.keyid}")


def _say_signed(batch: str, about: "Statements", by: str) -> None:
    from gp_lib.runner.attestation.statement import UNIDENTIFIED, platform_of, result_of

    say(f"{about.files} files of {batch} signed {by}")
    say(f"result: {result_of(about.results)}, verdict: {about.results}")
    for line in about.results.contradictions:
        say(f"warning: {line}")
    why = ", since its /version has neither a full commit nor a digest"
    platform = platform_of(about.results)
    say(f"platform: {platform}{why if platform == UNIDENTIFIED else ''}")


@app.command(epilog=VERIFY_EXIT_CODES)
def verify(
    what: Annotated[str, typer.Argument(metavar="RUN|BUNDLE", help="A folder of runs/, or a bundle.")] = "latest",
    *,
    key: PublicKey = None,
    identity: Annotated[
        str | None, typer.Option(help="Whom you trust to have signed with sigstore: an address, a workflow's URL.")
    ] = None,
    issuer: Annotated[str | None, typer.Option(metavar="URL", help="Who vouches for that identity.")] = None,
    trust_config: TrustConfig = None,
) -> None:
    """Say whether a signed batch is still what was signed; works offline, and never unpacks a bundle."""
    from gp_lib import evidence
    from gp_lib.errors import SettingsError
    from gp_lib.runner.attestation import keys
    from gp_lib.runner.attestation.keyless import Identity
    from gp_lib.runner.attestation.verify import verify as held
    from gp_lib.settings import project_root
    from gp_lib.verdict import Ruling

    if bool(identity) != bool(issuer) or (identity and key):
        raise SettingsError("--identity", "goes together with --issuer, and not with --key")
    path = Path(what) if Path(what).is_file() else evidence.find_run(project_root() / "runs", what)
    named = Identity(identity, issuer) if identity and issuer else keys.read_key_file(key) if key else None
    found = held(path, named, trust_config, own=keys.own_key())
    say_block(str(found))
    say_origin(path)
    raise typer.Exit({Ruling.PASS: 0, Ruling.FAIL: 1, Ruling.UNKNOWN: 2}[found.ruling])


@app.command()
def share(
    name: RunName = "latest",
    *,
    output: Annotated[Path, typer.Option("-o", "--output", help="The bundle to write, a ZIP file.")],
    trust_config: TrustConfig = None,
) -> None:
    """Pack a signed batch into one file that a stranger can read and check."""
    from gp_lib import evidence
    from gp_lib.runner.attestation.files import pack
    from gp_lib.runner.attestation.verify import verify as held
    from gp_lib.settings import project_root
    from gp_lib.verdict import Ruling

    batch = evidence.find_run(project_root() / "runs", name)
    found = held(batch, None, trust_config)
    if found.ruling is Ruling.FAIL:
        say_block(str(found))
        raise typer.Exit(1)
    pack(batch, output)
    say_origin(batch)
    say(f"{output}: {output.stat().st_size / 2**20:.1f} MiB; `gpath verify {output}` checks it")


@app.command()
def slim(
    name: Annotated[str, typer.Argument(metavar="RUN", help="A folder of runs/, its beginning, or 'latest'.")],
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
) -> None:
    """Copy a batch for people to read on a code host: notebooks, verdicts, packed histories, and nothing else."""
    from gp_lib import evidence
    from gp_lib.runner.slim import slim as copy
    from gp_lib.settings import project_root

    batch = evidence.find_run(project_root() / "runs", name)
    say_origin(batch)
    size = copy(batch, folder)
    say(f"{folder}: {size / 2**20:.1f} MiB; sign it with `gpath attest {folder}`")


@app.command()
def push(
    name: RunName,
    url: Annotated[str, typer.Argument(metavar="URL", help="A folder that is there: s3://bucket/runs, file://…")],
) -> None:
    """Bring a saved batch to a URL, below its own name; what stands there of it is written over."""
    from gp_lib import evidence
    from gp_lib.runner.journal import require_idle
    from gp_lib.runner.remote import place_at
    from gp_lib.runner.remote.sending import Copy
    from gp_lib.settings import project_root

    batch = evidence.find_run(project_root() / "runs", name)
    require_idle(batch)
    say_origin(batch)
    copy = Copy(batch, place_at(url))
    say(f"{copy.send_all()} files are at {copy}")
