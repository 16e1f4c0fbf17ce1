"""The colours of verdicts at a terminal."""

from gp_lib.verdict import Ruling

COLOURS = {Ruling.PASS: "green", Ruling.FAIL: "red", Ruling.UNKNOWN: "yellow"}
