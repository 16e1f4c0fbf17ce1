"""The platform from outside: real gateways, real stores, real sockets. Nothing of ``gp_lib`` is imported."""
