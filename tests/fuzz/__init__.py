"""Readers against mutated files: whatever comes in, what comes out adds up or says what is wrong."""
