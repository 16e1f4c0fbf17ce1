"""What a run tells: stored first (the outbox), delivered after, read back at will."""
