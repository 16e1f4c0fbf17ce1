"""The library behind the notebooks: connections, workloads, faults, checks and evidence."""
