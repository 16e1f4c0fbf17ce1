"""Runs scenarios in batches: finds them, checks their parameters, executes them, keeps and reports the evidence."""
