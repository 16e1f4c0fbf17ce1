"""What a proof leaves: ``prove.json`` for machines, ``prove.html`` for people."""

import platform
from importlib.metadata import version
from typing import Any

from gp_lib import evidence
from gp_lib.clock import utc_now
from gp_lib.runner.prove.page import page
from gp_lib.runner.prove.proof import Proof


def write_all(proof: Proof) -> None:
    """Write both files into the proof's folder; each is there whole or not at all."""
    evidence.write_json(proof.folder / evidence.PROOF, to_json(proof))
    evidence.write_whole(proof.folder / evidence.PROOF_PAGE, page(proof))


def to_json(proof: Proof) -> dict[str, Any]:
    """The proof as ``prove.json`` holds it."""
    return {
        "version": 1,
        "target": proof.target,
        "stand_in": proof.stand_in,
        "began": proof.began,
        "finished": utc_now().isoformat(),
        "workbench": version("golden-path-workbench"),
        "python": platform.python_version(),
        "exit_code": proof.exit_code,
        **({"not_run": proof.not_run} if proof.not_run else {}),
        **proof.matrix.to_json(),
    }
