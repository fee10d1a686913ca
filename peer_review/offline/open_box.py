#!/usr/bin/env python3
"""Make a box key, or derive what opens a box, off the server. 在服务器之外制作票箱密钥、推导开箱密钥。

Needs Python 3.11 and the package `cryptography`, nothing else; copy this one file anywhere. It opens no connection and
stores no key: the key, or enough shares of it, is typed at the terminal and forgotten at the end.

    python open_box.py make-key [--shares 3 --threshold 2]
        Makes a key and shows its public half, for the scrutineer's page, then the key itself, or one share after the
        other, each once.
    python open_box.py open box-rows.json [--out box-keys.jsonl]
        Reads the rows that the page hands out and writes one content key a row, for the page to take in. Stopped, it
        goes on where it stopped. Whoever has the written file and the box can read the ballots, though not whose they
        are: delete it after use.

Exit status 0 if all is done, 1 if the key is not the box's, 2 if a file cannot be read or written.
"""

import argparse
import base64
import getpass
import hashlib
import json
import re
import secrets
import sys
import time
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_LENGTH = 32
WHOLE_CHARACTERS, SHARE_CHARACTERS = 56, 64
MAX_SHARES = 16
#: Rows to a line of the file: what an interruption loses at most.
CHUNK = 500
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {letter: value for value, letter in enumerate(CROCKFORD)} | {"O": 0, "I": 1, "L": 1}
IGNORED = re.compile("[ \t\r\n\\-\u2010\u2011\u2013\u2014\uff0d\u3000\u00a0.\u00b7]")


class Fault(Exception):
    """Something is wrong, in English and Chinese, and ends the run with this status."""

    def __init__(self, english: str, chinese: str, status: int = 1) -> None:
        super().__init__(english)
        self.english, self.chinese, self.status = english, chinese, status


class Share(NamedTuple):
    """One share of a key; `tag` is that of the key's public half."""

    tag: bytes
    threshold: int
    number: int
    value: bytes


def say(english: str, chinese: str) -> None:
    """Write one line in both languages."""
    sys.stdout.write(f"{english}  |  {chinese}\n")
    sys.stdout.flush()


# Codes that people type


