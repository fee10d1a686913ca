"""Which ratings can be compared at all: two groups that share neither a subject nor a rater measure on rulers of their
own, and no model knows how one ruler lies beside the other."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from .scales import Ints


def islands(codes: Sequence[Ints]) -> Ints:
    """Return the island of every rating, numbered from 0 in the order in which they first appear.

    Two ratings lie on one island if a chain of ratings leads from one to the other in which neighbours share a level,
    for every pair of factors. With two factors this is exact: within an island, and only there, differences of levels
    can be estimated. With more it is necessary: what is apart here is apart in truth.
    Shape: codes holds one (ratings,) a factor, levels numbered from 0; returns (ratings,).
    Source: Weeks and Williams, Technometrics 6 (1964), 319-324.
    """
    many = len(codes[0]) if codes else 0
    island = np.zeros(many, dtype=np.int64)
    for first, second in combinations(codes, 2):
        island = _numbered(island * (many + 1) + _pair(first, second))
    return island


def _pair(first: Ints, second: Ints) -> Ints:
    left, right = (int(code.max()) + 1 if len(code) else 0 for code in (first, second))
    edges = sparse.coo_array((np.ones(len(first)), (first, left + second)), shape=(left + right, left + right))
    _many, label = connected_components(edges.tocsr(), directed=False)
    return np.asarray(label, dtype=np.int64)[first]


def _numbered(label: Ints) -> Ints:
    _values, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    order = np.empty(len(first), dtype=np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    return order[inverse.reshape(-1)]
