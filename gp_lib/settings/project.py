"""Which folder is the workbench, and what is called how in it."""

from pathlib import Path

from gp_lib.errors import SettingsError

STATE_DIR = ".gpath"
CONFIG = "gpath.toml"


def project_root(start: Path | None = None) -> Path:
    """The nearest folder at or above ``start`` (the working directory) that has ``notebooks`` or ``gpath.toml``."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / CONFIG).is_file() or (folder / "notebooks" / "p0").is_dir():
            return folder
    raise SettingsError(
        "working directory", f"{here} is in no workbench: go to the folder that has notebooks/ (or {CONFIG})"
    )
