"""Proof that scenarios notice: they are run against variants of the platform that are broken on purpose."""
