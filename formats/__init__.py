"""Bytes to facts and facts to bytes: pure readers and writers of statements, invoices and direct debits."""
