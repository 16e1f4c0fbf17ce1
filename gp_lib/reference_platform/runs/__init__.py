"""A run's life: opened with a message, conducted in a context of its own, ended by exactly one terminal event."""
