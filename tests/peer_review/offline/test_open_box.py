"""The scrutineers' command: one file that opens a real box off the server, and makes keys that the site takes."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from peer_review.box import store
from peer_review.domain.keys.box_export import TEST_ROW, rows_file
from peer_review.domain.keys.custody import confirm_box_key
from peer_review.domain.tally import count
from peer_review.offline import open_box
from tests.factories.peer_review.counted_rounds import make_voted_round
from tests.factories.peer_review.rounds import RunningRound, make_ready_round
from zhengyan_crypto import sealing
from zhengyan_crypto.encoding import b64u_decode, b64u_encode
from zhengyan_crypto.sharing import Share, combine, decode_share, split

SCRIPT = Path(open_box.__file__)
ROUND = "ab" * 16
PRIVATE = bytes(range(32))
PUBLIC = X25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw()
CODE = sealing.encode_box_key(PRIVATE)
SHARES = [share.encode() for share in split(PRIVATE, threshold=2, shares=3)]


def made_up_rows(folder: Path, number: int, box: bytes = PUBLIC) -> Path:
    """Write a rows file of so many rows sealed for PUBLIC."""
    rows = []
    for at in range(number):
        epk = X25519PrivateKey.from_private_bytes(at.to_bytes(32, "big")).public_key().public_bytes_raw()
        rows.append({"id": f"{at:032x}", "epk": b64u_encode(epk)})
    path = folder / "box-rows-abab.json"
    path.write_text(json.dumps({"v": 1, "round": ROUND, "box": b64u_encode(box), "rows": rows}))
    return path


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: list[str], *arguments: str | Path
) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    status = open_box.main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def alone(folder: Path, typed: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of the file with nothing of ours to be had."""
    folder.mkdir(exist_ok=True)
    copy = folder / "open_box.py"
    copy.write_bytes(SCRIPT.read_bytes())
    guard = "import sys, runpy; sys.modules['peer_review'] = sys.modules['django'] = None; "
    go = f"sys.argv[0] = {str(copy)!r}; runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-I", "-c", guard + go, *arguments]
    return subprocess.run(
        command, input=typed, cwd=folder, check=False, capture_output=True, text=True, encoding="utf-8"
    )


def keys_in(path: Path) -> dict[str, str]:
    header, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert header["v"] == 1
    return {row_id: key for line in lines for row_id, key in line["keys"].items()}


@pytest.mark.django_db(databases=["default", "box"])
def test_it_opens_a_real_box_as_one_file_that_knows_nothing_of_us(tmp_path: Path) -> None:
    running: RunningRound = make_voted_round(evaluators=6)
    running.close()
    rows = tmp_path / "box-rows.json"
    rows.write_bytes(rows_file(running.round))
    one, _two, three = split(running.box_private, threshold=2, shares=3)

    done = alone(tmp_path / "elsewhere", f"{three.encode()}\n{one.encode()}\n", "open", str(rows))

    assert (done.returncode, done.stderr) == (0, "")
    # Dummies may lie among the five.
    rows_in_box = store.count_rows("closed", running.round.public_id)
    assert rows_in_box >= 5
    assert f"{rows_in_box} of {rows_in_box} keys" in done.stdout
    opening = {bytes.fromhex(row): b64u_decode(key) for row, key in keys_in(tmp_path / "box-keys.jsonl").items()}
    scrutineer = running.round.scrutineers.get()
    assert count.open_rows(running.round, by=scrutineer, keys=opening) == count.Opening(rows_in_box, rows_in_box)
    count.finish_opening(running.round, by=scrutineer)
    running.round.refresh_from_db()
    assert running.round.state == "counted"
    assert len(list(count.counted_entries(running.round))) == 5


@pytest.mark.django_db(databases=["default", "box"])
def test_it_passes_the_test_of_a_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    running = make_ready_round()
    rows = tmp_path / "box-rows.json"
    rows.write_bytes(rows_file(running.round))
    assert run(monkeypatch, capsys, [sealing.encode_box_key(running.box_private)], "open", rows)[0] == 0
    key = b64u_decode(keys_in(tmp_path / "box-keys.jsonl")[TEST_ROW])
    confirm_box_key(running.round, by=running.round.scrutineers.get(), key=key)


