"""Every check for which there is a file, a line written for each."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias, cast

from peer_review.offline.verifier.ballot_checks import AnswerCount, BallotChecks, ballots_by_cell
from peer_review.offline.verifier.bulletin_checks import BulletinChecks, Check, ManifestChecks, ReceiptChecks
from peer_review.offline.verifier.constants import APART_FROM, NOT_RECOUNTED
from peer_review.offline.verifier.encoding import Fault, parse, parse_terms
from peer_review.offline.verifier.figures import kind_not_recounted, leaves_of
from peer_review.offline.verifier.merged_checks import MergedChecks
from peer_review.offline.verifier.package import Files, check_sums
from peer_review.offline.verifier.recount import Recount
from peer_review.offline.verifier.rules import (
    CellRow,
    Columns,
    Entry,
    Head,
    RollFile,
    Rules,
    Votes,
    check_frozen,
    digest_of_terms,
)
from peer_review.offline.verifier.severity import models_of

#: Every single figure by the path that leads to it.
Leaves: TypeAlias = dict[tuple[str, ...], object]


class ReadFiles:
    """What the files of a recount say, each read by a check of its own."""

    rules: Rules
    roll: RollFile
    votes: Votes
    figures: dict[str, object]
    published: Leaves


class Verifier:
    """Runs checks one by one, writes a line for each, remembers whether all held."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write
        self.sound = True
        self.tally: dict[str, dict[str, AnswerCount]] = {}

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

    def check_all(self, checks: list[Check]) -> bool:
        """Run checks, the others only if the first holds; return whether that one does."""
        first, *others = checks
        if not self.check(*first):
            return False
        for other in others:
            self.check(*other)
        return True

    def run(self, files: Files, *, expected: str = "", recount: bool = False) -> bool:
        """Run every check for which there is a file; return whether all hold."""
        if files.sums is not None:
            sums, hashes = files.sums, files.found or {}
            self.check("files of the package", "数据包内的文件", lambda: check_sums(sums, hashes))
        manifest = ManifestChecks(files.manifest, expected=expected)
        bulletin = BulletinChecks(files.bulletin, manifest)
        if not (self.check_all(manifest.checks()) and self.check_all(bulletin.checks())):
            return False
        entries: list[Entry] = []
        if files.ballots is not None:
            entries = self.check_ballots(BallotChecks(files.ballots, bulletin, files.dummies))
        groups: list[Columns] = []
        ballots = ballots_by_cell(entries)
        if files.merged is not None:
            merged = MergedChecks(files.merged, bulletin, entries)
            self.check_all(merged.checks())
            groups, ballots = merged.columns, ballots_by_cell(entries, merged.groups)
        elif bulletin.groups and recount:
            self.sound = False
            self.write("FAIL  nothing to recount without merged.json  |  不通过：缺少 merged.json，无法重算\n")
        if files.receipt is not None:
            self.check_all(ReceiptChecks(files.receipt, bulletin).checks())
        if recount and self.sound:
            self.recount(files, entries, head=bulletin.head, rows=bulletin.cells, ballots=ballots, groups=groups)
        elif recount:
            self.write("not recounted: the checks above do not hold  |  未重算：以上检查未通过\n")
        elif files.ballots is not None and self.sound:
            self.write_tally()
        return self.sound

    def check_ballots(self, ballots: BallotChecks) -> list[Entry]:
        """Check the ballots and, if all is sound, count their answers; return their entries."""
        if self.check_all(ballots.checks()) and self.sound:
            self.tally = ballots.count_answers()
        return ballots.entries

    def write_tally(self) -> None:
        """Write what was counted."""
        self.write("tally, counted again  |  重新计票：\n")
        for cell, criteria in self.tally.items():
            for criterion, figures in criteria.items():
                spread = " ".join(f"{score}×{count}" for score, count in figures["distribution"].items())
                self.write(
                    f"      {cell} {criterion}: n={figures['n']} dk={figures['abstentions']}"
                    f" sum={figures['sum']} [{spread}]\n"
                )

    def recount(
        self,
        files: Files,
        entries: list[Entry],
        *,
        head: Head,
        rows: list[CellRow] | None = None,
        ballots: Mapping[str, int] | None = None,
        groups: Sequence[Columns] = (),
    ) -> None:
        """Compute every published figure anew and compare. rows, groups: of a bulletin of version 2; ballots: how many
        there are of each cell."""
        if None in (files.ballots, files.scheme, files.roll, files.figures):
            missing = [name for name in ("ballots", "scheme", "roll", "figures") if getattr(files, name) is None]
            self.sound = False
            names = ", ".join(f"{name}.json" for name in missing)
            self.write(f"FAIL  nothing to recount without {names}  |  不通过：缺少 {names}，无法重算\n")
            return
        read = ReadFiles()

        def rules() -> tuple[str, str]:
            read.rules = Rules(parse_terms(files.scheme or b""))
            digest = digest_of_terms(files.scheme or b"")
            if files.exposure is not None:
                check_frozen(digest, read.rules, files.exposure)
            return f"SHA-256 {digest}", f"SHA-256 {digest}"

        def roll() -> tuple[str, str]:
            read.roll = roll_file = RollFile(
                parse(files.roll or b""), head, read.rules, rows, ballots=ballots if head["v"] == 2 else None
            )
            return f"{len(roll_file.sections)} subjects", f"{len(roll_file.sections)} 名被评对象"

        def votes() -> None:
            read.votes = Votes(entries, read.roll, read.rules, groups)

        def published() -> tuple[str, str]:
            value = parse_terms(files.figures or b"")
            if type(value) is not dict or value.get("v") not in (1, 2, 3) or value.get("round") != head["round"]:
                raise Fault("of another round or an unknown version", "属于另一轮测评，或版本不明")
            # Else whoever publishes could choose the rules: under the earlier ones more is shown.
            if head["v"] == 2 and value["v"] < APART_FROM:
                raise Fault("of rules older than the count", "计票规则的版本早于该次计票")
            models_of(value)
            read.figures = value
            figures = {key: value[key] for key in value if key not in ("v", "round", "models")}
            read.published = leaves = dict(leaves_of(figures))
            return f"{len(leaves)} figures", f"{len(leaves)} 项"

        if not (
            self.check("scheme as the round froze it", "开启时冻结的方案", rules)
            and self.check("roll and its cells", "名册与票格", roll)
            and self.check("answers as the scheme asks them", "答案符合方案", votes)
            and self.check("form of the published figures", "公布数字的格式", published)
        ):
            return
        recount = Recount(read.rules, read.roll, read.votes, read.figures, version=cast(int, read.figures["v"]))
        if recount.severity.groups or recount.severity.faults:
            self.check("models of the adjusted scores", "按宽严调整所用的模型", recount.severity.check)
        self.compare(read.published, dict(leaves_of(recount.figures())))
        if recount.severity.unfitted:
            self.write(
                f"note  NOT recounted: that no likeliest figures were found ({recount.severity.unfitted} fits)"
                f"  |  说明：未重算：称未能求得最可能的数值（{recount.severity.unfitted} 次拟合）\n"
            )

    def compare(self, published: Leaves, anew: Leaves) -> None:
        """Write whether every published figure is the one computed here, and name each that is not."""
        passed_over = Counter(kind for path in published if (kind := kind_not_recounted(path)))
        asked = {path: value for path, value in published.items() if not kind_not_recounted(path)}
        differing = [path for path in sorted(asked.keys() | anew.keys()) if asked.get(path) != anew.get(path)]
        for path in differing:
            name = " ".join(path)
            before, now = (str(side.get(path, "-")) for side in (asked, anew))
            self.write(f"      {name}: published {before}, recounted {now}  |  {name}：公布 {before}，重算 {now}\n")

        def verdict() -> tuple[str, str]:
            same = sum(path not in set(differing) for path in asked) if differing else len(asked)
            if differing:
                raise Fault(
                    f"{same} of {len(asked)} figures reproduced, {len(differing)} differ",
                    f"{len(asked)} 项公布数字中重算一致 {same} 项，不一致 {len(differing)} 项",
                )
            return f"{same} of {same} figures reproduced", f"{same} 项公布数字全部重算一致"

        self.check("recount", "重算", verdict)
        for kind, number in sorted(passed_over.items()):
            self.write(
                f"note  NOT recounted: {NOT_RECOUNTED[kind][0]} ({number} figures)"
                f"  |  说明：未重算：{NOT_RECOUNTED[kind][1]}（{number} 项）\n"
            )
