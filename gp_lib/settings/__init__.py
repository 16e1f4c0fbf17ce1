"""Where a scenario runs: the running embedded stack, or a target named in ``gpath.toml`` or by the environment."""

from gp_lib.settings.fields import Secret
from gp_lib.settings.loading import load_target, parameters_for, parameters_of
from gp_lib.settings.project import CONFIG, STATE_DIR, project_root
from gp_lib.settings.stack import (
    ControlAddress,
    ServiceDescription,
    StackDescription,
    StackUrls,
    TokenIssuer,
    load_stack,
    stack_file,
)
from gp_lib.settings.tables import variables_of
from gp_lib.settings.target import ALLOWED, EMBEDDED, Effect, Safety, Target

__all__ = [
    "ALLOWED",
    "CONFIG",
    "EMBEDDED",
    "STATE_DIR",
    "ControlAddress",
    "Effect",
    "Safety",
    "Secret",
    "ServiceDescription",
    "StackDescription",
    "StackUrls",
    "Target",
    "TokenIssuer",
    "load_stack",
    "load_target",
    "parameters_for",
    "parameters_of",
    "project_root",
    "stack_file",
    "variables_of",
]
