"""The three tiers: PostgreSQL (warm, the truth), Valkey (hot), ClickHouse (cold)."""
