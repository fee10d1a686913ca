"""What a merged group must be: ballots drawn for its cells, and the answers whose hash the bulletin has."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes

from peer_review.offline.verifier.ballot_checks import has_words
from peer_review.offline.verifier.bulletin_checks import BulletinChecks, Check
from peer_review.offline.verifier.encoding import Fault, canonical, fields, listed, parse, unbase64, unhex
from peer_review.offline.verifier.rules import Columns, Entry, GroupRow, MergedGroup
from peer_review.offline.verifier.signatures import TOKEN_PADDING


class MergedChecks:
    """The merged groups of merged.json, beside the ballots of the counted cells.

    That their answers are what the ballots said, nobody can check: signatures were destroyed at the count.
    """

    def __init__(self, data: bytes, about: BulletinChecks, entries: list[Entry]) -> None:
        self.data, self.about = data, about
        self.entries = entries
        self.spent = {entry["ballot"]["pk"] for entry in entries}
        self.groups: list[MergedGroup] = []

    def checks(self) -> list[Check]:
        """Return the checks, in order. Without the first, which reads, no other can be made."""
        return [
            ("form of the merged groups", "合并组格式", self.read_groups),
            ("answers of each merged group, as signed for", "各合并组的答案与签署一致", self.check_columns),
            ("token of each merged ballot, for its cell", "每张并入票的凭证与票格相符", self.check_ballots),
            ("ballots of all cells and groups", "全部票格和合并组的票数", self.check_total),
        ]

    @property
    def columns(self) -> list[Columns]:
        """The answers of the groups, in the order of their numbers."""
        return [group["columns"] for group in self.groups]

    def read_groups(self) -> tuple[str, str]:
        value = fields(parse(self.data), "v", "round", "groups", version=2)
        if value["round"] != self.about.about.round:
            raise Fault("of another round", "属于另一轮测评")
        for group in listed(value["groups"]):
            fields(group, "group", "salt", "columns", "ballots")
            read_columns(group["columns"])
            for ballot in listed(group["ballots"]):
                fields(ballot, "leaf", "cell", "pk", "pre", "tok")
            self.groups.append(group)
        if [group["group"] for group in self.groups] != [group["group"] for group in self.about.groups]:
            raise Fault("not the groups of the bulletin", "与公告中的合并组不符")
        return f"{len(self.groups)} groups", f"{len(self.groups)} 个合并组"

    def check_columns(self) -> None:
        for row, group in zip(self.about.groups, self.groups, strict=True):
            columns, number = group["columns"], row["group"]
            salted = b"anon-columns/v2|" + unbase64(group["salt"], 32) + b"|" + canonical(columns)
            merged = [cell for cell in self.about.cells if cell["fate"] == "merged"]
            cells = [cell["cell"] for cell in merged if cell["group"] == number]
            if hashlib.sha256(salted).hexdigest() != row["columns"]:
                raise Fault(f"group {number}: not the answers that were signed for", f"合并组 {number}：答案与签署不符")
            if columns["cells"] != cells or columns["counted"] < self.about.head["floor"]:
                raise Fault(f"group {number}: other cells or ballots", f"合并组 {number}：票格或票数不符")
            for column in columns["columns"].values():
                answers = column["answers"]
                if answers != sorted(answers) or len(answers) < self.about.head["floor"]:
                    raise Fault(f"group {number}: a column that cannot be", f"合并组 {number}：答案列不可能")
                if len(answers) + column["unknown"] != columns["counted"]:
                    raise Fault(f"group {number}: answers are missing", f"合并组 {number}：答案缺失")

    def check_ballots(self) -> None:
        for row, group in zip(self.about.groups, self.groups, strict=True):
            leaves = {unhex(ballot["leaf"], 32) for ballot in group["ballots"]}
            if not group["columns"]["counted"] == len(leaves) == len(group["ballots"]):
                raise Fault(f"group {row['group']}: another number of ballots", f"合并组 {row['group']}：票数不符")
            for ballot in group["ballots"]:
                self.check_ballot(row, ballot)

    def check_total(self) -> None:
        if self.about.head["v"] == 1:  # it tells of each cell how many were counted, which is checked there
            return
        counted, marks = self.about.head["counted"], sum(not has_words(entry) for entry in self.entries)
        found = marks + sum(len(group["ballots"]) for group in self.groups)
        if found != counted:
            raise Fault(f"{counted} counted, {found} found", f"公告计入 {counted}，实有 {found}")

    def check_ballot(self, row: GroupRow, ballot: dict[str, str]) -> None:
        """Check that a leaf lies in the block of its cell, and was drawn for it with a credential of its own."""
        manifest, cell = self.about.about, ballot["cell"]
        key = manifest.keys.get(cell)
        if key is None or self.about.cell_of.get(unhex(ballot["leaf"], 32)) != cell or ballot["pk"] in self.spent:
            raise Fault(f"group {row['group']}: a ballot that is none", f"合并组 {row['group']}：有票不成立")
        self.spent.add(ballot["pk"])
        name = f"anon-tok/v1|{manifest.round}|{cell}|".encode()
        message = unbase64(ballot["pre"], 32) + name + unbase64(ballot["pk"], 32)
        try:
            key.verify(unbase64(ballot["tok"]), message, TOKEN_PADDING, hashes.SHA384())
        except InvalidSignature as error:
            raise Fault(
                f"group {row['group']}: a token was not issued for cell {cell}",
                f"合并组 {row['group']}：凭证不是票格 {cell} 签发的",
            ) from error


def read_columns(value: object) -> None:
    """Read the answers of a merged group."""
    columns = fields(value, "cells", "counted", "columns")
    if type(columns["counted"]) is not int or type(columns["columns"]) is not dict:
        raise Fault("a field of the wrong kind", "有字段类型不对")
    for cell in listed(columns["cells"]):
        unhex(cell, 8)
    for column in columns["columns"].values():
        fields(column, "answers", "unknown")
        if any(type(answer) is not int for answer in [*listed(column["answers"]), column["unknown"]]):
            raise Fault("an answer is no integer", "有答案不是整数")
