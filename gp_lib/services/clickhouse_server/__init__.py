"""ClickHouse's HTTP interface in front of the real ClickHouse engine, in a process of its own.

The engine is the one in the ``chdb`` wheel: the same parser, functions, formats and MergeTree on disk as a
ClickHouse server, without its network face. This package is that face: ``python -m
gp_lib.services.clickhouse_server`` (see ``configuration`` for its environment).

A client reaches its tables and nothing else: no file, no host, no administration (``confinement``); started as root,
the server leaves root first (``privileges``). A query has the name that its client gave it, and ends with that client
(``processes``, ``app``).
"""
