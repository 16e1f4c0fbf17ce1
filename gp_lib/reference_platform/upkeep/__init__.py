"""What keeps the platform going beside the runs: provisioning, heartbeat, recovery, facts, metrics."""
