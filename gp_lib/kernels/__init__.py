"""Warm kernels: a template process that has imported what scenarios import, and forks a real ipykernel for each."""