def test_slips_are_told_and_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = made_up_rows(tmp_path, 3)
    foreign = split(bytes(32), threshold=2, shares=3)[0].encode()
    forged = Share(decode_share(SHARES[1]).tag, 2, 2, bytes(32)).encode()
    slip = ("1" if CODE[0] != "1" else "2") + CODE[1:]
    typed = [slip, CODE[:-1], "U" + CODE[1:], sealing.encode_box_key(bytes(32))]
    typed += [SHARES[0].lower().replace("-", " "), SHARES[0], foreign, forged, SHARES[2]]
    status, out, err = run(monkeypatch, capsys, typed, "open", rows)
    assert (status, err) == (0, "")
    assert [line.split("  |  ")[0] for line in out.splitlines() if "taken" in line or "Not" in line] == [
        "Not taken: a character is wrong: compare group by group",
        "Not taken: a key has 56 characters and a share 64; these are 55",
        "Not taken: character 1 never occurs in a key",
        "Not taken: this is not the key of this box",
        "Share 1 taken, 1 more needed",
        "Not taken: share 1 has been typed already",
        "Not taken: a share of another key: of another round, or replaced",
        "Not taken: shares 1, 2 do not make the key, one is false: type one more",
    ]
    for line in out.splitlines():
        english, chinese = line.split("  |  ")
        assert english.isascii()
        assert not chinese.isascii()
    assert keys_in(tmp_path / "box-keys-abab.jsonl") == {
        row["id"]: b64u_encode(sealing.content_key(PRIVATE, b64u_decode(row["epk"]), round_id=ROUND))
        for row in json.loads(rows.read_text())["rows"]
    }


def test_stopped_it_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(open_box, "CHUNK", 2)
    rows, out = made_up_rows(tmp_path, 7), tmp_path / "keys"
    assert run(monkeypatch, capsys, [CODE], "open", rows, "--out", out)[0] == 0
    whole = out.read_bytes()
    for length in range(0, len(whole), 97):
        out.write_bytes(whole[:length])
        status, said, _err = run(monkeypatch, capsys, [CODE], "open", rows, "--out", out)
        assert (status, len(keys_in(out))) == (0, 7)
        assert out.read_bytes() == whole
    status, said, _err = run(monkeypatch, capsys, [CODE], "open", rows, "--out", out)
    assert "a second" not in said


def test_without_the_key_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = made_up_rows(tmp_path, 3)
    for typed in ([], [SHARES[0]], [sealing.encode_box_key(bytes(32)), ""]):
        status, _out, err = run(monkeypatch, capsys, typed, "open", rows)
        assert (status, err) == (1, "stopped: no key  |  已停止：没有密钥\n")
    assert [path.name for path in tmp_path.iterdir()] == [rows.name]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"v":2,"round":"' + ROUND + '","box":"","rows":[]}',
        '{"v":1,"round":"' + ROUND + '","box":"AA","rows":[]}',
        '{"v":1,"round":"../","box":"' + b64u_encode(PUBLIC) + '","rows":[]}',
        '{"v":1,"round":"' + ROUND + '","box":"' + b64u_encode(PUBLIC) + '","rows":[{"id":"1","epk":"A"}]}',
    ],
)
def test_what_is_no_file_of_rows_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rows.json"
    path.write_text(text)
    assert run(monkeypatch, capsys, [CODE], "open", path)[0] == 2
    assert run(monkeypatch, capsys, [CODE], "open", tmp_path / "missing.json")[0] == 2


def test_the_keys_of_another_box_are_not_added_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows, out = made_up_rows(tmp_path, 3), tmp_path / "keys"
    for kept in ('{"v":1,"round":"other","box":""}\n', "no json\n"):
        out.write_text(kept)
        assert run(monkeypatch, capsys, [CODE], "open", rows, "--out", out)[0] == 2
        assert out.read_text() == kept


def test_a_row_that_no_key_opens_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = made_up_rows(tmp_path, 1)
    value = json.loads(rows.read_text())
    value["rows"][0]["epk"] = b64u_encode(bytes(32))
    rows.write_text(json.dumps(value))
    status, _out, err = run(monkeypatch, capsys, [CODE], "open", rows)
    assert (status, err.split("  |  ")[0]) == (1, f"row {0:032x} can be opened by no key")


def test_a_key_made_off_the_server_is_one_that_the_site_takes(tmp_path: Path) -> None:
    whole = alone(tmp_path, "", "make-key").stdout.splitlines()
    assert b64u_decode(whole[1]) == public_of(sealing.decode_box_key(whole[-1]))

    lines = alone(tmp_path, "", "make-key", "--shares", "5", "--threshold", "3").stdout.splitlines()
    public = b64u_decode(lines[1])
    shares = [decode_share(line) for line in lines if len(line) == 79]
    assert [(share.number, share.threshold) for share in shares] == [(number, 3) for number in (1, 2, 3, 4, 5)]
    assert public_of(combine([shares[4], shares[1], shares[2]], public=public).secret) == public
    assert [path.name for path in tmp_path.iterdir()] == ["open_box.py"]


def public_of(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


@pytest.mark.parametrize(("shares", "threshold"), [("3", "4"), ("3", "1"), ("17", "2"), ("0", "2")])
def test_numbers_that_make_no_sense_are_refused(
    shares: str, threshold: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments: list[Any] = ["make-key", "--shares", shares, "--threshold", threshold]
    assert run(monkeypatch, capsys, [], *arguments)[0] == 2
