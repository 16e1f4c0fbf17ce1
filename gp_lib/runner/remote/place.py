"""A folder behind a URL."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from secrets import token_hex
from typing import BinaryIO
from urllib.parse import urlsplit

import fsspec.core

from gp_lib import redaction
from gp_lib.errors import SettingsError, WorkbenchError
from gp_lib.urls import know_passwords


class Place:
    """A folder behind a URL, which has to be there already; what is below it is made as it is needed.

    Credentials come from where each kind of store looks for them (``AWS_…``, ``FSSPEC_…``, files in the home folder).

    Raises:
        SettingsError: nothing is known of such URLs, or its package is not installed.
    """

    def __init__(self, url: str) -> None:
        know_passwords(url)
        try:
            parts = urlsplit(url)
        except ValueError:  # its words may hold a password
            raise SettingsError(redaction.clean(url), "is no URL") from None
        self._query = f"?{parts.query}" if parts.query else ""
        self.name = PurePosixPath(parts.path).name
        self._url = redaction.clean(parts._replace(query="", fragment="").geturl().rstrip("/"))  # a query may sign it
        self._made: set[str] = set()
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise SettingsError(self._url, self._said(error)) from error
        except Exception as error:
            raise WorkbenchError(f"{self._url} could not be reached: {self._said(error)}") from error

    def __str__(self) -> str:
        return self._url

    def require_writable(self) -> None:
        """Write a file and remove it.

        Raises:
            WorkbenchError: the store refused, or does not answer.
        """
        probe = f".gpath-{token_hex(4)}"
        with self._asked("could not be written"):
            self._files.pipe_file(f"{self._root}/{probe}", b"to see whether it can be written\n")
            self._files.rm_file(f"{self._root}/{probe}")

    def send(self, file: Path, name: str) -> None:
        """Copy a file of this machine to ``name``, over what is there.

        Raises:
            WorkbenchError: the store refused, or does not answer.
        """
        with self._asked("could not be written"):
            self._make_folders_of(name)
            self._files.put_file(str(file), f"{self._root}/{name}")

    def remove(self, name: str) -> None:
        """Remove a file; it need not be there.

        Raises:
            WorkbenchError: the store refused, or does not answer.
        """
        with self._asked("could not be written"), suppress(FileNotFoundError):
            self._files.rm_file(f"{self._root}/{name}")

    def files(self) -> dict[str, int]:
        """The size (bytes) of every file below it, by its name there, with forward slashes; empty: there is none.

        Raises:
            WorkbenchError: the store refused, or does not answer.
        """
        with self._asked("could not be read"):
            self._files.invalidate_cache()
            found = self._files.find(self._root, detail=True)
            for path, about in found.items():
                if about.get("type") != "file" or about.get("islink"):
                    raise WorkbenchError(f"{self._url} holds {path!r}, which is neither a file nor a folder")
            return {self._below(path): int(about["size"]) for path, about in found.items()}

    def _below(self, path: str) -> str:
        return path.removeprefix(self._root).removeprefix("/")

    @contextmanager
    def open(self, name: str = "") -> Iterator[BinaryIO]:
        """A file below it, to be read; without a name what stands behind the URL itself.

        Raises:
            WorkbenchError: it is not there, the store refused, or does not answer.
        """
        with (
            self._asked("could not be read"),
            self._files.open(f"{self._root}/{name}" if name else self._root, "rb") as file,
        ):
            yield file

    def _make_folders_of(self, name: str) -> None:
        """Make the folders above a file, one by one: never the place itself, lest a misspelt bucket be made."""
        for folder in reversed(PurePosixPath(name).parents[:-1]):
            if str(folder) not in self._made:
                with suppress(FileExistsError):
                    self._files.mkdir(f"{self._root}/{folder}", create_parents=False)
                self._made.add(str(folder))

    @contextmanager
    def _asked(self, failed: str) -> Iterator[None]:
        """Say it in a sentence when the store refuses."""
        try:
            yield
        except WorkbenchError:
            raise
        except Exception as error:
            raise WorkbenchError(f"{self._url} {failed}: {self._said(error)}") from error

    def _said(self, error: Exception) -> str:
        """The error in one line, without what it may tell of credentials."""
        words = " ".join(str(error).split()) or type(error).__name__
        return redaction.clean(words.replace(self._query, "") if self._query else words)
