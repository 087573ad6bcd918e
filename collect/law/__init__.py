"""What the law of the debtor's country allows to be asked, and when: terms, interest and costs as data, dated, with their sources.

This is no legal advice. Every figure stands in a file of ``data`` with its source and a mark of how well it was verified; a lawyer must check
them before they are relied on.
"""
