"""What the manifest, the bulletin and receipts must say: each check a sentence and a function."""

import hashlib
import itertools
import re
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from peer_review.offline.verifier.encoding import Fault, canonical, fields, listed, parse, unbase64, unhex
from peer_review.offline.verifier.rules import CellRow, GroupRow, Head
from peer_review.offline.verifier.signatures import signed

#: A sentence in English and in Chinese, and the function that returns a note, or nothing, or raises a Fault.
Check = tuple[str, str, Callable[[], tuple[str, str] | None]]


class ManifestChecks:
    """The manifest as published at opening: its keys, and the fingerprint of the printed notice."""

    def __init__(self, data: bytes, *, expected: str = "") -> None:
        self.data, self.expected = data, expected
        self.fingerprint = ""
        self.round, self.receipt_key = "", b""
        self.keys: dict[str, rsa.RSAPublicKey] = {}

    def checks(self) -> list[Check]:
        """Return the checks, in order. Without the first, which reads, no other can be made."""
        checks: list[Check] = [("manifest and its keys", "密钥清单", self.read_manifest)]
        if self.expected:
            checks.append(("fingerprint of the printed notice", "与张贴的指纹一致", self.check_fingerprint))
        return checks

    def read_manifest(self) -> tuple[str, str]:
        value = fields(parse(self.data), "v", "round", "receipt_key", "box_key", "cells")
        if canonical(value) != self.data:
            raise Fault("not in canonical form", "不是规范形式")
        unhex(value["round"], 16)
        unbase64(value["receipt_key"], 32)
        unbase64(value["box_key"], 32)
        for cell in listed(value["cells"]):
            fields(cell, "cell", "spki")
            unhex(cell["cell"], 8)
            self.keys[cell["cell"]] = self.read_key(cell["cell"], cell["spki"])
        if len(self.keys) != len(value["cells"]) or len({cell["spki"] for cell in value["cells"]}) != len(self.keys):
            raise Fault("two cells share a name or a key", "有两个票格共用名称或密钥")
        self.round, self.receipt_key = value["round"], unbase64(value["receipt_key"])
        self.fingerprint = hashlib.sha256(self.data).hexdigest()
        return f"{len(self.keys)} cells, SHA-256 {self.fingerprint}", f"{len(self.keys)} 个票格"

    @staticmethod
    def read_key(cell: str, spki: object) -> rsa.RSAPublicKey:
        try:
            key = serialization.load_der_public_key(unbase64(spki))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise Fault(f"cell {cell}: not a public key", f"票格 {cell}：不是公钥") from error
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048 or key.public_numbers().e != 65537:
            raise Fault(f"cell {cell}: a key that may not be used", f"票格 {cell}：密钥不合要求")
        return key

    def check_fingerprint(self) -> None:
        if re.sub(r"[\s:-]", "", self.expected).lower() != self.fingerprint:
            raise Fault("the manifest has another fingerprint", "密钥清单的指纹不同")


#: What a cell's row says beside its name, how many were asked, and its fate.
FATES = {"counted": (), "merged": ("group",), "few": (), "void": ()}
#: The numbers of the whole round, which the head of version 2 tells.
TOTALS = ("people", "drawn", "counted")


