"""papermill, and whatever else brings jsonschema along, imported without what this process never uses."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

IRIS = "rfc3987_syntax"
"""With it jsonschema checks IRIs. It compiles a grammar whenever it is imported, for two seconds and more."""

NOT_NEEDED = (
    IRIS,
    "isoduration",  # jsonschema: checks durations
    "pyarrow",  # papermill: reads and writes HDFS
)
"""Optional imports of papermill's dependencies that cost more than everything else together. Each of them stands in a
``try`` for ``ImportError`` there. A notebook's format knows neither IRIs nor durations."""

_lock = threading.Lock()


@contextmanager
def without(*names: str) -> Iterator[None]:
    """In this block and this process ``import name`` fails as if it were not installed; later imports find it."""
    with _lock:
        hidden = [name for name in names if name not in sys.modules]
        for name in hidden:
            sys.modules[name] = None  # type: ignore[assignment] # Python's own way to say that there is none
        try:
            yield
        finally:
            for name in hidden:
                del sys.modules[name]


def import_papermill() -> None:
    """Import papermill quickly, if it is not imported yet."""
    if "papermill" not in sys.modules:
        with without(*NOT_NEEDED):
            import papermill.execute  # noqa: F401 - for later imports of it
