"""Facts, projections, cursors, outbox and the archive of raw bytes, on SQLite or PostgreSQL."""
