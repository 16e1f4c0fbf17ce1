"""What can be chosen about an embedded stack."""

import os
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, field_validator

from gp_lib.errors import SettingsError
from gp_lib.settings import Secret
from gp_lib.urls import HTTP, take_apart

Binaries = Literal["wheel", "path"]
STORES = ("postgres", "valkey", "clickhouse")
SERVICES = (*STORES, "model", "platform")


class ModelEndpoint(BaseModel):
    """A real OpenAI-compatible model to attach instead of starting the scripted one; ``url`` ends in ``/v1``."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str
    key: Secret
    name: str


class StackOptions(BaseModel):
    """How to start a stack.

    ``binaries``: where a store's program comes from (default: the wheel). ``defects``: ids of seeded defects of the
    reference platform. ``services``: which ones to start; the platform needs all others. ``model``: attach this
    one; ``None`` starts the scripted model. ``platform_environment``: more ``GP_PLATFORM_*`` variables.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    binaries: dict[str, Binaries] = {}
    defects: tuple[str, ...] = ()
    services: tuple[str, ...] = SERVICES
    model: ModelEndpoint | None = None
    platform_environment: dict[str, str] = {}

    @field_validator("services")
    @classmethod
    def _known(cls, services: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(services) - set(SERVICES):
            raise ValueError(f"unknown services {sorted(unknown)}; there are {', '.join(SERVICES)}")
        if "platform" in services and set(services) != set(SERVICES):
            raise ValueError("the platform needs all other services")
        return services

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """What the environment says.

        ``GPATH_POSTGRES``, ``GPATH_VALKEY``, ``GPATH_CLICKHOUSE`` are ``wheel`` (default) or ``path``;
        ``GPATH_MODEL_URL``, ``GPATH_MODEL_KEY``, ``GPATH_MODEL_NAME`` attach a real model.

        Raises:
            SettingsError: a variable has another value, or the model's are not complete.
        """
        return cls(binaries=_binaries(environment), model=_model(environment))


def _binaries(environment: Mapping[str, str]) -> dict[str, Binaries]:
    chosen: dict[str, Binaries] = {}
    for service in STORES:
        variable = f"GPATH_{service.upper()}"
        match environment.get(variable, "wheel"):
            case "wheel" | "path" as source:
                chosen[service] = source
            case other:
                raise SettingsError(variable, f"{other!r} is neither 'wheel' nor 'path'")
    return chosen


def _model(environment: Mapping[str, str]) -> ModelEndpoint | None:
    names = ("GPATH_MODEL_URL", "GPATH_MODEL_KEY", "GPATH_MODEL_NAME")
    values = {name: environment.get(name, "") for name in names}
    if not any(values.values()):
        return None
    for name, value in values.items():
        if not value:
            raise SettingsError(name, "is needed together with the other GPATH_MODEL_* variables")
    take_apart(values["GPATH_MODEL_URL"], "GPATH_MODEL_URL", HTTP)
    return ModelEndpoint(url=values[names[0]], key=values[names[1]], name=values[names[2]])
