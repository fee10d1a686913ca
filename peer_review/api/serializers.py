"""Serializers of the readings of domain.results, field for field. Nothing is computed here.

Figures are points from 0 to 100 in one decimal with the bounds of their 95 % interval. `null` where a figure might
stand says 样本不足, whatever the reason. A figure that is not shown as it is has the same fields, and `shown` says so.
"""

from rest_framework import serializers

from peer_review.enums import Collection, ResultScope, RoundKind, RoundState
from peer_review.models import Round

# rest_framework's fields take any keyword; DRF ships no types.
F = serializers


class RoundSerializer(serializers.ModelSerializer[Round]):
    """A round as its page tells of it."""

    id = F.CharField(source="public_id", help_text="32 hexadecimal characters")
    kind = F.ChoiceField(choices=RoundKind.choices)
    state = F.ChoiceField(choices=RoundState.choices)
    collection = F.ChoiceField(choices=Collection.choices)
    has_results = F.BooleanField(help_text="whether results may be read by those whom the scheme names")
    has_bulletin = F.BooleanField(help_text="whether the ballots were counted under a signed bulletin")

    class Meta:
        model = Round
        fields = (
            "id",
            "title",
            "purpose",
            "kind",
            "state",
            "collection",
            "opens_at",
            "casts_at",
            "closes_at",
            "published_at",
            "fingerprint",
            "has_results",
            "has_bulletin",
        )
        read_only_fields = fields


# Numbers of a whole count, in the words of the description.
KEPT = "of these, papers whose ballots are kept: counted, or joined with a neighbour's"
PEOPLE = (
    "people at computers who hold one of the papers kept, where that is everybody at computers; 0: not told, since it "
    "is not, or since they are fewer than the floor; null: a bulletin of version 1, which tells no people"
)
DRAWN = "of `people`, those who drew; of a bulletin of version 1 the papers drawn"


class Plain(serializers.Serializer[object]):
    """The base of what is read and never written."""


class ParticipationSerializer(Plain):
    """People of the whole round; both numbers are null where there are fewer than the floor, and after the count."""

    eligible = F.IntegerField(
        source="people", min_value=0, allow_null=True, help_text="people with a paper for marks who vote at computers"
    )
    drawn = F.IntegerField(min_value=0, allow_null=True, help_text="of these, those who have drawn their papers")


class FigureSerializer(Plain):
    """One figure and the grade it proposes; `n` answered, `abstentions` said 不了解, both 0 for a score.

    Fewer 不了解 than the floor, none among them, are `null`.

    Where few answered it may be shown as a range: read `shown`, `least` and `most` before `value`.
    """

    value = F.FloatField(
        min_value=0,
        max_value=100,
        help_text="the figure where `shown` is exact; else only the number that stands for the range: its bound "
        "(at_least, at_most) or its middle (between)",
    )
    shown = F.ChoiceField(
        source="code",
        choices=["exact", "at_least", "at_most", "between"],
        help_text="exact: `value` is the figure; at_least: it is `least` or more; at_most: it is `most` or less; "
        "between: it lies from `least` to `most`",
    )
    least = F.FloatField(min_value=0, max_value=100, help_text="of at_most the same as `most`: there is no lower bound")
    most = F.FloatField(
        min_value=0, max_value=100, help_text="of at_least the same as `least`: there is no upper bound"
    )
    text = F.CharField(help_text="as pages write it: 84.3, 95 or more, 20 or less, 88–89.9")
    low = F.FloatField(min_value=0, max_value=100)
    high = F.FloatField(min_value=0, max_value=100)
    n = F.IntegerField(min_value=0)
    abstentions = F.IntegerField(
        min_value=0, allow_null=True, help_text="null: fewer than the floor, which may be none"
    )
    grade = F.CharField(allow_blank=True, help_text="empty where the figures leave it open")
    grade_label = F.CharField(help_text="where `grade` is empty, the names of those it may be")


class AdjustedSerializer(Plain):
    """The score with the raters' severity taken out: beside the score, never instead of it."""

    value = F.FloatField()
    low = F.FloatField()
    high = F.FloatField()
    method = F.CharField()
    grade = F.CharField()
    grade_label = F.CharField()


class HeadSerializer(Plain):
    """The round that figures are of, and what proves the count."""

    id = F.CharField(source="public_id")
    title = F.CharField()
    organiser = F.CharField(allow_blank=True)
    closes_at = F.DateTimeField()
    published_at = F.DateTimeField(allow_null=True)
    floor = F.IntegerField(help_text="fewer answers than this are shown nowhere")
    bands = F.ListField(child=F.FloatField(), help_text="lowest points of the three upper grades, best first")
    grades = F.ListField(child=F.CharField())
    fingerprint = F.CharField(help_text="SHA-256 of the manifest of keys")
    root = F.CharField(allow_blank=True, help_text="of the bulletin's tree")
    ballots = F.IntegerField()
    eligible = F.IntegerField(help_text="papers for marks on the roll")
    kept = F.IntegerField(help_text=KEPT)
    people = F.IntegerField(allow_null=True, help_text=PEOPLE)
    drawn = F.IntegerField(help_text=DRAWN)
    counted = F.IntegerField(help_text="of the papers kept")


class BarSerializer(Plain):
    """One bar of a distribution."""

    label = F.CharField()
    count = F.IntegerField(min_value=0)


class ComparisonSerializer(Plain):
    """A mean that a subject is compared with."""

    scope = F.ChoiceField(choices=ResultScope.choices)
    label = F.CharField()
    members = F.IntegerField()
    score = FigureSerializer()
    distinct = F.BooleanField(help_text="whether it lies outside the interval of the subject's own score")


