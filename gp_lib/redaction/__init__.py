"""Keeps secrets out of everything that is written as evidence.

``know`` a secret value wherever one is read, and pass every text through ``clean`` before it is written. A known value
is found in any of its usual spellings; one that nobody made known, by its shape. What is taken out leaves a mark
like ``«redacted:jwt:3f2a»``: the same value always leaves the same mark, so that two texts can still be compared.
"""

from gp_lib.redaction.redactor import MARK, clean, know, mark

__all__ = ["MARK", "clean", "know", "mark"]
