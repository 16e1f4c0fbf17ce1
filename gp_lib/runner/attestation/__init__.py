"""Signed evidence: a statement over every file of a batch, and how a stranger checks it offline."""
