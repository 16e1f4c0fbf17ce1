import socket
from contextlib import closing

from gp_lib.services import ports


def test_a_free_port_can_be_bound() -> None:
    with closing(socket.create_server((ports.HOST, ports.free_port()))) as server:
        assert server.getsockname()[0] == "127.0.0.1"


def test_a_free_port_is_none_that_an_outgoing_connection_could_take() -> None:
    lowest = ports._lowest_ephemeral()
    assert all(ports.free_port() < lowest for _ in range(20))


def test_a_port_somebody_listens_on_is_not_free() -> None:
    with closing(socket.create_server((ports.HOST, 0))) as server:
        assert not ports.is_free(server.getsockname()[1])
    assert ports.is_free(ports.free_port())
