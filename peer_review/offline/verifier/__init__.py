"""Check a published count without trusting whoever published it. 不依赖发布者，独立核验计票公告。

Needs Python 3.11 and the package `cryptography`, nothing else; copy this one file anywhere.

    python verify_bulletin.py --manifest manifest.json --bulletin bulletin.json
        [--ballots ballots.json] [--fingerprint HEX] [--receipt receipt.json] [--tally tally.json]
    python verify_bulletin.py --recount [PACKAGE] [--fingerprint HEX]

`--fingerprint` is the one on the printed notice: with it, keys that were swapped after opening show. `--ballots` is
what auditors receive: {"v": 1, "round": …, "entries": […]}. `--receipt` is a file an evaluator kept. `--tally` writes
how often each answer was given in each cell. One line a check; exit status 0 if all hold, 1 if one does not, 2 if a
file cannot be read.

`--recount` takes the auditor's package, as a zip or unpacked, or the folder one is in; single files may be named
instead (`--scheme`, `--roll`, `--figures`). It runs every check, computes every published figure anew from the ballots
under the rules that the round froze, and compares both to the last digit. The rules are written here once more, in
whole numbers and exact fractions; nothing is shared with the software that published.
"""
