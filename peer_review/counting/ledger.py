"""May one more figure be told? The mathematics of the ledger: no sum of figures that were ever told lays bare too few.

*Atoms* are what cannot be taken apart any further: the value of one voter class of one subject in one criterion. A
figure is a *statement*: weights over atoms. Whoever has read several can add them up with any weights, so what they
know is the row space of all statements. They lay bare a group of atoms if some sum is not zero, and zero everywhere
outside that group. The ledger refuses a statement after which such a group would be too small.

How it is decided. Everything told so far passed, so a sum that isolates holds the new statement, say once, and the
others with unknown weights. Each atom's weight in the sum is then an affine function of the unknowns. Atoms whose
functions are multiples of each other are in the sum together or not at all: a *lump*. What is not zero whatever the
unknowns are is in the group for certain. A lump that would make the group large enough cannot be in it: its function
is set to zero, which takes away an unknown, which makes larger lumps. What that leaves undecided is tried both ways,
the largest lump first. So the answer is exact; where it would take too long, it is a refusal.

Published bases (disclosure.part) lie apart, and each is large enough. A base in which the sum cannot cancel every
atom adds at least its smallest lump to the group: that alone settles most questions over large rounds.

Weights are fractions, taken modulo a large prime: no tolerance, and a false equality has a chance of one in 10^18.

The decision looks at sizes only, never at a mark, so a refusal tells nothing about any mark (simulatable auditing:
Kenthapadi, Mishra and Nissim, PODS 2005). Being asked the same again never changes an answer.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar, Generic, Protocol, Self, TypeVar

#: 2^61 - 1.
PRIME = (1 << 61) - 1
#: So many lumps are looked at before a question counts as too large: about a second.
BUDGET = 400_000
#: The new statement's place among the unknowns: its weight is 1.
_ONE = -1

#: Weights of a statement by atom, residues modulo PRIME.
Vector = dict[int, int]


class Verdict(Enum):
    """What the ledger says to a statement. NOTHING_NEW: it can be reckoned from what was told."""

    NOTHING_NEW = "nothing_new"
    SAFE = "safe"
    ISOLATES = "isolates"
    TOO_LARGE = "too_large"

    @property
    def allows(self) -> bool:
        return self in (Verdict.NOTHING_NEW, Verdict.SAFE)


class Support(Protocol):
    """How much stands behind a group of atoms. Never less for a larger group.

    amount: orders the supports of lumps of one base. adds: atoms of several bases, each of at least so great an amount
    as another of its base, have at least the size that the others have together.
    """

    adds: ClassVar[bool]

    @property
    def size(self) -> int: ...

    @property
    def amount(self) -> int: ...

    def join(self, other: Self) -> Self: ...


@dataclass(frozen=True, slots=True)
class Count:
    """So many answers."""

    size: int
    adds: ClassVar[bool] = True

    @property
    def amount(self) -> int:
        return self.size

    def join(self, other: Self) -> Self:
        return type(self)(self.size + other.size)


@dataclass(frozen=True, slots=True)
class Who:
    """Different sheets, or people: the same may stand behind several atoms."""

    who: frozenset[int]
    adds: ClassVar[bool] = False

    @property
    def size(self) -> int:
        return len(self.who)

    @property
    def amount(self) -> int:
        return len(self.who)

    def join(self, other: Self) -> Self:
        return type(self)(self.who | other.who)


@dataclass(frozen=True, slots=True)
class Beside:
    """Members by section, of which somebody knows any one section by heart, as its head does: the size is that of
    the rest. Shape: (section, members) pairs."""

    sections: tuple[tuple[int, int], ...]
    adds: ClassVar[bool] = True

    @property
    def size(self) -> int:
        sizes = [members for _section, members in self.sections]
        return sum(sizes) - max(sizes, default=0)

    @property
    def amount(self) -> int:
        return sum(members for _section, members in self.sections)

    def join(self, other: Self) -> Self:
        both = Counter(dict(self.sections))
        both.update(dict(other.sections))
        return type(self)(tuple(sorted(both.items())))


L = TypeVar("L", bound=Support)


def vector(weights: Mapping[int, Fraction | int]) -> Vector:
    """Return the weights modulo PRIME; atoms without weight are left out."""
    residues = {atom: _residue(Fraction(weight)) for atom, weight in weights.items()}
    return {atom: weight for atom, weight in residues.items() if weight}


class ShownStatements(Generic[L]):
    """What was told about one criterion.

    `bases`: vectors that share no atom, each large enough by itself. `supports`: for each measure the support of every
    atom; a group must be `enough` by all of them.
    """

    def __init__(self, bases: Iterable[Vector], *, supports: Sequence[Mapping[int, L]], enough: int) -> None:
        self.supports, self.enough = supports, enough
        self._known: set[int] = set()
        self._bases: list[Vector] = []
        self._base_of: dict[int, int] = {}
        self._told: list[Vector] = []
        self._told_of: defaultdict[int, list[int]] = defaultdict(list)
        for base in bases:
            if len(base) == 1:
                # An atom that is published by itself can be taken out of every sum.
                self._known |= base.keys()
                continue
            self._base_of |= dict.fromkeys(base, len(self._bases))
            self._bases.append(base)

    def add(self, statement: Vector) -> None:
        """Note a statement that was shown."""
        left = self._unknown_part(statement)
        if not left:
            return
        for atom in left:
            self._told_of[atom].append(len(self._told))
        self._told.append(left)

    def judge(self, statement: Vector, *, budget: int = BUDGET) -> Verdict:
        """Return whether a statement may be shown beside all that was told."""
        functions = self._functions(self._unknown_part(statement))
        if not functions:
            return Verdict.NOTHING_NEW
        if _vanishes(functions):
            return Verdict.NOTHING_NEW
        purse = _Purse(budget)
        try:
            for supports in self.supports:
                space = _Space(
                    {atom: (dict(function), supports[atom]) for atom, function in functions.items()}, len(self._bases)
                )
                if _isolates(space, self.enough, purse):
                    return Verdict.ISOLATES
        except _TooLargeError:
            return Verdict.TOO_LARGE
        return Verdict.SAFE

    def _unknown_part(self, statement: Vector) -> Vector:
        return {atom: weight for atom, weight in statement.items() if atom not in self._known}

    def _functions(self, asked: Vector) -> dict[int, Vector]:
        """Return each atom's weight in the sum as a function of the unknowns, for all atoms that what was told
        connects with `asked`. Unknowns are numbered: bases first, then statements."""
        functions: dict[int, Vector] = {}
        waiting, seen = list(asked), set(asked)
        rows: set[int] = set()
        while waiting:
            atom = waiting.pop()
            own = functions[atom] = {_ONE: asked[atom]} if atom in asked else {}
            met = [len(self._bases) + at for at in self._told_of.get(atom, ())]
            if atom in self._base_of:
                met.append(self._base_of[atom])
            for row in met:
                inside = self._bases[row] if row < len(self._bases) else self._told[row - len(self._bases)]
                own[row] = inside[atom]
                if row not in rows:
                    rows.add(row)
                    fresh = [unknown for unknown in inside if unknown not in seen]
                    waiting += fresh
                    seen.update(fresh)
        return functions


class _TooLargeError(Exception):
    """The purse is empty."""


class _Purse:
    """How much looking is left."""

    def __init__(self, budget: int) -> None:
        self.left = budget

    def spend(self, lumps: int) -> None:
        self.left -= lumps
        if self.left < 0:
            raise _TooLargeError


class _Space(Generic[L]):
    """All sums that are still possible, seen from the atoms: lumps, each with its function of the unknowns left.

    `fixed` is the lump that is in every sum, `must` those that are taken to be in.
    """

    def __init__(self, atoms: Mapping[int, tuple[Vector, L]], bases: int) -> None:
        self.bases = bases
        self.functions: dict[int, Vector] = {}
        self.support: dict[int, L] = {}
        self.must: set[int] = set()
        self._uses: defaultdict[int, set[int]] = defaultdict(set)
        self._named: dict[tuple[tuple[int, int], ...], int] = {}
        for lump, (function, support) in atoms.items():
            self._enter(lump, function, support)

    def copy(self) -> "_Space[L]":
        space: _Space[L] = _Space({}, self.bases)
        space.functions = {lump: dict(function) for lump, function in self.functions.items()}
        space.support, space.must, space._named = dict(self.support), set(self.must), dict(self._named)
        space._uses = defaultdict(set, {unknown: set(lumps) for unknown, lumps in self._uses.items()})
        return space

    @property
    def fixed(self) -> int | None:
        return self._named.get(_name({_ONE: 1}))

    def certain(self) -> L | None:
        """Return what is in every sum, as far as it was taken to be."""
        inside = self.must | ({self.fixed} if self.fixed is not None else set())
        return _join(self.support[lump] for lump in sorted(inside))

    def open_lumps(self) -> list[int]:
        """Return the lumps that are in some sums only."""
        return [lump for lump in self.functions if lump != self.fixed and lump not in self.must]

    def impose(self, function: Vector) -> bool:
        """Keep only the sums in which `function` is zero; return whether there are any."""
        if not function:
            return True
        unknowns = [unknown for unknown in function if unknown != _ONE]
        if not unknowns:
            return False
        # A base's unknown lives in its own atoms only: taking it first keeps every other function short.
        pivot = min(unknowns, key=lambda unknown: (unknown >= self.bases, len(self._uses[unknown]), unknown))
        inverse = _inverse(function[pivot])
        for lump in sorted(self._uses[pivot]):
            changed, support = self._leave(lump)
            factor = changed[pivot] * inverse % PRIME
            for unknown, weight in function.items():
                value = (changed.get(unknown, 0) - factor * weight) % PRIME
                if value:
                    changed[unknown] = value
                else:
                    changed.pop(unknown, None)
            taken = lump in self.must
            self.must.discard(lump)
            if changed:
                lump = self._enter(lump, changed, support)
                if taken:
                    self.must.add(lump)
            elif taken:
                return False
        return True

    def blocks(self) -> dict[int, list[int]]:
        """Return the lumps of each base whose unknown is still free, where there is more than one."""
        return {
            unknown: sorted(lumps)
            for unknown, lumps in self._uses.items()
            if 0 <= unknown < self.bases and len(lumps) > 1
        }

    def _enter(self, lump: int, function: Vector, support: L) -> int:
        """Put an atom or a lump in; return the lump in which it is now."""
        name = _name(function)
        if (there := self._named.get(name)) is not None:
            self.support[there] = self.support[there].join(support)
            return there
        self._named[name], self.functions[lump], self.support[lump] = lump, function, support
        for unknown in function:
            if unknown != _ONE:
                self._uses[unknown].add(lump)
        return lump

    def _leave(self, lump: int) -> tuple[Vector, L]:
        function = self.functions.pop(lump)
        del self._named[_name(function)]
        for unknown in function:
            if unknown != _ONE:
                self._uses[unknown].discard(lump)
        return function, self.support.pop(lump)


def _isolates(space: _Space[L], enough: int, purse: _Purse) -> bool:
    """Return whether a sum of the space is not zero on fewer than `enough` only, all of `must` among them.

    Raises: _TooLargeError.
    """
    while True:
        purse.spend(len(space.functions))
        certain = space.certain()
        if certain is not None and certain.size >= enough:
            return False
        large = [lump for lump in space.open_lumps() if _with(certain, space.support[lump]).size >= enough]
        if not large:
            if (settled := _by_blocks(space, certain, enough, purse)) is None:
                break
            if not settled:
                return False
            continue
        for lump in large:
            # Setting one to zero may have made another part of what is certain: then the next turn sees.
            still_open = lump in space.functions and lump != space.fixed and lump not in space.must
            if still_open and not space.impose(dict(space.functions[lump])):
                return False
    undecided = space.open_lumps()
    everything = _join([*(space.support[lump] for lump in undecided), *([certain] if certain is not None else [])])
    if everything is None or everything.size < enough:
        return True
    largest = max(undecided, key=lambda lump: (space.support[lump].size, space.support[lump].amount, -lump))
    without = space.copy()
    if without.impose(dict(space.functions[largest])) and _isolates(without, enough, purse):
        return True
    space.must.add(largest)
    return _isolates(space, enough, purse)


def _by_blocks(space: _Space[L], certain: L | None, enough: int, purse: _Purse) -> bool | None:
    """Look at bases instead of lumps: one in which the sum cannot cancel everything adds its smallest lump.

    Return False if that leaves no sum, True if it leaves fewer, None if it settles nothing.
    """
    touched: list[L] = []
    if_not_zero: dict[tuple[tuple[int, int], ...], tuple[Vector, list[L]]] = {}
    for unknown, lumps in space.blocks().items():
        purse.spend(len(lumps))
        smallest = min((space.support[lump] for lump in lumps), key=lambda support: support.amount)
        if not smallest.adds:
            return None
        if space.must.intersection(lumps):
            continue
        first, *others = (space.functions[lump] for lump in lumps)
        left = [_cancelled(first, other, unknown) for other in others]
        if any(function.keys() == {_ONE} for function in left):
            touched.append(smallest)
            continue
        for function in left:
            if_not_zero.setdefault(_name(function), (function, []))[1].append(smallest)
    certain = _join([*touched, *([certain] if certain is not None else [])])
    if certain is not None and certain.size >= enough:
        return False
    for function, supports in if_not_zero.values():
        added = _join(supports)
        if added is not None and _with(certain, added).size >= enough:
            # One at a time: the next may hold unknowns that this one replaces.
            return space.impose(function)
    return None


def _cancelled(first: Vector, other: Vector, unknown: int) -> Vector:
    """Return what is left of two functions when they are added so that `unknown` falls out."""
    mine, theirs = other[unknown], first[unknown]
    total = {
        term: (first.get(term, 0) * mine - other.get(term, 0) * theirs) % PRIME for term in first.keys() | other.keys()
    }
    return {term: weight for term, weight in total.items() if weight}


def _vanishes(functions: Mapping[int, Vector]) -> bool:
    """Return whether some sum is zero on every atom: the statement follows from what was told."""
    space = _Space({atom: (dict(function), Count(1)) for atom, function in functions.items()}, 1 << 60)
    while space.functions:
        lump = next(iter(space.functions))
        if not space.impose(dict(space.functions[lump])):
            return False
    return True


def _join(supports: Iterable[L]) -> L | None:
    union: L | None = None
    for support in supports:
        union = _with(union, support)
    return union


def _with(first: L | None, second: L) -> L:
    return second if first is None else first.join(second)


def _name(function: Vector) -> tuple[tuple[int, int], ...]:
    """Return the same for functions that are multiples of each other."""
    items = sorted(function.items())
    inverse = _inverse(items[0][1])
    return tuple((unknown, weight * inverse % PRIME) for unknown, weight in items)


@lru_cache(maxsize=1 << 16)
def _inverse(value: int) -> int:
    return pow(value, -1, PRIME)


def _residue(weight: Fraction) -> int:
    return weight.numerator % PRIME * _inverse(weight.denominator % PRIME) % PRIME
