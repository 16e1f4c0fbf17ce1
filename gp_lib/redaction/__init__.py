"""Keeps secrets out of everything that is written as evidence.

``know`` a secret value wherever one is read. Pass every text through ``clean`` before it is written, and data that
become JSON through ``as_json``. A known value is found in any spelling; one that nobody made known, by where it stands
and what it looks like. What is taken out leaves a mark like ``«redacted:jwt:3f2a»``: the same value always leaves the
same mark, so that two texts can be compared. ``found`` says where secrets stand in a text, for whoever judges one.
"""

from gp_lib.redaction.data import DataCleaner, strict_json
from gp_lib.redaction.finding import Found
from gp_lib.redaction.redactor import MARK, Redactor, mark

_OURS = Redactor()
know, learn, clean, found = _OURS.know, _OURS.learn, _OURS.clean, _OURS.found
clean_pieces, clean_base64 = _OURS.clean_pieces, _OURS.clean_base64
clean_data, as_json = DataCleaner(_OURS).clean_data, DataCleaner(_OURS).as_json

__all__ = [
    "MARK",
    "Found",
    "Redactor",
    "as_json",
    "clean",
    "clean_base64",
    "clean_data",
    "clean_pieces",
    "found",
    "know",
    "learn",
    "mark",
    "strict_json",
]
