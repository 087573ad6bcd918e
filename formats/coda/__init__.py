"""CODA, the Belgian banks' coded statement of account (Febelfin, versions 1 and 2).

``recognise`` tells a CODA file by its first bytes, ``read`` gives its statements. See ``statements.py`` for what is checked.
"""

from formats.coda.statements import read, recognise, reread

__all__ = ["read", "recognise", "reread"]
