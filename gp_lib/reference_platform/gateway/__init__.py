"""The front door: WebSocket and REST, and the bridge from published events to sockets."""
