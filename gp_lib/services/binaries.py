"""Where the stores' programs are: in a wheel, or on PATH."""

import importlib.util
import shutil
from pathlib import Path

from gp_lib.errors import NotReady


def wheel_folder(service: str, package: str) -> Path:
    """The folder of an installed package, without importing it.

    Raises:
        NotReady: it is not installed.
    """
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        todo = f"reinstall the workbench, or use the program on PATH: GPATH_{service.upper()}=path"
        raise NotReady(service, f"the package {package} is not installed", todo=todo)
    return Path(found.submodule_search_locations[0])


def on_path(service: str, *names: str) -> Path:
    """The first of ``names`` on PATH, as it is called there: Debian's ``redis-server`` is a link and heeds its name.

    Raises:
        NotReady: none of them is there.
    """
    for name in names:
        if found := shutil.which(name):
            return Path(found).absolute()
    todo = f"install it, or use the one that came with the workbench: GPATH_{service.upper()}=wheel"
    raise NotReady(service, f"{' or '.join(names)} is not on PATH", todo=todo)
