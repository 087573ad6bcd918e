"""Kernel calls and HTTP requests that fail or kill at a chosen moment: the weather in which a sink must still deliver exactly once."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any
from unittest import mock

import requests

#: The calls that change something outside of the process.
CHANGING = ("open", "write", "fsync", "rename", "replace", "link", "unlink", "mkdir", "ftruncate")
#: The call behind every HTTP request.
REQUEST = "request"


class Moment(StrEnum):
    """When the n-th call goes wrong."""

    #: The process dies before the call.
    DIES_BEFORE = "dies before"
    #: The process dies after the call took effect; a write then took only half of its bytes.
    DIES_AFTER = "dies after"
    #: The call is refused, and the process lives; a request was done, and its answer is lost.
    REFUSED = "refused"


class Killed(BaseException):
    """The process is dead: nobody may catch this."""


class Weather:
    """Counts the changing calls; ``struck`` says whether the fault came."""

    def __init__(self) -> None:
        self.struck = False
        self.count = 0


@contextmanager
def weather(moment: Moment, at: int) -> Iterator[Weather]:
    """The ``at``-th changing call (from 0) goes wrong. A dead process makes no further call: all of them raise."""
    state = Weather()

    def wrapped(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if state.struck and moment is not Moment.REFUSED:
                raise Killed
            mine = state.count == at
            state.count += 1
            if not mine:
                return real(*args, **kwargs)
            state.struck = True
            match moment:
                case Moment.DIES_BEFORE:
                    raise Killed
                case Moment.DIES_AFTER:
                    if name == "write":
                        real(args[0], bytes(args[1])[: len(args[1]) // 2])
                    else:
                        real(*args, **kwargs)
                    raise Killed
                case Moment.REFUSED if name == REQUEST:
                    real(*args, **kwargs)
                    raise requests.exceptions.ReadTimeout
                case Moment.REFUSED:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        return call

    patches = {name: wrapped(name, getattr(os, name)) for name in CHANGING}
    requesting = wrapped(REQUEST, requests.Session.request)
    with mock.patch.dict(vars(os), patches), mock.patch.object(requests.Session, REQUEST, requesting):
        yield state
