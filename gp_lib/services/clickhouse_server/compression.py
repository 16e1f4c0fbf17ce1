"""Compressed bodies, both ways, by the names of HTTP's Content-Encoding."""

import bz2
import lzma
import sys
import zlib
from collections.abc import Callable
from typing import Protocol

import lz4.frame

from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# fast first: on loopback time is dearer than bytes
_PREFERRED = ("lz4", "zstd", "gzip", "deflate")
_GZIP_WBITS = 31
_STEP_BYTES = 1 << 20  # how much is unpacked before the limit is looked at again
_ZLIB_LEVEL = 3  # ClickHouse's own default, http_zlib_compression_level


class _Decompressor(Protocol):
    """What bz2, lzma, lz4 and zstd have in common."""

    @property
    def eof(self) -> bool:
        """Whether its frame is complete."""

    @property
    def needs_input(self) -> bool:
        """Whether it can say no more without more input."""

    @property
    def unused_data(self) -> bytes | None:
        """What followed its frame."""

    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes:
        """Some more output, at most ``max_length`` bytes; input is kept for the next call."""


class _Zlib:
    """zlib's decompressor with the manners of the others."""

    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)
        self.needs_input = True

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = 0, /) -> bytes:
        part = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.needs_input = len(part) < max_length
        return part


_DECOMPRESSORS: dict[str, Callable[[], _Decompressor]] = {
    "gzip": lambda: _Zlib(_GZIP_WBITS),
    "x-gzip": lambda: _Zlib(_GZIP_WBITS),
    "deflate": lambda: _Zlib(zlib.MAX_WBITS),
    "zstd": zstd.ZstdDecompressor,
    "lz4": lz4.frame.LZ4FrameDecompressor,
    "bz2": bz2.BZ2Decompressor,
    "xz": lzma.LZMADecompressor,
}
_BROKEN = (zlib.error, OSError, EOFError, RuntimeError, lzma.LZMAError, zstd.ZstdError)


def _gzip(data: bytes) -> bytes:
    return zlib.compress(data, _ZLIB_LEVEL, wbits=_GZIP_WBITS)


_COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "lz4": lz4.frame.compress,
    "zstd": zstd.compress,
    "gzip": _gzip,
    "deflate": lambda data: zlib.compress(data, _ZLIB_LEVEL),
}


def decompress(data: bytes, encoding: str, *, limit_bytes: int) -> bytes:
    """A request body without its ``encoding`` (empty or identity: as it is).

    Several compressed frames behind each other, as streaming clients send them, are one body.

    Raises:
        ClickHouseError: the encoding is unknown, the body is broken or cut off, or it is longer than
            ``limit_bytes`` without its compression.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity") or not data:
        return data
    if encoding not in _DECOMPRESSORS:
        known = ", ".join(_DECOMPRESSORS)
        raise ClickHouseError(
            Code.NOT_IMPLEMENTED, f"Unknown compression method '{encoding}'. Only {known} are supported"
        )
    try:
        return _all_frames(data, _DECOMPRESSORS[encoding], limit_bytes)
    except _BROKEN as error:
        raise ClickHouseError(Code.CANNOT_DECOMPRESS, f"The {encoding} body is broken: {error}") from None


def _all_frames(data: bytes, start: Callable[[], _Decompressor], limit_bytes: int) -> bytes:
    whole = bytearray()
    while data:
        frame = start()
        whole += frame.decompress(data, _STEP_BYTES)
        while not (frame.eof or frame.needs_input) and len(whole) <= limit_bytes:
            whole += frame.decompress(b"", _STEP_BYTES)
        if len(whole) > limit_bytes:
            raise too_large(limit_bytes)
        if not frame.eof:
            raise EOFError("it ends in the middle of a frame")
        data = frame.unused_data or b""
    return bytes(whole)


def too_large(limit_bytes: int) -> ClickHouseError:
    """The refusal of a body that is longer than ``limit_bytes``."""
    return ClickHouseError(
        Code.QUERY_IS_TOO_LARGE, f"The request body is larger than {limit_bytes} bytes: send it in parts"
    )


def choose(accept_encoding: str) -> str | None:
    """The best encoding that both sides know, or ``None`` to send the answer as it is."""
    accepted = set()
    for item in accept_encoding.lower().split(","):
        name, _, weight = item.partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            accepted.add(name.strip())
    return next((name for name in _PREFERRED if name in accepted), None)


def compress(data: bytes, encoding: str | None) -> bytes:
    """An answer's body in ``encoding`` (``None``: as it is)."""
    return _COMPRESSORS[encoding](data) if encoding else data
