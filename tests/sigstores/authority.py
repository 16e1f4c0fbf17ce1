"""A certificate authority for minutes, with an identity provider and a log of certificates. Source: RFC 6962."""

import struct
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from tests.sigstores.signing import Refused, key, key_id, sign

EMBEDDED_TIMESTAMPS = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
ISSUER_OF_IDENTITY = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
ISSUER_AS_BARE_BYTES = ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
LIFE = timedelta(minutes=10)


def der(tag: int, content: bytes) -> bytes:
    """One DER element of less than 64 KiB."""
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + struct.pack("!H", size)
    return bytes([tag]) + length + content


@dataclass
class Authority:
    """A certificate authority that certifies for minutes whom a token names, and notes each in a certificate log."""

    issuer: str
    tokens: EllipticCurvePrivateKey = field(default_factory=key)
    private: EllipticCurvePrivateKey = field(default_factory=key)
    timestamps: EllipticCurvePrivateKey = field(default_factory=key)
    root: x509.Certificate = field(init=False)

    def __post_init__(self) -> None:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a private sigstore")])
        self.root = (
            self._builder(name, name, self.private)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(self.private, SHA256())
        )

    def token(self, name: str, life: timedelta = LIFE) -> str:
        """What an identity provider gives who has proved to be ``name``."""
        now = datetime.now(UTC)
        claims = {"iss": self.issuer, "sub": name, "aud": "sigstore", "iat": now, "exp": now + life}
        return jwt.encode(claims, self.tokens, "ES256")

    def certify(self, token: str, request: bytes) -> list[str]:
        """A certificate over the request's key for whom the token names, and the authority's own (PEM)."""
        try:
            claims = jwt.decode(token, self.tokens.public_key(), ["ES256"], audience="sigstore", issuer=self.issuer)
        except jwt.InvalidTokenError as error:
            raise Refused(f"the token is not valid: {error}") from error
        asked = x509.load_pem_x509_csr(request)
        if not asked.is_signature_valid:
            raise Refused("the request is not signed by its own key")
        leaf = self._leaf(claims["sub"], asked.public_key())
        return [certificate.public_bytes(Encoding.PEM).decode() for certificate in (leaf, self.root)]

    def _leaf(self, name: str, public: Any) -> x509.Certificate:
        general: x509.GeneralName = x509.RFC822Name(name) if "@" in name else x509.UniformResourceIdentifier(name)
        usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])
        issuer = self.issuer.encode()
        builder = (
            self._builder(x509.Name([]), self.root.subject, public)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(usages, critical=False)
            .add_extension(x509.SubjectAlternativeName([general]), critical=True)
            .add_extension(x509.UnrecognizedExtension(ISSUER_OF_IDENTITY, der(0x0C, issuer)), critical=False)
            .add_extension(x509.UnrecognizedExtension(ISSUER_AS_BARE_BYTES, issuer), critical=False)
        )
        timestamp = self._timestamp(builder.sign(self.private, SHA256()).tbs_certificate_bytes)
        return builder.add_extension(timestamp, critical=False).sign(self.private, SHA256())

    def _builder(self, subject: x509.Name, issuer: x509.Name, public: Any) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        if isinstance(public, EllipticCurvePrivateKey):
            public = public.public_key()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(seconds=5))
            .not_valid_after(now + LIFE)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.private.public_key()), critical=False
            )
        )

    def _timestamp(self, precertificate: bytes) -> x509.UnrecognizedExtension:
        """The certificate log's signed timestamp, as it is embedded (RFC 6962, 3.2 and 3.3)."""
        now_ms = int(time.time() * 1000)
        entry = key_id(self.private) + len(precertificate).to_bytes(3) + precertificate
        signed = sign(self.timestamps, struct.pack("!BBQH", 0, 0, now_ms, 1) + entry + b"\0\0")
        one = struct.pack("!B32sQH", 0, key_id(self.timestamps), now_ms, 0)
        one += struct.pack("!BBH", 4, 3, len(signed)) + signed  # SHA-256, ECDSA
        several = struct.pack("!HH", len(one) + 2, len(one)) + one
        return x509.UnrecognizedExtension(EMBEDDED_TIMESTAMPS, der(0x04, several))


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    unused = dict.fromkeys(
        (
            *("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
            *("encipher_only", "decipher_only"),
        ),
        False,
    )
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=False, **unused
    )
