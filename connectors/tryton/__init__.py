"""Tryton 8.2 over JSON-RPC: its posted customer invoices come in, our postings become its account moves."""
