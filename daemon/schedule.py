"""The daemon: each tenant on its own schedule, one cycle per tenant at a time, until SIGTERM.

APScheduler says when; ``daemon.cycle`` says what. A tenant whose cycle fails or hangs holds up nobody: each has a
thread of its own and its next turn comes all the same.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from config.schedule import CronSchedule, IntervalSchedule
from config.tenant import TenantConfig
from daemon import cycle
from daemon.progress import SilentSteps

#: A turn that was missed (the machine slept) is still taken this many seconds later.
MISFIRE_GRACE_S: Final = 6 * 60 * 60


def trigger(config: TenantConfig) -> BaseTrigger:
    """When a tenant's cycles begin, in its own time zone."""
    zone = config.time_zone
    match config.schedule:
        case IntervalSchedule(minutes=minutes):
            return IntervalTrigger(minutes=minutes, timezone=zone)
        case CronSchedule() as cron:
            return CronTrigger(
                minute=cron.minute,
                hour=cron.hour,
                day=cron.day,
                month=cron.month,
                day_of_week=cron.day_of_week,
                timezone=zone,
            )


def serve(configs: Sequence[TenantConfig], *, at_once: bool) -> None:
    """Run every tenant's cycles until SIGTERM or SIGINT; a running cycle ends after its current step.

    ``at_once``: the first cycle of each tenant begins now and not at its first turn.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(max_workers=max(1, len(configs)))},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": MISFIRE_GRACE_S},
    )
    for config in configs:
        first = {"next_run_time": datetime.now(config.time_zone)} if at_once else {}
        scheduler.add_job(_cycle, trigger(config), args=(config, stop), id=config.tenant, **first)
    scheduler.start()
    structlog.get_logger().info("daemon started", tenants=len(configs))
    stop.wait()
    structlog.get_logger().info("daemon ending")
    scheduler.shutdown(wait=True)
    structlog.get_logger().info("daemon ended")


def _cycle(config: TenantConfig, stop: threading.Event) -> None:
    as_of = datetime.now(config.time_zone).date()
    cycle.run(config, as_of, SilentSteps(), stop.is_set)
