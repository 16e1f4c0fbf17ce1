"""Evidence at a URL, of any kind that fsspec knows (``s3://bucket/runs``, ``gs://``, ``sftp://``, ``file://``).

``place`` is a folder there, ``sending`` brings a batch to it, while it runs or afterwards, and ``taking`` fetches one.
"""

from typing import TYPE_CHECKING

from gp_lib.errors import SettingsError

if TYPE_CHECKING:
    from gp_lib.runner.remote.place import Place

SEPARATOR = "://"


def is_url(words: str) -> bool:
    """Whether a command line means a URL, and no path of this machine."""
    return SEPARATOR in words


def place_at(url: str) -> "Place":
    """The place behind ``url``, also where its package can be missing.

    Raises:
        SettingsError: it is no URL, nothing is known of such URLs, or a package for them is not installed.
        WorkbenchError: it could not be reached.
    """
    if not is_url(url):
        raise SettingsError(url, "is no URL: s3://bucket/runs, or file:///share/runs")
    try:
        from gp_lib.runner.remote.place import Place
    except ImportError as error:
        raise SettingsError(url, "needs fsspec: pip install 'golden-path-workbench[remote]'") from error
    return Place(url)
