"""Odoo: where invoices come from (``invoices``), and where postings go (``books``); one client speaks to it (``client``)."""
