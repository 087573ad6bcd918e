"""The program as users start it: a process of its own, with its own files and its own log."""
