"""Ed25519 keys: made on request, kept in a file of their owner's, or given by the environment as CI does."""

import hashlib
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from platformdirs import user_config_path
from securesystemslib.signer import CryptoSigner, SSlibKey

from gp_lib.errors import SettingsError

VARIABLE = "GPATH_ATTEST_KEY"
"""The private key as PEM text, where no file should hold it: a secret of CI."""


def default_key_file() -> Path:
    """Where this user's own key is kept."""
    return user_config_path("golden-path-workbench") / "attest.pem"


def make_key(path: Path) -> Path:
    """Make a new private key at ``path`` (readable by its owner only) and its public half beside it (``.pub``).

    Raises:
        SettingsError: there is a key already, or it cannot be written.
    """
    key = Ed25519PrivateKey.generate()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        public_file = path.with_suffix(".pub")
        public_file.write_bytes(public_pem(key.public_key()))
    except OSError as error:
        raise SettingsError(str(path), f"no key can be made there: {error.strerror}") from error
    return public_file


def signer_from(path: Path | None) -> CryptoSigner:
    """Who signs: the key at ``path``, else the one in ``GPATH_ATTEST_KEY``, else the user's own.

    Raises:
        SettingsError: there is none, or it is no Ed25519 key.
    """
    text = os.environ.get(VARIABLE)
    if path is None and text:
        return _signer(text.encode(), VARIABLE)
    file = path or default_key_file()
    try:
        return _signer(file.read_bytes(), str(file))
    except OSError as error:
        problem = "there is no key to sign with; make one with `gpath attest RUN --make-key`"
        raise SettingsError(str(path) if path else VARIABLE, problem) from error


def _signer(pem: bytes, where: str) -> CryptoSigner:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise SettingsError(where, "is no private key in PEM form without a password") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(where, "is no Ed25519 key")
    return CryptoSigner(key, SSlibKey.from_crypto(key.public_key(), keyid=fingerprint(key.public_key())))


def public_key_of(signer: CryptoSigner) -> bytes:
    """The public half of a signer's key as PEM."""
    return public_pem(Ed25519PublicKey.from_public_bytes(bytes.fromhex(signer.public_key.keyval["public"])))


def read_public_key(pem: bytes, where: str) -> SSlibKey:
    """The public key in ``pem``; ``where`` it came from is for the message.

    Raises:
        SettingsError: it is no Ed25519 public key.
    """
    try:
        key = load_pem_public_key(pem)
    except ValueError as error:
        raise SettingsError(where, "is no public key in PEM form") from error
    if not isinstance(key, Ed25519PublicKey):
        raise SettingsError(where, "is no Ed25519 key")
    return SSlibKey.from_crypto(key, keyid=fingerprint(key))


def read_key_file(path: Path) -> SSlibKey:
    """The public key at ``path``, which a reader has named.

    Raises:
        SettingsError: it cannot be read, or is not an Ed25519 public key.
    """
    try:
        return read_public_key(path.read_bytes(), str(path))
    except OSError as error:
        raise SettingsError(str(path), f"this key cannot be read: {error.strerror}") from error


def own_key() -> SSlibKey | None:
    """The public half of this user's own key; ``None`` without one.

    Raises:
        SettingsError: it is damaged.
    """
    file = default_key_file().with_suffix(".pub")
    return read_key_file(file) if file.exists() else None


def public_pem(key: Ed25519PublicKey) -> bytes:
    """A public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 (hex) of the key's DER form: what people compare by eye."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
