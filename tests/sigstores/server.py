"""The whole instance behind one HTTP address, and what a client must know of it."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding

from tests.sigstores.authority import Authority
from tests.sigstores.log import Log
from tests.sigstores.signing import Refused, b64, key_id, public_der


@dataclass
class Sigstore:
    """The whole instance at ``url``; ``asks_for`` is what an ambient token request must carry."""

    url: str
    authority: Authority
    log: Log = field(default_factory=Log)
    asks_for: str = "the job's own word"
    lock: Lock = field(default_factory=Lock)

    def trust_config(self) -> str:
        """What a client must know of it (JSON)."""
        since = {"start": (datetime.now(UTC) - timedelta(days=1)).isoformat().replace("+00:00", "Z")}
        service = [{"url": self.url, "majorApiVersion": 1, "validFor": since, "operator": "localhost"}]
        media = "application/vnd.dev.sigstore"
        return json.dumps(
            {
                "mediaType": f"{media}.clienttrustconfig.v0.1+json",
                "trustedRoot": {
                    "mediaType": f"{media}.trustedroot+json;version=0.1",
                    "tlogs": [self._log_key(self.log.private, since)],
                    "ctlogs": [self._log_key(self.authority.timestamps, since)],
                    "certificateAuthorities": [
                        {
                            "subject": {"organization": "localhost", "commonName": "a private sigstore"},
                            "uri": self.url,
                            "certChain": {
                                "certificates": [{"rawBytes": b64(self.authority.root.public_bytes(Encoding.DER))}]
                            },
                            "validFor": since,
                        }
                    ],
                },
                "signingConfig": {
                    "mediaType": f"{media}.signingconfig.v0.2+json",
                    "caUrls": service,
                    "oidcUrls": service,
                    "rekorTlogUrls": service,
                    "rekorTlogConfig": {"selector": "ANY"},
                    "tsaConfig": {"selector": "ANY"},
                },
            }
        )

    def _log_key(self, private: EllipticCurvePrivateKey, since: dict[str, str]) -> dict[str, Any]:
        public = {"rawBytes": b64(public_der(private)), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": since}
        identifier = {"keyId": b64(key_id(private))}
        return {"baseUrl": self.url, "hashAlgorithm": "SHA2_256", "publicKey": public, "logId": identifier}

    def answer(self, path: str, bearer: str, data: dict[str, Any]) -> dict[str, Any]:
        """What it answers to a POST."""
        with self.lock:
            if path == "/api/v2/signingCert":
                chain = self.authority.certify(bearer, base64.b64decode(data["certificateSigningRequest"]))
                return {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}
            if path == "/api/v1/log/entries":
                return self.log.enter(data)
        raise Refused(f"there is nothing at {path}")


def _handler(instances: list[Sigstore]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            data = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                self._say(201, instances[0].answer(self.path, self._bearer, data))
            except Refused as error:
                self._say(400, {"message": str(error)})

        def do_GET(self) -> None:
            """A job asks its CI for a token, as GitHub's jobs do."""
            if self._bearer != instances[0].asks_for:
                self._say(403, {"message": "this job may not have a token"})
            else:
                self._say(200, {"value": instances[0].authority.token("https://ci.example/job")})

        @property
        def _bearer(self) -> str:
            return self.headers.get("Authorization", "").partition(" ")[2]

        def _say(self, status: int, data: dict[str, Any]) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def sigstore() -> Iterator[Sigstore]:
    """A private sigstore, as long as the block lasts."""
    instances: list[Sigstore] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(instances)) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        instances.append(Sigstore(url, Authority(issuer=url)))
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield instances[0]
        finally:
            server.shutdown()
            thread.join()
