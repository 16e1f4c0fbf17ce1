"""Seeded defects: the platform broken on purpose, one small file each, to see whether a scenario notices.

The healthy source knows nothing of them. A defect replaces one part before the platform is assembled (``Parts``),
counts how often it struck, and was given its expected killer before it was ever run.
"""
