"""The command line."""

import argparse
import json
import sys
from pathlib import Path

from peer_review.offline.verifier.encoding import Fault
from peer_review.offline.verifier.package import PACKED, Files, read_package
from peer_review.offline.verifier.verification import Verifier


def gather(options: argparse.Namespace) -> Files:
    """Return the files that the command line names; single ones take the place of the package's.

    Raises: OSError, Fault.
    """
    contents: dict[str, bytes] = {}
    sums, hashes = None, None
    named = {name: path for name in (*PACKED, "receipt") if (path := getattr(options, name, None))}
    if options.recount is not None and (options.recount != Path() or "figures" not in named):
        contents, sums, hashes = read_package(options.recount)
    read = {name: contents[f"{name}.json"] for name in PACKED if f"{name}.json" in contents}
    read |= {name: path.read_bytes() for name, path in named.items()}
    for name in ("manifest", "bulletin"):
        if name not in read:
            raise FileNotFoundError(2, "No such file", f"{name}.json")
    return Files(**read, sums=sums, found=hashes)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description="Verify a published count. 核验计票公告。")
    parser.add_argument("--manifest", type=Path, help="manifest.json as published at opening 密钥清单")
    parser.add_argument("--bulletin", type=Path, help="bulletin.json 公告")
    parser.add_argument("--ballots", type=Path, help="ballots.json, for auditors 全部选票")
    parser.add_argument("--fingerprint", default="", help="of the manifest, from the printed notice 张贴的指纹")
    parser.add_argument("--receipt", type=Path, help="receipt.json, kept by an evaluator 回执")
    parser.add_argument("--tally", type=Path, help="write how often each answer was given 将各答案的次数写入此文件")
    parser.add_argument(
        "--recount",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="PACKAGE",
        help="compute every published figure anew, from the auditor's package or this folder 重算全部公布数字",
    )
    parser.add_argument("--dummies", type=Path, help="dummies.json, with --ballots 填充项")
    parser.add_argument("--merged", type=Path, help="merged.json, with --ballots 合并组")
    for name, words in (
        ("scheme", "冻结的方案"),
        ("roll", "名册"),
        ("figures", "公布的数字"),
        ("exposure", "冻结的条款"),
    ):
        parser.add_argument(f"--{name}", type=Path, help=f"{name}.json, for --recount {words}")
    options = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    if options.recount is None and not (options.manifest and options.bulletin):
        parser.error("name --manifest and --bulletin, or a package to --recount 请指定文件或数据包")
    try:
        files = gather(options)
    except OSError as error:
        sys.stderr.write(f"cannot read {error.filename}: {error.strerror}  |  无法读取文件\n")
        return 2
    except Fault as fault:
        sys.stderr.write(f"cannot read {options.recount}: {fault.english}  |  无法读取：{fault.chinese}\n")
        return 2
    verifier = Verifier(sys.stdout.write)
    sound = verifier.run(files, expected=options.fingerprint, recount=options.recount is not None)
    if sound and options.tally and files.ballots is not None:
        options.tally.write_text(json.dumps(verifier.tally, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(
        "All checks hold.  |  全部通过。\n" if sound else "NOT sound: see FAIL above.  |  核验不通过，见上。\n"
    )
    return 0 if sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
