"""Figures of the counting rules, and how exactly searches are checked."""

from decimal import Decimal
from fractions import Fraction

#: Kinds of published figures that this file does not compute: named and numbered, never passed over in silence.
NOT_RECOUNTED = {
    "comparable_rank": ("which means by rank all may read", "哪些职级平均分可供全体查看"),
}
#: The version of the counting rules from which on nothing is put together across subjects.
APART_FROM = 3
GRADE_POINTS = {4: 95, 3: 80, 2: 65, 1: 30}
USUAL_BANDS = (90, 70, 60)
SPREAD_FLOOR = {"points": 2.5, "anchors": 10.0, "grades": 7.5}
TRIM_ABOVE = 5
#: The spread of rounds too small to have one of their own, and from how many subjects and answers they have one.
SPREAD_USUAL = {"points": 7.5, "anchors": 20.0, "grades": 15.0}
SUBJECTS_FROM, ANSWERS_FROM = 10, 60
#: Lowest and highest figure of a scale; the outermost means of points that are shown as they are lie between these.
ENDS = {
    "points": (Decimal(0), Decimal(100)),
    "anchors": (Decimal(20), Decimal(100)),
    "grades": (Decimal(30), Decimal(95)),
}
POINTS_HIGH, POINTS_LOW = 95, 20
#: Up to so many answers all sets of them are tried; of one class's grades, up to so many.
EXHAUSTIVE, GRADES_TO = 12, 24
#: From so many answers a score is shown as it is, from so many there are bars.
SCORED_FROM, BARS_FROM = 12, 20
#: Above what breadth a score is shown in steps, and of how many points, the narrowest first; see ranges.step_width. By
#: version 2 of the rules so many criteria gave steps, so wide, whatever the scale.
STEPS = {
    "points": ((Fraction(2), 2),),
    "anchors": ((Fraction(5, 2), 2),),
    "grades": ((Fraction(7, 2), 2), (Fraction(11, 4), 3)),
}
BREADTH_FROM, STEPS_FROM, STEP_POINTS = 3, 3, 2
GRADES = ("excellent", "competent", "basic", "incompetent")
BAR_FLOOR = 3
#: Numpy's generator PCG64 (XSL RR 128/64) after seeding with 19 790 301: split halves are dealt by it.
PCG_STATE, PCG_STEP = 185022135591076192141167713582622350261, 174245319466782427288351607187956729369
PCG_FACTOR, PCG_MASK = 0x2360ED051FC65DA44385DF649FCCF645, 2**128 - 1
MOST_SPLITS, FEWEST_SPLITS, DEALT = 100, 4, 1_000_000
#: Values are reckoned in billionths of a point; a spread below its floor by less than this share is at the floor.
UNIT, AT_FLOOR = 10**9, 1e-7
#: With fewer subjects that sheets link, one cannot tell a strict sheet from weak subjects.
FEWEST_LINKED = 3
#: More levels than this beside the longest factor are not fitted.
MOST_LEVELS = 8_000
Z95 = 1.959963984540054
#: Why there is no adjusted score, in the order in which one stands for the whole round.
REASONS = ("papers", "trimmed", "few_abstained", "few_subjects", "too_large", "no_fit", "few_ballots", "not_shown")
#: Random effects: the subject, the sheet, the pair of both, and subject by criterion.
FACTORS = ("subject", "sheet", "pair", "profile")
#: So near to 0 the slopes of the likelihood must be: per relative change of a variance; of the Rasch model, per
#: standard error of a parameter, as it would be if the measures were known.
SLOPE = 1e-3
#: Marks are whole numbers: no residual variance is less than that of rounding.
ROUNDED = 1 / 12
#: Of the Rasch model. A category needs so many answers before each criterion has steps of its own.
ENOUGH = 10
#: Who gave, or got, nothing but the best (the worst) mark is counted as having so much less (more) in all.
EXTREME = 0.3
#: Standard deviation of the measures at which they are published as not differing.
NO_SPREAD = 0.02
#: The weak prior that is laid over parameters where publication says so: standard deviations of the parameters and of
#: the logarithm of the measures' spread. Without it, no parameter and no spread is beyond the last two.
PRIOR, PRIOR_SPREAD, FAR, FAR_SPREAD = 3.0, 1.0, 15.0, 10.0
#: Measures are summed up around the likeliest in steps of so many standard deviations, and of so many logits divided by
#: the steps of a criterion (EDGE where the marks of a subject are all the same), until the likelihood has fallen by so
#: many powers of e.
STEP, WIDEST, EDGE, FALLEN = 0.75, 1.4, 0.5, 32.0
