"""The model: an OpenAI-compatible HTTP endpoint, the scripted one in a process of its own."""

import sys

from gp_lib.services.ports import HOST
from gp_lib.services.probes import http
from gp_lib.services.process import ProcessSpec, clean_environment
from gp_lib.services.service import Service

MODEL_NAME = "scripted-1"


class Model(Service):
    """The reference platform's scripted model: deterministic, streaming, offline."""

    name = "model"

    def spec(self, port: int) -> ProcessSpec:
        """The model on ``port``."""
        environment = {
            "GP_MODEL_HOST": HOST,
            "GP_MODEL_PORT": str(port),
            "GP_MODEL_KEY": self.around.credentials.model_key,
        }
        return ProcessSpec(
            name=self.name,
            argv=(sys.executable, "-m", "gp_lib.reference_platform.scripted_model"),
            log=self.log,
            cwd=self.folder,
            environment=clean_environment() | environment | self.environment,
        )

    async def probe(self, port: int) -> str | None:
        """``GET /healthz`` answers 200."""
        status, _ = await http(port, "/healthz")
        return MODEL_NAME if status == 200 else None

    def url(self, port: int | None = None) -> str:
        """The base URL for OpenAI clients; ``port`` is another one than its own (a proxy's)."""
        return f"http://{HOST}:{port or self.port}/v1"
