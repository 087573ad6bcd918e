"""Moneybird: where postings go (``books``)."""
