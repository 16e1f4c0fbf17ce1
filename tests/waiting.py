"""Waiting for what somebody else writes, in a test and in the scenario that it made."""

import time
from pathlib import Path

from gp_lib.clock import Deadline

WITHIN_S = 120

WAIT_FOR = f"""
import pathlib, time
def wait_for(path):
    began = time.monotonic()
    while not pathlib.Path(path).exists():
        assert time.monotonic() - began < {WITHIN_S}, path + " never came"
        time.sleep(0.02)
"""
"""What an act begins with that calls ``wait_for(path)`` itself."""


def wait_for(path: Path, text: str = "") -> None:
    """Wait until the file is there and contains ``text``."""
    deadline = Deadline.after(WITHIN_S)
    while not (path.exists() and text in path.read_text()):
        assert not deadline.passed, f"{path} never came"
        time.sleep(0.02)
