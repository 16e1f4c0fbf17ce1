"""Where the kernelspec is, and how every Jupyter of this environment finds it."""

import sys
from pathlib import Path

JUPYTER_PATH = Path(__file__).with_name("jupyter")
"""A folder for ``JUPYTER_PATH``; it holds the kernelspec."""

KERNELS = JUPYTER_PATH / "kernels"
NAME = "gpath"


def install() -> Path:
    """Make the kernelspec known to this environment, as a wheel's installation does and an editable one does not.

    Returns where it is. Does nothing where it is there already or the environment cannot be written.
    """
    target = Path(sys.prefix) / "share" / "jupyter" / "kernels" / NAME / "kernel.json"
    text = (KERNELS / NAME / "kernel.json").read_bytes()
    try:
        if not target.exists() or target.read_bytes() != text:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text)
    except OSError:
        return KERNELS / NAME / "kernel.json"
    return target
