"""``afletter effects``: what is on its way to the outside world, and what of it waits for a person."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from daemon import effect_acts
from daemon.effect_acts import EffectActError, EffectStory
from daemon.effect_names import effect_name, subject_name
from daemon.invocation import (
    DEFAULT_CONFIG,
    AsOf,
    By,
    ConfigPath,
    TenantName,
    configs,
    day_of,
    decider,
    named_errors,
    out,
)
from daemon.operator_log import masked
from daemon.review import Person
from daemon.tenant import Tenant, opened
from ledger.effects import Effect, EffectKind, EffectState
from ledger.postings import read_posting
from store.store import Transaction

effects_app = typer.Typer(
    help="What leaves for the books, the bank and customers: what waits, why, and what to do about it. "
    "Example: afletter effects list --config tenants",
    no_args_is_help=True,
)

Name = Annotated[
    str,
    typer.Argument(
        help="An effect's key or its beginning, or what it is about: a bank reference, a document, a message."
    ),
]


@effects_app.command("list")
def effects_list(
    everything: Annotated[bool, typer.Option("--all", help="Those that are queued for the next cycle too.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
) -> None:
    """Effects that wait for a person, with the other side's own words.

    Example: afletter effects list --config tenants
    """
    for one in configs(config, tenant):
        with named_errors(), opened(one) as ready, ready.store.snapshot() as t:
            effects = effect_acts.open_effects(t)
            for effect in effects:
                if everything or effect.state is not EffectState.QUEUED:
                    out.print(escape(_line(t, effect)))
            counts = Counter(effect.state.value for effect in effects)
            summary = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
            out.print(f"{escape(one.tenant)}: {summary or 'nothing waits'}")


def _line(t: Transaction, effect: Effect) -> str:
    """An effect in one line, so that it can be searched: the other side's words last."""
    why = f": {masked(effect.detail)}" if effect.detail else ""
    return f"{effect.key[:12]}  {_standing(effect)}: to {effect.sink}, {masked(effect_name(t, effect))}{why}"


def _standing(effect: Effect) -> str:
    tried = "once" if effect.attempts == 1 else f"{effect.attempts} times"
    return f"{effect.state.value}, tried {tried}"


@effects_app.command("show")
def effects_show(
    name: Name,
    config: ConfigPath = DEFAULT_CONFIG,
    tenant: TenantName = None,
) -> None:
    """What an effect would do, and every step that it took.

    Example: afletter effects show 4f1c --config tenants
    """
    with named_errors():
        found = _on_one(config, tenant, lambda ready: _shown(ready, name))
        out.print(escape(found))


def _shown(tenant: Tenant, name: str) -> str:
    with tenant.store.snapshot() as t:
        story = effect_acts.story(t, name)
        return _page(story, effect_name(t, story.effect))


def _page(story: EffectStory, what: str) -> str:
    effect = story.effect
    lines = [
        f"{effect.key}  to {effect.sink}",
        masked(what),
        *(f"    {masked(line)}" for line in _booked(effect)),
        f"{_standing(effect)}, not before {effect.not_before}",
        *([f"the other side calls it {effect.reference}"] if effect.reference else []),
        *(f"  {event.value} → {state.value}  {masked(detail)}".rstrip() for event, state, detail in story.steps),
        json.dumps(effect.payload, ensure_ascii=False, indent=2, sort_keys=True),
    ]
    return "\n".join(lines)


def _booked(effect: Effect) -> Iterator[str]:
    """The lines of a posting, each with its account; debit is positive."""
    if effect.kind is not EffectKind.POSTING:
        return
    for line in read_posting(effect.payload).lines:
        customer = f", customer {line.customer_id}" if line.customer_id else ""
        yield f"{line.account.kind.value.replace('_', ' ')} {line.account.key}: {line.amount}{customer}".replace(
            " :", ":"
        )


@effects_app.command("retry")
def effects_retry(
    name: Name, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None, by: By = None
) -> None:
    """Send a parked effect again with the next cycle, once what was wrong is mended. Where nobody knew whether it had arrived, this is
    your word that it did not.

    Example: afletter effects retry 4f1c --config tenants
    """
    _act("is queued again", effect_acts.retry, name, config, tenant, as_of, by)


@effects_app.command("drop")
def effects_drop(
    name: Name, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None, by: By = None
) -> None:
    """Never send a parked effect.

    Example: afletter effects drop 4f1c --config tenants
    """
    _act("will not be sent", effect_acts.drop, name, config, tenant, as_of, by)


@effects_app.command("confirm")
def effects_confirm(
    name: Name, config: ConfigPath = DEFAULT_CONFIG, tenant: TenantName = None, as_of: AsOf = None, by: By = None
) -> None:
    """Say that a parked effect did arrive, so that it is never sent again.

    Example: afletter effects confirm 4f1c --config tenants
    """
    _act("counts as delivered", effect_acts.confirm, name, config, tenant, as_of, by)


def _act(
    done: str,
    act: Callable[[Tenant, str, Person], Effect],
    name: str,
    config: Path,
    tenant: str | None,
    as_of: str | None,
    by: str | None,
) -> None:
    def acted(ready: Tenant) -> str:
        with ready.store.lock():
            person = Person(name=decider(by), as_of=day_of(as_of, ready.config))
            effect = act(ready, name, person)
        with ready.store.snapshot() as t:
            return f"{ready.name}: {effect.kind.value.replace('_', ' ')} of {subject_name(t, effect)} {done}"

    with named_errors():
        out.print(escape(_on_one(config, tenant, acted)))


def _on_one(config: Path, tenant: str | None, ask: Callable[[Tenant], str]) -> str:
    """The answer of the one tenant that is meant. Raises EffectActError where that is not one."""
    chosen = configs(config, tenant)
    if len(chosen) != 1:
        raise EffectActError(f"tenants {', '.join(one.tenant for one in chosen)}: say --tenant")
    with opened(chosen[0]) as ready:
        return ask(ready)
