"""Twikey: mandates as they are signed, changed and cancelled there, and direct debits that it collects in our name."""
