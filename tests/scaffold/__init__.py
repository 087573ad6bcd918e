"""The scaffold of a new connector: ``make connector NAME=acme`` (``python -m tests.scaffold acme``)."""
