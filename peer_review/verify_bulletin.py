#!/usr/bin/env python3
"""Check a published count without trusting whoever published it. 不依赖发布者，独立核验计票公告。

Needs Python 3.11 and the package `cryptography`, nothing else; copy this one file anywhere.

    python verify_bulletin.py --manifest manifest.json --bulletin bulletin.json
        [--ballots ballots.json] [--fingerprint HEX] [--receipt receipt.json] [--tally tally.json]

`--fingerprint` is the one on the printed notice: with it, keys that were swapped after opening show. `--ballots` is
what auditors receive: {"v": 1, "round": …, "entries": […]}. `--receipt` is a file an evaluator kept. `--tally` writes
the recomputed figures. One line a check; exit status 0 if all hold, 1 if one does not, 2 if a file cannot be read.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 16
TOKEN_PADDING = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)


class Fault(Exception):
    """A check that does not hold, in English and Chinese."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.english, self.chinese = english, chinese


# Encoding


def parse(data: bytes) -> Any:
    """Return the value of strict JSON: no duplicate key, no float, no true, false or null."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(value := dict(items)) != len(items):
            raise ValueError("duplicate key")
        return value

    def refuse(text: str) -> NoReturn:
        raise ValueError("not an integer")

    def integer(text: str) -> int:
        if len(text) > 17:
            raise ValueError("integer too long")
        return int(text)

    def inspect(value: Any, depth: int) -> None:
        kind = type(value)
        if kind is str:
            value.encode("utf-8")
        elif kind is int:
            if abs(value) > MAX_INTEGER:
                raise ValueError("integer too large")
        elif depth == 0 or kind not in (list, dict):
            raise ValueError("nested too deeply, or true, false or null")
        elif kind is list:
            for item in value:
                inspect(item, depth - 1)
        else:
            for key, item in value.items():
                key.encode("ascii")
                inspect(item, depth - 1)

    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=pairs, parse_float=refuse, parse_constant=refuse, parse_int=integer
        )
        inspect(value, MAX_DEPTH)
    except (ValueError, RecursionError) as error:
        raise Fault(f"not strict JSON ({error})", "不是严格的 JSON") from error
    return value


def canonical(value: Any) -> bytes:
    """Return the canonical text (RFC 8785) of a value that parse() let through."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def unbase64(text: Any, length: int | None = None) -> bytes:
    """Return the bytes of base64url without padding, in its one spelling."""
    if isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text) and len(text) % 4 != 1:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        respelled = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        if respelled == text and length in (None, len(data)):
            return data
    raise Fault("a value is not base64url of the right length", "有数据不是规定长度的 base64url")


def unhex(text: Any, length: int) -> bytes:
    """Return the bytes of lower-case hexadecimal."""
    if not isinstance(text, str) or not re.fullmatch(rf"[0-9a-f]{{{2 * length}}}", text):
        raise Fault("a value is not hexadecimal of the right length", "有数据不是规定长度的十六进制")
    return bytes.fromhex(text)


def fields(value: Any, *names: str) -> Any:
    """Return value if it is an object with exactly these fields and, where it has one, version 1."""
    if type(value) is not dict or set(value) != set(names):
        raise Fault(f"expected exactly the fields {', '.join(names)}", f"字段应恰好为 {'、'.join(names)}")
    if "v" in names and (type(value["v"]) is not int or value["v"] != 1):
        raise Fault("an unknown version", "版本不明")
    return value


def listed(value: Any) -> list[Any]:
    """Return value if it is a list."""
    if type(value) is not list:
        raise Fault("expected a list", "应为列表")
    return value


def signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether an Ed25519 signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# Checks


