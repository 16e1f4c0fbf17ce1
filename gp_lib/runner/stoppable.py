"""Being told to stop: SIGTERM and a closed terminal end what is under way like Ctrl-C does."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

REASONS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable() -> Iterator[None]:
    """The first SIGINT, SIGTERM or SIGHUP raises ``KeyboardInterrupt`` in the block; later ones are too late to matter.

    An impatient second Ctrl-C, or the SIGHUP that follows a SIGTERM, would otherwise end the tidying up itself.
    What is ignored (``nohup``) stays ignored. Only for the main thread.
    """
    before = {number: signal.getsignal(number) for number in REASONS}
    heeded = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    told = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal told
        if not told:
            told = True
            raise KeyboardInterrupt

    for number in heeded:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in heeded:
            signal.signal(number, before[number])
