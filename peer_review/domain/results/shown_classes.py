"""The voter classes of a subject as they are shown: those whose answers were merged stand together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from peer_review.domain.schemes.labels import class_label
from peer_review.protocol.frozen_scheme import FrozenScheme


@dataclass(frozen=True, slots=True)
class ShownClass:
    """One voter class, or several whose answers were merged, under the key of the first. weight: in percent, added."""

    key: str
    label: str
    weight: float
    anonymous: bool


def shown_classes(scheme: FrozenScheme, joined: Mapping[str, Sequence[str]]) -> tuple[ShownClass, ...]:
    """Return the classes of one subject, in the order of the scheme. `joined`: Result.joined."""
    inside = {key for keys in joined.values() for key in keys}
    lines = []
    for voters in scheme.classes:
        together = [scheme.voter_class(key) for key in joined.get(voters.key, [voters.key])]
        if voters.key in inside and voters.key not in joined:
            continue
        label = class_label(scheme.class_labels, [member.key for member in together])
        lines.append(
            ShownClass(voters.key, label, float(sum(member.weight for member in together)), together[0].anonymous)
        )
    return tuple(lines)
