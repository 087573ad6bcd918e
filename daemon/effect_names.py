"""What people call an effect: a posting by the bank's reference of its entry and the sentence that stands in the books, all else by its own name."""

from __future__ import annotations

from daemon.bookkeeping import entry_name
from ledger.effects import Effect, EffectKind
from store.store import Transaction


def subject_name(t: Transaction, effect: Effect) -> str:
    """What an effect is about: ``entry R1``, a document, a message."""
    if effect.kind is EffectKind.POSTING and effect.subject in t.entries.find(effect.subject):
        return f"entry {entry_name(t.entries.get(effect.subject).identified)}"
    return effect.subject


def effect_name(t: Transaction, effect: Effect) -> str:
    """What an effect is: ``posting of entry R1, 2026-06-15: F1 paid in full``."""
    name = f"{effect.kind.value.replace('_', ' ')} of {subject_name(t, effect)}"
    if effect.kind is EffectKind.POSTING:
        name += f", {effect.payload.get('booked_on', '')}: {effect.payload.get('description', '')}"
    return name
