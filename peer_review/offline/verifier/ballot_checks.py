"""What each ballot of a count must be, and how often each answer was given."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import TypedDict

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes

from peer_review.offline.verifier.bulletin_checks import BulletinChecks, Check
from peer_review.offline.verifier.encoding import Fault, canonical, fields, listed, parse, unbase64, unhex
from peer_review.offline.verifier.rules import Entry, MergedGroup
from peer_review.offline.verifier.signatures import TOKEN_PADDING, leaf_of, signed

#: What is in a ballot of each version beside its answers and its credential. Rounds that were counted before ballots
#: had salts have the first.
BALLOT_VERSIONS = {1: "rev", 2: "salt"}


class AnswerCount(TypedDict):
    """How often each answer to one criterion was given in one cell."""

    n: int
    abstentions: int
    sum: int
    distribution: dict[str, int]


class BallotChecks:
    """The ballots: each drawn for its cell, signed and in the bulletin; none dropped, none added."""

    def __init__(self, data: bytes, about: BulletinChecks, dummies: bytes | None = None) -> None:
        self.data, self.about, self.manifest, self.dummies = data, about, about.about, dummies
        self.entries: list[Entry] = []
        self.version = max(BALLOT_VERSIONS)

    def checks(self) -> list[Check]:
        """Return the checks, in order. Without the first, which reads, no other can be made."""
        return [
            ("form of the ballots", "选票格式", self.read_ballots),
            ("token of each ballot, for its cell", "每票的凭证与票格相符", self.check_tokens),
            ("signature of each ballot", "每票的签名", self.check_signatures),
            ("one ballot per credential", "每份凭证只计一票", self.check_unique),
            ("no ballot dropped", "没有漏计的票", self.check_dropped),
            ("no ballot added", "没有多出的票", self.check_added),
            ("number of ballots", "票数", self.check_counts),
        ]

    def read_ballots(self) -> tuple[str, str]:
        value = fields(parse(self.data), "v", "round", "entries")
        if value["round"] != self.manifest.round:
            raise Fault("of another round", "属于另一轮测评")
        entries = listed(value["entries"])
        if any(version_of(entry) == 1 for entry in entries[:1]):
            self.version = 1  # of all of them: no count has ballots of two versions
        for number, entry in enumerate(entries, 1):
            self.read_entry(number, entry)
            self.entries.append(entry)
        return f"{len(self.entries)} ballots", f"{len(self.entries)} 张票"

    def read_entry(self, number: int, entry: Entry) -> None:
        try:
            own = BALLOT_VERSIONS[self.version]
            names = ("v", "round", "cell", "pk", "pre", own, "a")
            ballot = fields(fields(entry, "ballot", "sig", "tok")["ballot"], *names, version=self.version)
            unhex(ballot["round"], 16)
            unhex(ballot["cell"], 8)
            unbase64(ballot["pk"], 32)
            unbase64(ballot["pre"], 32)
            unbase64(entry["sig"], 64)
            unbase64(entry["tok"])
            if own == "salt":
                unbase64(ballot["salt"], 32)
            elif type(ballot["rev"]) is not int or ballot["rev"] < 1:
                raise Fault("a field of the wrong kind", "有字段类型不对")
            if type(ballot["a"]) is not dict:
                raise Fault("a field of the wrong kind", "有字段类型不对")
            if list(ballot["a"]) == ["text"] and type(ballot["a"]["text"]) is str:
                return  # A comment paper: words, not figures.
            if any(type(answer) is not int and answer != "dk" for answer in ballot["a"].values()):
                raise Fault("an answer is neither an integer nor dk", "答案既非整数也非“不了解”")
        except Fault as fault:
            raise Fault(f"ballot {number}: {fault.english}", f"第 {number} 张票：{fault.chinese}") from fault

    def check_tokens(self) -> None:
        for number, entry in enumerate(self.entries, 1):
            ballot = entry["ballot"]
            key = self.manifest.keys.get(ballot["cell"])
            if ballot["round"] != self.manifest.round or key is None:
                raise Fault(f"ballot {number}: no such round or cell", f"第 {number} 张票：没有这一轮或票格")
            name = f"anon-tok/v1|{ballot['round']}|{ballot['cell']}|".encode()
            message = unbase64(ballot["pre"]) + name + unbase64(ballot["pk"])
            try:
                key.verify(unbase64(entry["tok"]), message, TOKEN_PADDING, hashes.SHA384())
            except InvalidSignature as error:
                raise Fault(
                    f"ballot {number}: its token was not issued for cell {ballot['cell']}",
                    f"第 {number} 张票：凭证不是票格 {ballot['cell']} 签发的",
                ) from error

    def check_signatures(self) -> None:
        for number, entry in enumerate(self.entries, 1):
            message = f"anon-ballot/v{self.version}\n".encode() + canonical(entry["ballot"])
            if not signed(unbase64(entry["ballot"]["pk"]), unbase64(entry["sig"]), message):
                raise Fault(f"ballot {number}: altered after it was cast", f"第 {number} 张票：投出后被改动")

    def check_unique(self) -> None:
        seen: dict[str, int] = {}
        for number, entry in enumerate(self.entries, 1):
            first = seen.setdefault(entry["ballot"]["pk"], number)
            if first != number:
                raise Fault(
                    f"ballots {first} and {number} spend the same credential",
                    f"第 {first} 张与第 {number} 张票使用同一凭证",
                )

    def check_dropped(self) -> tuple[str, str] | None:
        """Each leaf of a counted cell is a ballot's or an opened dummy's. Without openings only numbers can be held."""
        if self.about.head["v"] == 2 and self.dummies is None:
            return "dummies not opened: by number only", "未提供填充项，仅核对数量"
        missing = self.counted_leaves() - {leaf_of(entry) for entry in self.entries} - self.open_dummies()
        if missing:
            raise Fault(
                f"{len(missing)} leaves of the bulletin have no ballot, first {min(missing).hex()}",
                f"公告中有 {len(missing)} 个叶子没有对应的票",
            )
        return None

    def counted_leaves(self) -> set[bytes]:
        """Return the leaves of all counted cells."""
        fates = {cell["cell"]: cell["fate"] for cell in self.about.cells} | {"": "counted"}
        return {leaf for leaf, cell in self.about.cell_of.items() if fates[cell] == "counted"}

    def open_dummies(self) -> set[bytes]:
        """Return the leaves of the dummies of counted cells. What is neither theirs nor a ballot's has been dropped."""
        found: set[bytes] = set()
        if self.dummies is None:
            return found
        value = fields(parse(self.dummies), "v", "round", "cells", version=2)
        if value["round"] != self.manifest.round or type(value["cells"]) is not dict:
            raise Fault("dummies of another round", "填充项属于另一轮测评")
        for cell in self.about.cells:
            if cell["fate"] != "counted":
                continue
            openings = listed(value["cells"].get(cell["cell"], []))
            leaves = {hashlib.sha256(b"\x00anon-dummy/v2|" + unbase64(opening, 32)).digest() for opening in openings}
            if len(leaves) != len(openings) or any(self.about.cell_of.get(leaf) != cell["cell"] for leaf in leaves):
                raise Fault(
                    f"cell {cell['cell']}: other dummies than its block has", f"票格 {cell['cell']}：填充项不符"
                )
            found |= leaves
        return found

    def check_added(self) -> None:
        known = self.counted_leaves()
        for number, entry in enumerate(self.entries, 1):
            leaf = leaf_of(entry)
            if leaf not in known or self.about.cell_of[leaf] not in ("", entry["ballot"]["cell"]):
                raise Fault(f"ballot {number} is not in the bulletin", f"第 {number} 张票不在公告中")

    def check_counts(self) -> None:
        """Version 1 tells a number for each cell, version 2 one of all ballots for marks, merged ones among them."""
        if self.about.head["v"] == 2:
            marks, counted = sum(not has_words(entry) for entry in self.entries), self.about.head["counted"]
            groups = len(self.about.groups)
            if marks > counted - groups * self.about.head["floor"] or (not groups and marks < counted):
                raise Fault(f"{counted} counted, {marks} found", f"公告计入 {counted}，实有 {marks}")
            return
        counts = Counter(entry["ballot"]["cell"] for entry in self.entries)
        for cell in self.about.cells:
            if cell["fate"] == "counted" and counts[cell["cell"]] != cell["counted"]:
                raise Fault(
                    f"cell {cell['cell']}: {cell['counted']} counted, {counts[cell['cell']]} found",
                    f"票格 {cell['cell']}：公告计入 {cell['counted']}，实有 {counts[cell['cell']]}",
                )

    def count_answers(self) -> dict[str, dict[str, AnswerCount]]:
        """Return how often each answer was given, cell by cell and criterion by criterion."""
        tally: dict[str, dict[str, AnswerCount]] = {}
        for entry in sorted(self.entries, key=lambda entry: entry["ballot"]["cell"]):
            criteria = tally.setdefault(entry["ballot"]["cell"], {})
            for criterion, answer in sorted(entry["ballot"]["a"].items()):
                figures = criteria.setdefault(criterion, {"n": 0, "abstentions": 0, "sum": 0, "distribution": {}})
                if criterion == "text" and type(answer) is str:
                    figures["n"] += 1
                elif answer == "dk":
                    figures["abstentions"] += 1
                elif isinstance(answer, int):
                    figures["n"] += 1
                    figures["sum"] += answer
                    figures["distribution"][str(answer)] = figures["distribution"].get(str(answer), 0) + 1
        for criteria in tally.values():
            for figures in criteria.values():
                figures["distribution"] = dict(sorted(figures["distribution"].items(), key=lambda pair: int(pair[0])))
        return tally


def version_of(entry: object) -> object:
    """Return what an entry, whatever it is, says its ballot's version is."""
    ballot = entry.get("ballot") if isinstance(entry, dict) else None
    return ballot.get("v") if isinstance(ballot, dict) else None


def has_words(entry: Entry) -> bool:
    """Return whether a ballot is a comment paper: its one answer is a text."""
    return type(entry["ballot"]["a"].get("text")) is str


def ballots_by_cell(entries: Iterable[Entry], groups: Iterable[MergedGroup] = ()) -> Counter[str]:
    """Return how many ballots of each cell are kept. A comment paper without words is none."""
    counts = Counter(
        entry["ballot"]["cell"]
        for entry in entries
        if not has_words(entry) or str(entry["ballot"]["a"]["text"]).strip()
    )
    return counts + Counter(ballot["cell"] for group in groups for ballot in group["ballots"])
