"""Which address leads where."""

from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from .door import Door
from .rest import Rest


def application(door: Door, rest: Rest) -> Starlette:
    """The ASGI application of one gateway."""
    return Starlette(
        routes=[
            WebSocketRoute("/ws", door.serve),
            Route("/healthz", rest.healthz),
            Route("/readyz", rest.readyz),
            Route("/version", rest.version),
            Route("/metrics", rest.metrics),
            Route("/defects", rest.defects),
            Route("/threads", rest.threads),
            Route("/threads/{thread_id}/messages", rest.messages),
            Route("/runs/{run_id}", rest.run),
            Route("/runs/{run_id}/events", rest.events),
            Route("/usage", rest.usage),
            Route("/users/me", rest.delete_me, methods=["DELETE"]),
        ]
    )
