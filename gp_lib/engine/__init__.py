"""Executes a notebook so that its evidence is true: a state for every cell, whatever becomes of the kernel."""
