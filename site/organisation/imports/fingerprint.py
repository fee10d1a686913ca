"""A digest of what a plan would write."""

import datetime
import hashlib

from organisation.imports.model import ImportPlan, Placement

PlacementKey = tuple[str, str, bool, datetime.date] | tuple[()]


def fingerprint_of(plan: ImportPlan) -> str:
    """Return a digest that is equal for two plans that would write the same."""
    digest = hashlib.sha256()
    for section in (*plan.new_sections, *plan.changed_sections):
        above = section.parent.code if section.parent else ""
        digest.update(repr((section.code, section.name, above, section.order, section.pk)).encode())
    for rank in (*plan.new_ranks, *plan.changed_ranks):
        digest.update(repr((rank.code, rank.name, rank.order, rank.pk)).encode())
    for person in plan.added:
        digest.update(repr((person.number, person.username, person.name, person.email, person.position)).encode())
        digest.update(repr((person.phone, person.joined, person.left, _key_of(person.placement))).encode())
    for change in (*plan.changed, *plan.left):
        digest.update(repr((change.person.pk, change.user, change.staff, change.left, change.returned)).encode())
        digest.update(repr((_key_of(change.corrected), _key_of(change.moved))).encode())
    return digest.hexdigest()


def _key_of(placement: Placement | None) -> PlacementKey:
    if placement is None:
        return ()
    return placement.section.code, placement.rank.code, placement.is_head, placement.since
