"""CODA, the Belgian banks' coded statement of account (Febelfin, versions 1 and 2).

``recognise`` tells a CODA file by its first bytes, ``read`` gives its statements, ``examine`` what can be seen of those that
``read`` refuses. See ``statements.py`` for what is checked.
"""

from formats.coda.statements import examine, read, recognise, reread

__all__ = ["examine", "read", "recognise", "reread"]
