"""Texts of messages: ``<kind>.<language>.j2`` has the sentences (blocks subject, opening, closing), ``letter.*.j2`` the form."""
