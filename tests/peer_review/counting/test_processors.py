"""One answer on every processor: other kernels, other threads, other loops, rows in another order, the same figures."""

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.peer_review.counting import designs

ROOT = Path(__file__).resolve().parents[3]
#: What a processor must know before OpenBLAS runs a kernel on it; where it does not, another is taken.
NEEDS = {"Haswell": "avx2", "Zen": "avx2", "SkylakeX": "avx512f", "Prescott": "sse3"}
#: What OpenBLAS calls the kernel that then runs: Zen has those of Haswell unless it was built with its own, and of
#: several processors that share the oldest kernel the first is named.
NAMES = {
    "Haswell": {"Haswell"},
    "Zen": {"Zen", "Haswell"},
    "SkylakeX": {"SkylakeX"},
    "Prescott": {"Prescott", "Katmai"},
}


@pytest.fixture(scope="module")
def here() -> dict[str, Any]:
    """What is published on this computer as it is."""
    return designs.published()


def elsewhere(shuffle: int, **environment: str) -> dict[str, Any]:
    """Return what is published by another process in this environment."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.peer_review.counting.designs", str(shuffle)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, check=True)
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def is_known_to_this_processor(feature: str) -> bool:
    flags = Path("/proc/cpuinfo")
    # Linux calls SSE3 by the name of its first processor.
    return flags.exists() and {"sse3": "pni"}.get(feature, feature) in flags.read_text().split()


@pytest.mark.parametrize(
    ("kernel", "threads"),
    [
        ("Haswell", 2),
        *(pytest.param(*case, marks=pytest.mark.long) for case in (("Haswell", 1), ("SkylakeX", 2), ("Zen", 1))),
        pytest.param("Prescott", 2, marks=pytest.mark.long),
    ],
)
def test_same_is_published_with_every_kernel_and_number_of_threads(
    kernel: str, threads: int, here: dict[str, Any]
) -> None:
    made = elsewhere(threads, OPENBLAS_CORETYPE=kernel, OPENBLAS_NUM_THREADS=str(threads))
    if not made["kernels"]:
        warnings.warn(f"no OpenBLAS here: {kernel} was not run", stacklevel=1)
    elif is_known_to_this_processor(NEEDS[kernel]):
        assert NAMES[kernel].issuperset(made["kernels"])
    else:
        warnings.warn(f"this processor cannot run {kernel}: {made['kernels']} was run", stacklevel=1)
    assert made["rounds"] == here


def test_same_is_published_by_a_processor_that_knows_little(here: dict[str, Any]) -> None:
    """The oldest kernel, and numpy's own loops without what newer processors add."""
    from numpy._core._multiarray_umath import __cpu_dispatch__

    made = elsewhere(
        3,
        OPENBLAS_CORETYPE="Prescott",
        OPENBLAS_NUM_THREADS="1",
        NPY_DISABLE_CPU_FEATURES=" ".join(__cpu_dispatch__),
        GLIBC_TUNABLES="glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4",
    )
    assert made["rounds"] == here


def test_verifier_agrees_with_every_figure(here: dict[str, Any]) -> None:
    assert [(name, one["faults"], one["unlike"]) for name, one in here.items() if one["faults"] or one["unlike"]] == []


def test_designs_hold_what_could_turn_on_a_last_bit(here: dict[str, Any]) -> None:
    """No search ends nowhere: marks that are explained without a rest have adjusted scores too."""
    assert {one["figures"]["unit adjusted reason"] for name, one in here.items() if "chance" not in name} == {
        "",
        "papers",
    }
    assert sum(one["figures"]["unit adjusted reason"] == "" for one in here.values()) > len(here) / 2
