import bz2
import gzip
import lzma
import zlib

import lz4.frame
import pytest

from gp_lib.services.clickhouse_server.compression import choose, compress, decompress
from gp_lib.services.clickhouse_server.errors import ClickHouseError

BODY = b"golden path " * 300_000
PACKED = {
    "gzip": gzip.compress(BODY),
    "deflate": zlib.compress(BODY),
    "zstd": compress(BODY, "zstd"),
    "lz4": lz4.frame.compress(BODY),
    "bz2": bz2.compress(BODY),
    "xz": lzma.compress(BODY),
}


@pytest.mark.parametrize("encoding", PACKED)
def test_a_body_is_unpacked(encoding: str) -> None:
    assert decompress(PACKED[encoding], encoding, limit_bytes=len(BODY)) == BODY


@pytest.mark.parametrize("encoding", PACKED)
def test_frames_behind_each_other_are_one_body(encoding: str) -> None:
    assert decompress(PACKED[encoding] * 2, encoding, limit_bytes=2 * len(BODY)) == BODY * 2


@pytest.mark.parametrize("encoding", PACKED)
def test_a_body_that_unpacks_to_too_much_is_refused(encoding: str) -> None:
    with pytest.raises(ClickHouseError, match="larger than") as caught:
        decompress(PACKED[encoding], encoding, limit_bytes=len(BODY) - 1)
    assert caught.value.status == 413


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("harm", ["cut off", "garbage"])
def test_a_broken_body_is_an_error(encoding: str, harm: str) -> None:
    data = PACKED[encoding][:-9] if harm == "cut off" else b"garbage, nothing but garbage"
    with pytest.raises(ClickHouseError, match="broken"):
        decompress(data, encoding, limit_bytes=len(BODY))


def test_an_unknown_encoding_is_refused_by_name() -> None:
    with pytest.raises(ClickHouseError, match="'br'") as caught:
        decompress(b"x", "br", limit_bytes=10)
    assert caught.value.status == 501


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [("", None), ("br", None), ("gzip, deflate", "gzip"), ("gzip;q=1.0, lz4;q=0", "gzip"), ("lz4,zstd,gzip", "lz4")],
)
def test_the_answer_is_packed_as_the_client_accepts(accepted: str, chosen: str | None) -> None:
    assert choose(accepted) == chosen


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "lz4"])
def test_what_is_packed_can_be_unpacked(encoding: str) -> None:
    assert decompress(compress(BODY, encoding), encoding, limit_bytes=len(BODY)) == BODY
