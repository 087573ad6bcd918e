"""`python -m daemon` is the `afletter` command."""

from daemon.cli import main

main()
