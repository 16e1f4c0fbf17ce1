"""What the template imports: installed packages that kernels and scenarios use, and never the project itself."""

import gc
import importlib
import os
import re
from collections.abc import Iterable, Sequence
from importlib.util import find_spec

KERNEL = (
    *("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "ipykernel.debugger", "ipykernel.inprocess"),
    *("IPython.core.completer", "IPython.core.completerlib", "IPython.core.historyapp", "IPython.core.magics"),
    *("IPython.core.debugger", "IPython.extensions.storemagic", "tornado.platform.asyncio", "pdb", "faulthandler"),
    *("psutil", "comm", "zmq.eventloop.zmqstream", "multiprocessing.util"),
)
SCENARIO = (
    *("numpy", "pandas", "pandas.io.formats.format", "matplotlib.pyplot", "matplotlib.backends.backend_agg"),
    *("matplotlib.backends.backend_svg", "httpx", "websockets.asyncio.client", "asyncpg", "redis.asyncio"),
    *("clickhouse_connect", "clickhouse_connect.driver.asyncclient", "pydantic", "pydantic_settings", "jwt"),
)
"""Left out: ``matplotlib_inline.backend_inline``, which binds itself to the shell there is when it is imported."""

MODULES = (*KERNEL, *SCENARIO)

SINGLE_THREADED = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}
"""The template's environment: libraries that would start threads at import must not. A kernel gets its own."""


class Preload:
    """The imports of a template, one step at a time. ``refused`` are those that could not be, and why.

    ``variables`` are those that packages have set in our environment while they were imported.
    """

    def __init__(self, modules: Sequence[str]) -> None:
        self.refused: dict[str, str] = {}
        self._left = list(modules)
        self._before = dict(os.environ)

    @property
    def done(self) -> bool:
        """Whether everything is imported."""
        return not self._left

    @property
    def variables(self) -> dict[str, str]:
        """What a fresh interpreter would have set too, had it imported the same."""
        return {name: value for name, value in os.environ.items() if self._before.get(name) != value}

    def step(self) -> None:
        """Import the next module; after the last one keep the garbage collector off their pages."""
        name = self._left.pop(0)
        try:
            if find_spec(name.partition(".")[0]) is not None:
                importlib.import_module(name)
        except Exception as error:  # noqa: BLE001 - a broken package is the notebook's to meet, not the template's
            self.refused[name] = f"{type(error).__name__}: {error}"
        if self.done:
            gc.collect()
            gc.freeze()


def modules_for(sources: Iterable[str]) -> tuple[str, ...]:
    """What the template of these programs should import: what they name, and for scenarios what our library needs.

    Only installed packages: a module beside a notebook may be edited between two kernels.
    """
    named = {name for source in sources for name in _IMPORT.findall(source)}
    scenario = SCENARIO if "gp_lib" in named else ()
    direct = sorted(name for name in named if name.isidentifier() and _installed(name))
    return tuple(dict.fromkeys((*KERNEL, *direct, *scenario)))


_IMPORT = re.compile(r"^\s*(?:import|from)\s+(\w+)", re.MULTILINE)


def _installed(name: str) -> bool:
    found = find_spec(name) if name not in ("gp_lib", "__main__") else None
    origin = found.origin if found is not None else None
    return origin is not None and any(
        f"{os.sep}{folder}{os.sep}" in origin for folder in ("site-packages", "dist-packages")
    )


def native_threads() -> int:
    """How many threads this process has, also those that Python does not know of."""
    return len(os.listdir("/proc/self/task"))