def group(data: bytes) -> str:
    """Return bytes in Crockford's base 32, in groups of four."""
    number = int.from_bytes(data, "big")
    code = "".join(CROCKFORD[number >> shift & 31] for shift in range(8 * len(data) - 5, -1, -5))
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def ungroup(text: str) -> bytes:
    """Return the bytes of a typed key or share."""
    typed = IGNORED.sub("", text.upper())
    for at, letter in enumerate(typed, start=1):
        if letter not in VALUES:
            raise Fault(f"character {at} never occurs in a key", f"第 {at} 个字符不会出现在密钥中")
    if len(typed) not in (WHOLE_CHARACTERS, SHARE_CHARACTERS):
        raise Fault(
            f"a key has {WHOLE_CHARACTERS} characters and a share {SHARE_CHARACTERS}; these are {len(typed)}",
            f"密钥有 {WHOLE_CHARACTERS} 个字符，份额有 {SHARE_CHARACTERS} 个；输入了 {len(typed)} 个",
        )
    number = 0
    for letter in typed:
        number = number << 5 | VALUES[letter]
    data = number.to_bytes(len(typed) * 5 // 8, "big")
    label = b"anon-box-key/v1|" if len(typed) == WHOLE_CHARACTERS else b"anon-box-share/v1|"
    if hashlib.sha256(label + data[:-3]).digest()[:3] != data[-3:]:
        raise Fault("a character is wrong: compare group by group", "有字符输错，请逐组核对")
    return data[:-3]


def read_share(data: bytes) -> Share:
    """Return the share in these bytes."""
    share = Share(data[1:3], data[3], data[4], data[5:])
    if data[0] != 1 or not 2 <= share.threshold <= MAX_SHARES or not 1 <= share.number <= MAX_SHARES:
        raise Fault("not a share of this version", "不是本版本的份额")
    return share


def write_share(share: Share) -> str:
    """Return a share as its holder keeps it."""
    body = b"\x01" + share.tag + bytes([share.threshold, share.number]) + share.value
    return group(body + hashlib.sha256(b"anon-box-share/v1|" + body).digest()[:3])


# Shares: Shamir's, over GF(2^8) with the polynomial 0x11b


def multiply(left: int, right: int) -> int:
    """Return the product of two field elements."""
    product = 0
    for _bit in range(8):
        product ^= left * (right & 1)
        left = left << 1 ^ 0x11B * (left >> 7)
        right >>= 1
    return product


def invert(element: int) -> int:
    """Return what an element is to be multiplied with to give 1: its power 254."""
    result = 1
    for _step in range(254):
        result = multiply(result, element)
    return result


def join(shares: tuple[Share, ...]) -> bytes:
    """Return the value at 0 of the polynomials through these shares."""
    total = bytes(KEY_LENGTH)
    for share in shares:
        weight = 1
        for other in shares:
            if other is not share:
                weight = multiply(weight, multiply(other.number, invert(share.number ^ other.number)))
        total = bytes(summed ^ multiply(weight, byte) for summed, byte in zip(total, share.value, strict=True))
    return total


def split(secret: bytes, threshold: int, shares: int) -> list[Share]:
    """Return shares of a key of which any `threshold` give it back."""
    rest = [secrets.token_bytes(KEY_LENGTH) for _ in range(threshold - 1)]
    parts = []
    for number in range(1, shares + 1):
        value = bytes(KEY_LENGTH)
        for coefficient in [*reversed(rest), secret]:
            value = bytes(multiply(byte, number) ^ more for byte, more in zip(value, coefficient, strict=True))
        parts.append(Share(tag_of(public_of(secret)), threshold, number, value))
    return parts


def public_of(secret: bytes) -> bytes:
    """Return the public half of a key."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def tag_of(public: bytes) -> bytes:
    """Return what shares of the key with this public half have in common."""
    return hashlib.sha256(b"anon-box-tag/v1|" + public).digest()[:2]


# Files


def base64url(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unbase64(text: object) -> bytes:
    """Return the 32 bytes of base64url without padding, in its one spelling."""
    if isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]{43}", text):
        data = base64.urlsafe_b64decode(text + "=")
        if base64url(data) == text:
            return data
    raise ValueError("not 32 bytes in base64url")


class Rows(NamedTuple):
    """What the page hands out: the rows of one box, and which key they were sealed for."""

    round_id: str
    box: bytes
    rows: list[tuple[str, bytes]]


def read_rows(path: Path) -> Rows:
    """Return the contents of a rows file."""
    try:
        value = json.loads(path.read_bytes())
        if value["v"] != 1 or not re.fullmatch(r"[0-9a-f]{32}", value["round"]):
            raise ValueError("unknown version")
        rows = [(row["id"], unbase64(row["epk"])) for row in value["rows"]]
        if any(not re.fullmatch(r"[0-9a-f]{32}", row_id) for row_id, _epk in rows):
            raise ValueError("a row without a name")
        return Rows(value["round"], unbase64(value["box"]), rows)
    except OSError as error:
        raise Fault(f"cannot read {path}: {error.strerror}", f"无法读取 {path}", 2) from error
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(f"{path} is not a file of rows", f"{path} 不是票箱行文件", 2) from error


def kept_keys(path: Path, header: dict[str, object]) -> set[str]:
    """Return the names of the rows whose keys an earlier run has written; a line cut short is taken away."""
    if not path.exists():
        path.write_text(json.dumps(header) + "\n", encoding="ascii")
        return set()
    with path.open("r+b") as file:
        data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        file.truncate(len(whole))
    try:
        first, *lines = [json.loads(line) for line in whole.splitlines()] or [header]
        if first != header:
            raise Fault(f"{path} belongs to another box: name another file", f"{path} 属于另一个票箱，请另指定文件", 2)
        if not whole:
            path.write_text(json.dumps(header) + "\n", encoding="ascii")
        return {row_id for line in lines for row_id in line["keys"]}
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(f"{path} is damaged: delete it and start again", f"{path} 已损坏，请删除后重新开始", 2) from error


# The terminal


def ask(english: str, chinese: str) -> str:
    """Return what is typed, which a terminal does not show; "" at the end of the input."""
    prompt = f"{english}  |  {chinese}: "
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    sys.stdout.write(prompt + "\n")
    sys.stdout.flush()
    return sys.stdin.readline().strip()


def ask_key(box: bytes) -> bytes:
    """Return the key of this box, from one code or from shares.

    Slips are told and asked again; an empty line gives up.
    """
    shares: list[Share] = []
    while True:
        typed = ask("The key, or a share of it; empty to stop", "密钥或一个份额；留空则停止")
        if not typed:
            raise Fault("stopped: no key", "已停止：没有密钥")
        try:
            data = ungroup(typed)
            if len(data) == KEY_LENGTH:
                if public_of(data) != box:
                    raise Fault("this is not the key of this box", "这不是本票箱的密钥")
                return data
            secret = take_share(shares, read_share(data), box)
        except Fault as fault:
            say(f"Not taken: {fault.english}", f"未接受：{fault.chinese}")
            continue
        if secret is not None:
            return secret


def take_share(shares: list[Share], share: Share, box: bytes) -> bytes | None:
    """Put a share to the others; return the key if they make it, and say what is missing if not."""
    if share.tag != tag_of(box):
        raise Fault("a share of another key: of another round, or replaced", "属于另一把密钥：别轮的，或已作废的")
    if share in shares:
        raise Fault(f"share {share.number} has been typed already", f"份额 {share.number} 已输入过")
    shares.append(share)
    numbers = {taken.number for taken in shares}
    if (missing := share.threshold - len(numbers)) > 0:
        say(f"Share {share.number} taken, {missing} more needed", f"已接受份额 {share.number}，还需 {missing} 个")
        return None
    for chosen in combinations(shares, share.threshold):
        if len({part.number for part in chosen}) == share.threshold and public_of(secret := join(chosen)) == box:
            return secret
    listed = ", ".join(str(number) for number in sorted(numbers))
    raise Fault(
        f"shares {listed} do not make the key, one is false: type one more",
        f"份额 {listed} 不能合成密钥，其中有误：请再输入一个",
    )


# What it does


def open_rows(source: Path, target: Path) -> None:
    """Write a content key for every row of `source` that `target` does not hold yet."""
    box = read_rows(source)
    header = {"v": 1, "round": box.round_id, "box": base64url(box.box)}
    secret = ask_key(box.box)
    try:
        kept = kept_keys(target, header)
        left = [row for row in box.rows if row[0] not in kept]
        derive(secret, box, left, target)
    except OSError as error:
        raise Fault(f"cannot write {target}: {error.strerror}", f"无法写入 {target}", 2) from error
    say(f"All {len(box.rows)} keys are in {target}", f"全部 {len(box.rows)} 个密钥已写入 {target}")
    say("Give this file to the scrutineer's page, then delete it", "请在监票人页面提交此文件，随后删除")


def derive(secret: bytes, box: Rows, rows: list[tuple[str, bytes]], target: Path) -> None:
    """Append the rows' content keys to the file, a line a chunk, and say how far it is."""
    private = X25519PrivateKey.from_private_bytes(secret)
    info = b"anon-seal/v1|" + box.round_id.encode("ascii")
    done, total, start = len(box.rows) - len(rows), len(box.rows), time.monotonic()
    with target.open("a", encoding="ascii") as file:
        for at in range(0, len(rows), CHUNK):
            keys = {}
            for row_id, epk in rows[at : at + CHUNK]:
                try:
                    shared = private.exchange(X25519PublicKey.from_public_bytes(epk))
                except ValueError as error:
                    raise Fault(f"row {row_id} can be opened by no key", f"行 {row_id} 无法用任何密钥打开") from error
                kdf = HKDF(algorithm=hashes.SHA256(), length=KEY_LENGTH, salt=epk + box.box, info=info)
                keys[row_id] = base64url(kdf.derive(shared))
            file.write(json.dumps({"keys": keys}, separators=(",", ":")) + "\n")
            file.flush()
            done += len(keys)
            rate = (at + len(keys)) / max(time.monotonic() - start, 0.001)
            say(f"{done} of {total} keys, {rate:.0f} a second", f"已推导 {done}/{total}，每秒 {rate:.0f} 个")


def make_key(threshold: int, shares: int) -> None:
    """Show a fresh key once: its public half, and the key or its shares, each for its holder alone."""
    if shares != 1 and not 2 <= threshold <= shares <= MAX_SHARES:
        raise Fault(
            f"2 <= threshold <= shares <= {MAX_SHARES}, or one share",
            f"应为 2 ≤ 门限 ≤ 份数 ≤ {MAX_SHARES}，或只有一份",
            2,
        )
    secret = X25519PrivateKey.generate().private_bytes_raw()
    public = public_of(secret)
    say("Public half, for the scrutineer's page", "公钥，填入监票人页面")
    sys.stdout.write(f"{base64url(public)}\n\n")
    say("Losing the key, or too many shares of it, loses the round", "丢失密钥或过多份额，本轮即告作废")
    if shares == 1:
        show("The whole key: write it down", "完整密钥：请抄写", group(whole_code(secret)))
        return
    for share in split(secret, threshold, shares):
        say(
            f"\nCall the holder of share {share.number}; nobody else looks",
            f"请份额 {share.number} 的持有人上前，其他人回避",
        )
        pause()
        kind = f"Share {share.number} of {shares}, {threshold} open the box"
        show(kind, f"份额 {share.number}/{shares}，{threshold} 份可开箱", write_share(share))


def whole_code(secret: bytes) -> bytes:
    """Return a whole key with its checksum."""
    return secret + hashlib.sha256(b"anon-box-key/v1|" + secret).digest()[:3]


def show(english: str, chinese: str, code: str) -> None:
    """Show one code until its holder has written it down; a terminal is wiped afterwards."""
    say(english, chinese)
    sys.stdout.write(f"{code}\n")
    pause()
    if sys.stdout.isatty():
        sys.stdout.write("\x1b[2J\x1b[3J\x1b[H")  # The screen and what was scrolled away.


def pause() -> None:
    """Wait for Enter, where somebody is there to press it."""
    sys.stdout.flush()
    if sys.stdin.isatty():
        getpass.getpass("Enter  |  回车继续")


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        description="Make a box key, or derive what opens a box. 制作票箱密钥，推导开箱密钥。"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    opening = commands.add_parser("open", help="derive the content keys of a rows file 推导行文件的开箱密钥")
    opening.add_argument("rows", type=Path, help="box-rows.json from the scrutineer's page 监票人页面下载的行文件")
    opening.add_argument("--out", type=Path, help="file to write; beside the rows file by default 输出文件")
    making = commands.add_parser("make-key", help="make a key 制作密钥")
    making.add_argument("--shares", type=int, default=1, help="into how many shares 份数")
    making.add_argument("--threshold", type=int, default=2, help="how many of them open the box 门限")
    options = parser.parse_args(arguments)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        if options.command == "make-key":
            make_key(options.threshold, options.shares)
        else:
            target = options.out or options.rows.with_name(options.rows.stem.replace("rows", "keys") + ".jsonl")
            open_rows(options.rows, target)
    except Fault as fault:
        sys.stderr.write(f"{fault.english}  |  {fault.chinese}\n")
        return fault.status
    except KeyboardInterrupt:
        sys.stderr.write("stopped; run it again to go on  |  已停止，再次运行即可继续\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
