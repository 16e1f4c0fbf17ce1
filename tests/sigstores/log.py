"""A transparency log. Sources: RFC 6962 (Merkle tree), RFC 8785 (canonical JSON), signed notes for its checkpoints."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256

from tests.sigstores.signing import Refused, b64, key, key_id, sign

LOG_NAME = "log.localhost"


@dataclass
class Log:
    """A transparency log: a Merkle tree of all that was entered, and promises signed over it."""

    private: EllipticCurvePrivateKey = field(default_factory=key)
    leaves: list[bytes] = field(default_factory=list)

    def enter(self, proposed: dict[str, Any]) -> dict[str, Any]:
        """Enter a signed envelope; what a client keeps as proof."""
        envelope = json.loads(proposed["spec"]["proposedContent"]["envelope"])
        (verifier,) = proposed["spec"]["proposedContent"]["verifiers"]
        (signature,) = envelope["signatures"]
        payload = base64.b64decode(envelope["payload"])
        _require_signed(
            base64.b64decode(verifier), envelope["payloadType"], payload, base64.b64decode(signature["sig"])
        )
        body = rfc8785.dumps(
            {
                "apiVersion": "0.0.1",
                "kind": "dsse",
                "spec": {
                    "envelopeHash": _hash(proposed["spec"]["proposedContent"]["envelope"].encode()),
                    "payloadHash": _hash(payload),
                    "signatures": [{"signature": signature["sig"], "verifier": verifier}],
                },
            }
        )
        self.leaves.append(hashlib.sha256(b"\0" + body).digest())
        return self._proof(body, len(self.leaves) - 1)

    def _proof(self, body: bytes, index: int) -> dict[str, Any]:
        size, root = len(self.leaves), tree_hash(self.leaves)
        note = f"{LOG_NAME}\n{size}\n{b64(root)}\n"
        mark = b64(key_id(self.private)[:4] + sign(self.private, note.encode()))
        entry: dict[str, str | int] = {
            "body": b64(body),
            "integratedTime": int(time.time()),
            "logID": key_id(self.private).hex(),
            "logIndex": index,
        }
        promise = sign(self.private, rfc8785.dumps(entry))
        inclusion = {
            "logIndex": index,
            "treeSize": size,
            "rootHash": root.hex(),
            "hashes": [node.hex() for node in path_to(index, self.leaves)],
            "checkpoint": f"{note}\n\N{EM DASH} {LOG_NAME} {mark}\n",
        }
        verification = {"inclusionProof": inclusion, "signedEntryTimestamp": b64(promise)}
        return {f"{index:064x}": {**entry, "verification": verification}}


def tree_hash(leaves: list[bytes]) -> bytes:
    """The Merkle tree's root over hashed ``leaves`` (RFC 6962, 2.1)."""
    if len(leaves) == 1:
        return leaves[0]
    half = _split(len(leaves))
    return hashlib.sha256(b"\1" + tree_hash(leaves[:half]) + tree_hash(leaves[half:])).digest()


def path_to(index: int, leaves: list[bytes]) -> list[bytes]:
    """The audit path of one leaf, the lowest node first (RFC 6962, 2.1.1)."""
    if len(leaves) == 1:
        return []
    half = _split(len(leaves))
    if index < half:
        return [*path_to(index, leaves[:half]), tree_hash(leaves[half:])]
    return [*path_to(index - half, leaves[half:]), tree_hash(leaves[:half])]


def _split(size: int) -> int:
    return int(1 << ((size - 1).bit_length() - 1))


def _hash(data: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}


def _require_signed(pem: bytes, kind: str, payload: bytes, signature: bytes) -> None:
    signed = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
    public: Any = x509.load_pem_x509_certificate(pem).public_key()
    try:
        public.verify(signature, signed, ECDSA(SHA256()))
    except InvalidSignature:
        raise Refused("the envelope is not signed by the certificate's key") from None
