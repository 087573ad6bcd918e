"""The nouns of receivables and their arithmetic: pure values that every other room speaks in."""