class BulletinChecks:
    """The bulletin: signed by the round, made for this manifest, a tree over its cells, figures that can be.

    Version 1 has one list of leaves, each a ballot's. In version 2 each cell has a block of as many leaves as people
    were eligible, of ballots and of dummies; `cells` says what became of it. How many people drew and how many ballots
    count, its head tells of the whole round only.
    """

    def __init__(self, data: bytes, about: ManifestChecks) -> None:
        self.data, self.about = data, about
        self.head: Head = {"v": 1, "round": "", "manifest": "", "size": 0, "root": "", "cells": []}
        self.signature = b""
        self.cells: list[CellRow] = []
        self.groups: list[GroupRow] = []
        self.blocks: list[list[bytes]] = []  # one a cell; of version 1 one in all
        self.cell_of: dict[bytes, str] = {}  # the cell of each leaf; empty text in version 1

    def checks(self) -> list[Check]:
        """Return the checks, in order. Without the first, which reads, no other can be made."""
        return [
            ("form of the bulletin", "公告格式", self.read_bulletin),
            ("signature of the bulletin's head", "公告首部的签名", self.check_signature),
            ("bulletin belongs to this manifest", "公告与密钥清单对应", self.check_belonging),
            ("order of the leaves", "叶子的次序", self.check_order),
            ("root of the tree", "树根", self.check_root),
            ("numbers of people and of ballots that can be", "人数与票数相容", self.check_figures),
        ]

    def read_bulletin(self) -> tuple[str, str]:
        value = parse(self.data)
        version = value.get("v") if type(value) is dict else None
        if version == 2 and type(version) is int:
            self.read_version_2(value)
        else:
            self.read_version_1(value)
        return f"{len(self.cell_of)} leaves", f"{len(self.cell_of)} 个叶子"

    def read_version_1(self, parsed: object) -> None:
        value = fields(parsed, "v", "head", "sig", "leaves")
        fields(value["head"], "v", "round", "manifest", "size", "root", "cells")
        signature, head = unbase64(value["sig"], 64), value["head"]
        unhex(head["root"], 32)
        for cell in listed(head["cells"]):
            read_row(cell, "drawn", "counted")
        self.blocks = [[unhex(leaf, 32) for leaf in listed(value["leaves"])]]
        self.cells = [{"fate": "counted", **cell} for cell in head["cells"]]  # type: ignore[typeddict-item]
        self.cell_of = dict.fromkeys(self.blocks[0], "")
        self.head, self.signature = head, signature

    def read_version_2(self, parsed: object) -> None:
        value = fields(parsed, "v", "head", "sig", "cells", "groups", "blocks", version=2)
        head = fields(value["head"], "v", "round", "manifest", "floor", "size", "root", "groups", *TOTALS, version=2)
        signature = unbase64(value["sig"], 64)
        for name in ("manifest", "root", "groups"):
            unhex(head[name], 32)
        if any(type(head[name]) is not int or head[name] < 0 for name in ("floor", "size", *TOTALS)):
            raise Fault("a figure is not an integer", "有数字不是整数")
        for cell in listed(value["cells"]):
            fate = cell.get("fate") if type(cell) is dict else None
            if type(fate) is not str or fate not in FATES:
                raise Fault("a cell has no fate that is known", "有票格的去向不明")
            read_row(cell, "fate", *FATES[fate])
        for group in listed(value["groups"]):
            fields(group, "group", "columns")
            unhex(group["columns"], 32)
            if type(group["group"]) is not int:
                raise Fault("a figure is not an integer", "有数字不是整数")
        blocks = listed(value["blocks"])
        if len(blocks) != len(value["cells"]):
            raise Fault("the blocks are not those of the cells", "叶块与票格不符")
        for row, block in zip(value["cells"], blocks, strict=True):
            if type(block) is not str or len(block) % 64:
                raise Fault("a block is not whole", "有叶块不完整")
            leaves = [unhex(block[start : start + 64], 32) for start in range(0, len(block), 64)]
            self.blocks.append(leaves)
            self.cell_of.update(dict.fromkeys(leaves, row["cell"]))
        self.cells, self.groups = value["cells"], value["groups"]
        self.head, self.signature = head, signature  # type: ignore[assignment]  # its fields have been checked

    def check_signature(self) -> None:
        message = b"anon-bulletin/v1\n" + canonical(self.head)
        if not signed(self.about.receipt_key, self.signature, message):
            raise Fault("not signed by the round's key, or altered since", "不是本轮密钥签署，或签署后被改动")

    def check_belonging(self) -> None:
        if self.head["round"] != self.about.round:
            raise Fault("of another round", "属于另一轮测评")
        if self.head["manifest"] != self.about.fingerprint:
            raise Fault("made for another manifest: keys were changed", "对应另一份密钥清单：密钥被更换")
        if [cell["cell"] for cell in self.cells] != sorted(self.about.keys):
            raise Fault("its cells are not those of the manifest", "票格与密钥清单不符")

    def check_order(self) -> None:
        for number, leaves in enumerate(self.blocks):
            if self.head["v"] == 2 and len(leaves) != self.cells[number]["eligible"]:
                cell = self.cells[number]["cell"]
                raise Fault(f"cell {cell}: not a leaf for each who was eligible", f"票格 {cell}：叶子数与应有不符")
            for left, right in itertools.pairwise(leaves):
                if left == right:
                    raise Fault("a leaf is there twice", "有叶子重复")
                if left > right:
                    raise Fault("the leaves are not sorted", "叶子未按次序排列")

    def check_root(self) -> None:
        if self.head["v"] == 2:
            level = [block_hash(row, leaves) for row, leaves in zip(self.cells, self.blocks, strict=True)]
            groups = hashlib.sha256(b"anon-groups/v2|" + canonical(self.groups)).hexdigest()
            if groups != self.head["groups"]:
                raise Fault("it does not cover these merged groups", "首部与合并组不符")
        else:
            level = self.blocks[0]
        if self.head["size"] != len(level):
            raise Fault(
                f"the head says {self.head['size']} places, there are {len(level)}",
                f"首部称 {self.head['size']} 个，实有 {len(level)} 个",
            )
        while len(level) > 1:  # RFC 9162, 2.1: a last one without neighbour rises unchanged
            above = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
            level = above + level[len(level) - len(level) % 2 :]
        root = level[0] if level else hashlib.sha256(b"").digest()
        if root.hex() != self.head["root"]:
            raise Fault("it does not cover these leaves", "树根与叶子不符")

    def check_figures(self) -> tuple[str, str] | None:
        if self.head["v"] == 1:
            self.check_version_1()
            return None
        self.check_groups()
        self.check_totals()
        people, drawn, counted = (self.head[name] for name in TOTALS)  # type: ignore[literal-required]
        few = sum(cell["fate"] == "few" for cell in self.cells)
        return (
            f"{counted} ballots counted, {drawn} of {people} people had drawn; {few} cells with too few, destroyed",
            f"计入 {counted} 票，{people} 人中 {drawn} 人领取；{few} 个票格不足下限，已销毁",
        )

    def check_version_1(self) -> None:
        for cell in self.cells:
            if not 0 <= cell["counted"] <= cell["drawn"] <= cell["eligible"]:
                raise Fault(
                    f"cell {cell['cell']}: {cell['counted']} counted, {cell['drawn']} drawn of {cell['eligible']}",
                    f"票格 {cell['cell']}：计入 {cell['counted']}，领取 {cell['drawn']}，应有 {cell['eligible']}",
                )
        total = sum(cell["counted"] for cell in self.cells)
        if total != len(self.cell_of):
            raise Fault(f"the cells add up to {total}", f"各票格合计为 {total}")

    def check_groups(self) -> None:
        eligible: dict[int, int] = {}
        for cell in self.cells:
            if cell["fate"] == "merged":
                eligible[cell["group"]] = eligible.get(cell["group"], 0) + cell["eligible"]
        numbers = [group["group"] for group in self.groups]
        if numbers != list(range(1, len(numbers) + 1)) or eligible.keys() != set(numbers):
            raise Fault("the merged groups are not those of the cells", "合并组与票格不符")
        for number in numbers:
            if eligible[number] < self.head["floor"]:
                raise Fault(f"merged group {number}: under the floor", f"合并组 {number}：不足下限")

    def check_totals(self) -> None:
        head = self.head
        kept = sum(cell["eligible"] for cell in self.cells if cell["fate"] in ("counted", "merged"))
        if head["drawn"] > head["people"] or (head["people"] and not kept):
            raise Fault(
                f"{head['drawn']} people drew of {head['people']}", f"{head['people']} 人中有 {head['drawn']} 人领取"
            )
        if not head["floor"] * len(self.groups) <= head["counted"] <= kept:
            raise Fault(
                f"{head['counted']} ballots counted of {kept} that can be", f"至多 {kept} 票，却计入 {head['counted']}"
            )


