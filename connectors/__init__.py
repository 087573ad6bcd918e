"""One file or folder per outside system, and the ports they fill."""