class Verifier:
    """Runs checks one by one, writes a line for each, remembers whether all held."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self.write = write
        self.sound = True
        self.fingerprint = ""
        self.manifest: dict[str, Any] = {}
        self.keys: dict[str, rsa.RSAPublicKey] = {}
        self.bulletin: dict[str, Any] = {}
        self.leaves: list[bytes] = []
        self.tally: dict[str, dict[str, dict[str, Any]]] = {}

    def check(self, english: str, chinese: str, what: Callable[[], tuple[str, str] | None]) -> bool:
        """Run one check, write its line, return whether it holds."""
        try:
            more = what()
        except Fault as fault:
            self.sound = False
            self.write(f"FAIL  {english}: {fault.english}  |  不通过：{chinese}：{fault.chinese}\n")
            return False
        note = (f" ({more[0]})", f"（{more[1]}）") if more else ("", "")
        self.write(f"ok    {english}{note[0]}  |  通过：{chinese}{note[1]}\n")
        return True

    def run(
        self, manifest: bytes, bulletin: bytes, ballots: bytes | None, receipt: bytes | None, expected: str
    ) -> bool:
        """Run every check for which there is a file; return whether all hold."""
        if not self.check("manifest and its keys", "密钥清单", lambda: self.read_manifest(manifest)):
            return False
        if expected:
            self.check(
                "fingerprint of the printed notice", "与张贴的指纹一致", lambda: self.check_fingerprint(expected)
            )
        if not self.check("form of the bulletin", "公告格式", lambda: self.read_bulletin(bulletin)):
            return False
        self.check("signature of the bulletin's head", "公告首部的签名", self.check_signature)
        self.check("bulletin belongs to this manifest", "公告与密钥清单对应", self.check_belonging)
        self.check("order of the leaves", "叶子的次序", self.check_order)
        self.check("root of the tree", "树根", self.check_root)
        self.check("counted ≤ drawn ≤ eligible in each cell", "各票格：计入 ≤ 领取 ≤ 应有", self.check_figures)
        if ballots is not None:
            self.check_ballots(ballots)
        if receipt is not None:
            self.check("receipts", "回执", lambda: self.check_receipts(receipt))
        return self.sound

    # Manifest and bulletin

    def read_manifest(self, data: bytes) -> tuple[str, str]:
        value = fields(parse(data), "v", "round", "receipt_key", "box_key", "cells")
        if canonical(value) != data:
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
        self.manifest, self.fingerprint = value, hashlib.sha256(data).hexdigest()
        return f"{len(self.keys)} cells, SHA-256 {self.fingerprint}", f"{len(self.keys)} 个票格"

    @staticmethod
    def read_key(cell: str, spki: Any) -> rsa.RSAPublicKey:
        try:
            key = serialization.load_der_public_key(unbase64(spki))
        except (ValueError, UnsupportedAlgorithm) as error:
            raise Fault(f"cell {cell}: not a public key", f"票格 {cell}：不是公钥") from error
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < 2048 or key.public_numbers().e != 65537:
            raise Fault(f"cell {cell}: a key that may not be used", f"票格 {cell}：密钥不合要求")
        return key

    def check_fingerprint(self, expected: str) -> None:
        if re.sub(r"[\s:-]", "", expected).lower() != self.fingerprint:
            raise Fault("the manifest has another fingerprint", "密钥清单的指纹不同")

    def read_bulletin(self, data: bytes) -> tuple[str, str]:
        value = fields(parse(data), "v", "head", "sig", "leaves")
        head = fields(value["head"], "v", "round", "manifest", "size", "root", "cells")
        unbase64(value["sig"], 64)
        unhex(head["root"], 32)
        for cell in listed(head["cells"]):
            fields(cell, "cell", "eligible", "drawn", "counted")
            if any(type(cell[name]) is not int for name in ("eligible", "drawn", "counted")):
                raise Fault("a figure is not an integer", "有数字不是整数")
        self.leaves = [unhex(leaf, 32) for leaf in listed(value["leaves"])]
        self.bulletin = value
        return f"{len(self.leaves)} ballots", f"{len(self.leaves)} 张票"

    @property
    def head(self) -> dict[str, Any]:
        head: dict[str, Any] = self.bulletin["head"]
        return head

    def check_signature(self) -> None:
        message = b"anon-bulletin/v1\n" + canonical(self.head)
        if not signed(unbase64(self.manifest["receipt_key"]), unbase64(self.bulletin["sig"]), message):
            raise Fault("not signed by the round's key, or altered since", "不是本轮密钥签署，或签署后被改动")

    def check_belonging(self) -> None:
        if self.head["round"] != self.manifest["round"]:
            raise Fault("of another round", "属于另一轮测评")
        if self.head["manifest"] != self.fingerprint:
            raise Fault("made for another manifest: keys were changed", "对应另一份密钥清单：密钥被更换")
        if [cell["cell"] for cell in self.head["cells"]] != sorted(self.keys):
            raise Fault("its cells are not those of the manifest", "票格与密钥清单不符")

    def check_order(self) -> None:
        for left, right in zip(self.leaves, self.leaves[1:], strict=False):
            if left == right:
                raise Fault("a leaf is there twice", "有叶子重复")
            if left > right:
                raise Fault("the leaves are not sorted", "叶子未按次序排列")

    def check_root(self) -> None:
        if self.head["size"] != len(self.leaves):
            raise Fault(
                f"the head says {self.head['size']} ballots, there are {len(self.leaves)}",
                f"首部称 {self.head['size']} 张，实有 {len(self.leaves)} 张",
            )
        level = self.leaves
        while len(level) > 1:  # RFC 9162, 2.1: a last one without neighbour rises unchanged
            above = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
            level = above + level[len(level) - len(level) % 2 :]
        root = level[0] if level else hashlib.sha256(b"").digest()
        if root.hex() != self.head["root"]:
            raise Fault("it does not cover these leaves", "树根与叶子不符")

    def check_figures(self) -> None:
        for cell in self.head["cells"]:
            if not 0 <= cell["counted"] <= cell["drawn"] <= cell["eligible"]:
                raise Fault(
                    f"cell {cell['cell']}: {cell['counted']} counted, {cell['drawn']} drawn of {cell['eligible']}",
                    f"票格 {cell['cell']}：计入 {cell['counted']}，领取 {cell['drawn']}，应有 {cell['eligible']}",
                )
        total = sum(cell["counted"] for cell in self.head["cells"])
        if total != len(self.leaves):
            raise Fault(f"the cells add up to {total}", f"各票格合计为 {total}")

    # Ballots

    def check_ballots(self, data: bytes) -> None:
        entries: list[Any] = []

        def read() -> tuple[str, str]:
            value = fields(parse(data), "v", "round", "entries")
            if value["round"] != self.manifest["round"]:
                raise Fault("of another round", "属于另一轮测评")
            for number, entry in enumerate(listed(value["entries"]), 1):
                self.read_entry(number, entry)
                entries.append(entry)
            return f"{len(entries)} ballots", f"{len(entries)} 张票"

        if not self.check("form of the ballots", "选票格式", read):
            return
        self.check("token of each ballot, for its cell", "每票的凭证与票格相符", lambda: self.check_tokens(entries))
        self.check("signature of each ballot", "每票的签名", lambda: self.check_signatures(entries))
        self.check("one ballot per credential", "每份凭证只计一票", lambda: self.check_unique(entries))
        self.check("no ballot dropped", "没有漏计的票", lambda: self.check_dropped(entries))
        self.check("no ballot added", "没有多出的票", lambda: self.check_added(entries))
        self.check("ballots in each cell", "各票格的票数", lambda: self.check_counts(entries))
        if self.sound:
            self.write_tally(entries)

    def read_entry(self, number: int, entry: Any) -> None:
        try:
            ballot = fields(
                fields(entry, "ballot", "sig", "tok")["ballot"], "v", "round", "cell", "pk", "pre", "rev", "a"
            )
            unhex(ballot["round"], 16)
            unhex(ballot["cell"], 8)
            unbase64(ballot["pk"], 32)
            unbase64(ballot["pre"], 32)
            unbase64(entry["sig"], 64)
            unbase64(entry["tok"])
            if type(ballot["rev"]) is not int or ballot["rev"] < 1 or type(ballot["a"]) is not dict:
                raise Fault("a field of the wrong kind", "有字段类型不对")
            if list(ballot["a"]) == ["text"] and type(ballot["a"]["text"]) is str:
                return  # A comment paper: words, not figures.
            if any(type(answer) is not int and answer != "dk" for answer in ballot["a"].values()):
                raise Fault("an answer is neither an integer nor dk", "答案既非整数也非“不了解”")
        except Fault as fault:
            raise Fault(f"ballot {number}: {fault.english}", f"第 {number} 张票：{fault.chinese}") from fault

    def check_tokens(self, entries: list[Any]) -> None:
        for number, entry in enumerate(entries, 1):
            ballot = entry["ballot"]
            key = self.keys.get(ballot["cell"])
            if ballot["round"] != self.manifest["round"] or key is None:
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

    def check_signatures(self, entries: list[Any]) -> None:
        for number, entry in enumerate(entries, 1):
            message = b"anon-ballot/v1\n" + canonical(entry["ballot"])
            if not signed(unbase64(entry["ballot"]["pk"]), unbase64(entry["sig"]), message):
                raise Fault(f"ballot {number}: altered after it was cast", f"第 {number} 张票：投出后被改动")

    def check_unique(self, entries: list[Any]) -> None:
        seen: dict[str, int] = {}
        for number, entry in enumerate(entries, 1):
            first = seen.setdefault(entry["ballot"]["pk"], number)
            if first != number:
                raise Fault(
                    f"ballots {first} and {number} spend the same credential",
                    f"第 {first} 张与第 {number} 张票使用同一凭证",
                )

    def check_dropped(self, entries: list[Any]) -> None:
        missing = set(self.leaves) - {leaf_of(entry) for entry in entries}
        if missing:
            raise Fault(
                f"{len(missing)} leaves of the bulletin have no ballot, first {min(missing).hex()}",
                f"公告中有 {len(missing)} 个叶子没有对应的票",
            )

    def check_added(self, entries: list[Any]) -> None:
        known = set(self.leaves)
        for number, entry in enumerate(entries, 1):
            if leaf_of(entry) not in known:
                raise Fault(f"ballot {number} is not in the bulletin", f"第 {number} 张票不在公告中")

    def check_counts(self, entries: list[Any]) -> None:
        found = Counter(entry["ballot"]["cell"] for entry in entries)
        for cell in self.head["cells"]:
            if found[cell["cell"]] != cell["counted"]:
                raise Fault(
                    f"cell {cell['cell']}: {cell['counted']} counted, {found[cell['cell']]} found",
                    f"票格 {cell['cell']}：公告计入 {cell['counted']}，实有 {found[cell['cell']]}",
                )

    def write_tally(self, entries: list[Any]) -> None:
        """Count again, cell by cell and criterion by criterion, and write the figures."""
        for entry in sorted(entries, key=lambda entry: entry["ballot"]["cell"]):
            criteria = self.tally.setdefault(entry["ballot"]["cell"], {})
            for criterion, answer in sorted(entry["ballot"]["a"].items()):
                figures = criteria.setdefault(criterion, {"n": 0, "abstentions": 0, "sum": 0, "distribution": {}})
                if criterion == "text" and type(answer) is str:
                    figures["n"] += 1
                elif answer == "dk":
                    figures["abstentions"] += 1
                else:
                    figures["n"] += 1
                    figures["sum"] += answer
                    figures["distribution"][str(answer)] = figures["distribution"].get(str(answer), 0) + 1
        self.write("tally, counted again  |  重新计票：\n")
        for cell, criteria in self.tally.items():
            for criterion, figures in criteria.items():
                figures["distribution"] = dict(sorted(figures["distribution"].items(), key=lambda pair: int(pair[0])))
                spread = " ".join(f"{score}×{count}" for score, count in figures["distribution"].items())
                self.write(
                    f"      {cell} {criterion}: n={figures['n']} dk={figures['abstentions']}"
                    f" sum={figures['sum']} [{spread}]\n"
                )

    # Receipts

    def check_receipts(self, data: bytes) -> tuple[str, str]:
        value = parse(data)
        if type(value) is dict and "receipts" in value:
            if value.get("fingerprint", self.fingerprint) != self.fingerprint:
                raise Fault("kept under another manifest", "回执对应另一份密钥清单")
            receipts = listed(value["receipts"])
        else:
            receipts = [value]
        known = set(self.leaves)
        counted = 0
        for receipt in receipts:
            leaf = unhex(fields(receipt, "v", "round", "leaf", "sig")["leaf"], 32)
            body = canonical({"v": 1, "round": receipt["round"], "leaf": receipt["leaf"]})
            if receipt["round"] != self.manifest["round"]:
                raise Fault("of another round", "属于另一轮测评")
            key = unbase64(self.manifest["receipt_key"])
            if not signed(key, unbase64(receipt["sig"], 64), b"anon-receipt/v1\n" + body):
                raise Fault(f"{leaf.hex()} was not signed by this round", f"{leaf.hex()} 不是本轮签发的回执")
            counted += leaf in known
        if counted != len(receipts):
            raise Fault(
                f"{counted} of {len(receipts)} counted (a ballot replaced by a later one is not)",
                f"{len(receipts)} 张中计入 {counted} 张（被后来的票取代的不计）",
            )
        return f"{counted} of {len(receipts)} counted", f"{len(receipts)} 张中计入 {counted} 张"


def leaf_of(entry: Any) -> bytes:
    """Return the leaf hash of an entry."""
    return hashlib.sha256(b"\x00" + canonical(entry)).digest()


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Verify a published count. 核验计票公告。")
    parser.add_argument("--manifest", type=Path, required=True, help="manifest.json as published at opening 密钥清单")
    parser.add_argument("--bulletin", type=Path, required=True, help="bulletin.json 公告")
    parser.add_argument("--ballots", type=Path, help="ballots.json, for auditors 全部选票")
    parser.add_argument("--fingerprint", default="", help="of the manifest, from the printed notice 张贴的指纹")
    parser.add_argument("--receipt", type=Path, help="receipt.json, kept by an evaluator 回执")
    parser.add_argument("--tally", type=Path, help="write the recomputed figures here 将重新计票的结果写入此文件")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        manifest, bulletin = options.manifest.read_bytes(), options.bulletin.read_bytes()
        ballots = options.ballots.read_bytes() if options.ballots else None
        receipt = options.receipt.read_bytes() if options.receipt else None
    except OSError as error:
        sys.stderr.write(f"cannot read {error.filename}: {error.strerror}  |  无法读取文件\n")
        return 2
    verifier = Verifier(sys.stdout.write)
    sound = verifier.run(manifest, bulletin, ballots, receipt, options.fingerprint)
    if sound and options.tally and ballots is not None:
        options.tally.write_text(json.dumps(verifier.tally, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(
        "All checks hold.  |  全部通过。\n" if sound else "NOT sound: see FAIL above.  |  核验不通过，见上。\n"
    )
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
