"""Keys, signatures and refusals, as all parts of a sigstore use them."""

import base64
import hashlib

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


class Refused(Exception):
    """What was asked for is not given; the text says why."""


def key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def public_der(private: EllipticCurvePrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id(private: EllipticCurvePrivateKey) -> bytes:
    return hashlib.sha256(public_der(private)).digest()


def sign(private: EllipticCurvePrivateKey, data: bytes) -> bytes:
    return private.sign(data, ECDSA(SHA256()))


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
