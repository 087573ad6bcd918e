"""Exact Online: where postings go (``books``)."""
