"""Batches on the workers of a Dask cluster: each case is one task, run by a process of its own beside its worker.

``job`` is what travels, ``remote`` runs it there, ``worker`` is the task that starts that process, and ``lanes`` is
the side of the batch.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from gp_lib.errors import SettingsError
from gp_lib.runner.lanes import Lane


def lanes_on(
    address: str, root: Path, target: str, say: Callable[[str, str], None], *, at_most: int
) -> AbstractContextManager[Sequence[Lane]]:
    """As ``lanes.cluster_lanes``, also where its package can be missing.

    Raises:
        SettingsError: ``distributed`` is not installed.
    """
    try:
        from gp_lib.runner.cluster.lanes import cluster_lanes
    except ImportError as error:
        raise SettingsError("--on", "needs distributed: pip install 'golden-path-workbench[cluster]'") from error
    return cluster_lanes(address, root, target, say, at_most=at_most)
