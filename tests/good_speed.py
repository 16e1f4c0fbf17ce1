"""What is heard on PostgreSQL's wire in a good story while a history is read, and each way of breaking that."""

from tests.story_lines import Breaking, Lines, Reword

READER = "rae"


def speed_lines() -> Lines:
    """Rae reads a short page, a long one, and then the same in bulk, with two connections at once."""
    pages = ["1b@{}1+1/rae 1@{}2+3 1@{}3+3 1e@{}4+1".replace("{}", at) for at in ("0.1", "0.3")]
    bulk = "1b@0.51+1/rae 2b@0.52+1/rae 1@0.53+3 2@0.53+3 1e@0.55+1 2e@0.55+1"
    return [
        f"0.2000 {READER} paged 2 [since=0.1000]",
        f"0.4000 {READER} paged 12 [since=0.3000]",
        f"0.6000 {READER} paged-in-bulk [since=0.5000]",
        f"0.6000 postgres exchanges wire {' '.join([*pages, bulk])}",
        "0.6000 postgres unheard wire 0",
    ]


def ways(change: Reword) -> dict[str, tuple[str, Breaking]]:
    """Each way, with the check that must catch it; ``change(lines, which, pattern, new)`` rewords one line."""
    heard = "exchanges wire"
    return {
        "a query takes long": ("queries_within", lambda t, _: change(t, heard, r"1@0.12\+3", "1@0.12+3000")),
        "a transaction is left open": (
            "transactions_within",
            lambda t, _: change(t, heard, "2e@0.55", "2e@9.00"),
        ),
        "there is one connection only": ("connections_at_once", lambda t, _: change(t, heard, r" 2b\S+", "")),
        "reading in bulk is slow": ("bulk_rate", lambda t, _: change(t, "paged-in-bulk", "0.5000", "0.0000")),
        "a longer page takes more queries": (
            "statements_do_not_grow_with_history",
            lambda t, c: change(t, heard, "1e@0.34", " ".join(["1@0.335+1"] * c.randint(1, 9) + ["1e@0.34"])),
        ),
    }