class CriterionSerializer(Plain):
    """One criterion of one subject."""

    key = F.CharField()
    label = F.CharField()
    weight = F.FloatField()
    share = F.FloatField(allow_null=True, help_text="percent of the score, over the criteria that are shown")
    figure = FigureSerializer(source="own", allow_null=True)
    comparisons = F.ListField(child=FigureSerializer(allow_null=True), source="others")
    bars = BarSerializer(many=True)


class ClassSerializer(Plain):
    """One voter class, or several that were counted together: its score, and one figure a criterion.

    Together they stand under the key of the first, with their weights added.
    """

    key = F.CharField()
    label = F.CharField()
    weight = F.FloatField()
    share = F.FloatField(allow_null=True)
    score = FigureSerializer(allow_null=True)
    figures = F.ListField(child=FigureSerializer(allow_null=True), source="marks")
    alone = F.BooleanField(help_text="declared not anonymous before the round opened")


class SelfLineSerializer(Plain):
    """One criterion of what a subject says of itself."""

    key = F.CharField()
    label = F.CharField()
    answer = F.CharField()
    points = F.FloatField()


class SubjectSerializer(Plain):
    """The reading of one subject."""

    round = HeadSerializer(source="head")
    subject = F.IntegerField()
    label = F.CharField()
    section = F.CharField(allow_blank=True)
    rank = F.CharField(allow_blank=True)
    own = F.BooleanField()
    score = FigureSerializer(allow_null=True)
    comparisons = ComparisonSerializer(many=True)
    criteria = CriterionSerializer(many=True)
    classes = ClassSerializer(many=True)
    adjusted = AdjustedSerializer(source="certainty.adjusted.figure", allow_null=True)
    one_ballot = F.BooleanField(
        source="certainty.one_ballot.figure",
        allow_null=True,
        help_text="whether leaving out some one ballot would change the grade",
    )
    unknown = F.FloatField(
        source="certainty.unknown.figure",
        allow_null=True,
        help_text="percent of 不了解 over all criteria that are shown; null where fewer than the floor said so to one",
    )
    self_evaluation = SelfLineSerializer(many=True, source="self_lines")
    self_words = F.CharField(allow_blank=True)
    comments = F.ListField(child=F.CharField(), source="comments.texts")
    withheld = F.IntegerField(source="comments.withheld", help_text="comments that the reviewer withheld")
    comments_destroyed = F.BooleanField(
        source="comments.destroyed",
        help_text="too few wrote, none among them, and what was written was destroyed unread",
    )
    ladder = F.ListField(
        child=F.CharField(), help_text="sentences: which classes were counted together, and which were too few"
    )


class ColumnSerializer(Plain):
    """One criterion as the form names it."""

    key = F.CharField()
    label = F.CharField()
    weight = F.FloatField()


class GroupSerializer(Plain):
    """The means of a section, a rank, or all together; one figure a criterion."""

    scope = F.ChoiceField(choices=ResultScope.choices)
    key = F.CharField(allow_blank=True)
    label = F.CharField()
    members = F.IntegerField()
    score = FigureSerializer(allow_null=True)
    figures = F.ListField(child=FigureSerializer(allow_null=True), source="marks")


class RowSerializer(Plain):
    """One subject in a list. `best` to `worst`: the places that its interval allows."""

    subject = F.IntegerField()
    label = F.CharField()
    section = F.CharField(allow_blank=True)
    rank = F.CharField(allow_blank=True)
    score = FigureSerializer(allow_null=True)
    figures = F.ListField(child=FigureSerializer(allow_null=True), source="marks")
    one_ballot = F.BooleanField(allow_null=True)
    ladder = F.CharField(
        allow_blank=True,
        help_text="which classes were counted together or were too few, so that this score weighs them in another way "
        "than the scheme; empty where the scheme's weights stand",
    )
    best = F.IntegerField(source="place.best", allow_null=True, default=None)
    worst = F.IntegerField(source="place.worst", allow_null=True, default=None)


class SummarySerializer(Plain):
    """The published summary: means of many, never a person."""

    round = HeadSerializer(source="head")
    criteria = ColumnSerializer(many=True)
    unit = GroupSerializer(allow_null=True)
    sections = GroupSerializer(many=True)
    ranks = GroupSerializer(many=True)
    reliability = F.JSONField(source="reliability.figure", allow_null=True)


class RoundResultsSerializer(SummarySerializer):
    """The results of a round; its subjects page by page, in the order of the roll."""

    rows = RowSerializer(many=True)
    next = F.CharField(allow_null=True, help_text="give it as `after` for the next page")


class SectionSerializer(Plain):
    """The results of one section."""

    round = HeadSerializer(source="head")
    criteria = ColumnSerializer(many=True)
    section = GroupSerializer(allow_null=True)
    unit = GroupSerializer(allow_null=True)
    ranks = GroupSerializer(many=True)
    rows = RowSerializer(many=True)
    reliability = F.JSONField(source="reliability.figure", allow_null=True)


class BulletinHeadSerializer(Plain):
    """The head of the bulletin. The leaves are in the bulletin's own file."""

    round = F.CharField()
    fingerprint = F.CharField()
    root = F.CharField()
    size = F.IntegerField()
    eligible = F.IntegerField(help_text="papers for marks on the roll")
    kept = F.IntegerField(help_text=KEPT)
    people = F.IntegerField(allow_null=True, help_text=PEOPLE)
    drawn = F.IntegerField(help_text=DRAWN)
    counted = F.IntegerField(help_text="of the papers kept")
    signature = F.CharField()
    file = F.URLField(help_text="the whole bulletin as it was signed")