def read_row(row: object, *names: str) -> None:
    """Read what the bulletin says of a cell: exactly these fields, and numbers where there are to be numbers."""
    value = fields(row, "cell", "eligible", *names)
    unhex(value["cell"], 8)
    numbers = [value[name] for name in ("eligible", *names) if name != "fate"]
    if any(type(number) is not int or number < 0 for number in numbers):
        raise Fault("a figure is not an integer", "有数字不是整数")


def block_hash(row: object, leaves: list[bytes]) -> bytes:
    """Return the hash of a cell in the tree."""
    return hashlib.sha256(b"\x00anon-block/v2|" + canonical(row) + b"|" + b"".join(leaves)).digest()


class ReceiptChecks:
    """Receipts that evaluators kept: signed by the round, and in the bulletin."""

    def __init__(self, data: bytes, about: BulletinChecks) -> None:
        self.data, self.about = data, about

    def checks(self) -> list[Check]:
        """Return the checks, in order."""
        return [("receipts", "回执", self.check_receipts)]

    def check_receipts(self) -> tuple[str, str]:
        manifest = self.about.about
        value = parse(self.data)
        if type(value) is dict and "receipts" in value:
            if value.get("fingerprint", manifest.fingerprint) != manifest.fingerprint:
                raise Fault("kept under another manifest", "回执对应另一份密钥清单")
            receipts = listed(value["receipts"])
        else:
            receipts = [value]
        known = self.about.cell_of
        counted = 0
        for receipt in receipts:
            leaf = unhex(fields(receipt, "v", "round", "leaf", "sig")["leaf"], 32)
            body = canonical({"v": 1, "round": receipt["round"], "leaf": receipt["leaf"]})
            if receipt["round"] != manifest.round:
                raise Fault("of another round", "属于另一轮测评")
            if not signed(manifest.receipt_key, unbase64(receipt["sig"], 64), b"anon-receipt/v1\n" + body):
                raise Fault(f"{leaf.hex()} was not signed by this round", f"{leaf.hex()} 不是本轮签发的回执")
            counted += leaf in known
        if counted != len(receipts):
            raise Fault(
                f"{counted} of {len(receipts)} in the bulletin (a ballot replaced by a later one is not)",
                f"{len(receipts)} 张中有 {counted} 张在公告中（被后来的票取代的不在）",
            )
        return f"{counted} of {len(receipts)} in the bulletin", f"{len(receipts)} 张中有 {counted} 张在公告中"
