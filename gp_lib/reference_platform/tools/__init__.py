"""What agents can do: tools that really query the stores, and the dispatcher that tells the user about each call."""
