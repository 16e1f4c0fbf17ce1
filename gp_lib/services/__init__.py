"""The embedded stack: real services on this machine, each one file with start, ready and stop."""
