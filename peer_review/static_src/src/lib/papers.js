// Ballot papers: which answers each kind takes, and the rules about a whole sheet. The same, rule for rule and in
// integers only, in Python: peer_review/protocol/papers.py; a test holds the two equal.
//
//   paper = {kind, scale, min, max, criteria: [[key, weight]], subjects, rules: [{kind, n, points}], limit}
//   answers = {criterion: integer | "dk"}, {"1.criterion": …} on a sheet, {text} on a comment paper
//
//   paperKeys(paper) -> [key]                        the answers' keys, in the order of the page
//   checkAnswers(answers, paper) -> null | "encoding" | "keys" | "text" | "length" | "control" | "answer" | "rule"
//   brokenRules(answers, paper) -> [rule]            of a sheet whose answers are each sound
//   ruleStatus(rule, answers, paper) -> {kept, judged, reached, under}      what the page says while filling in
//   subjectScore(answers, paper, position) -> {total, weights} | null       null: do not know throughout
//   scoreInTenths(score) -> integer                  rounded down, so that 89.99 is never shown as 90
//   codePoints(text) -> integer                      characters as Python counts them
//   tidyText(text) -> text                           what a comment paper takes: no control characters, whole characters

export const DONT_KNOW = "dk";
export const RATING = "rating";
export const SHEET = "sheet";
export const COMMENT = "comment";
// The middle of each band: crypto.papers._GRADE_POINTS.
const GRADE_POINTS = { 4: 95, 3: 80, 2: 65, 1: 30 };
// Every control character below the space but the line feed.
const CONTROL = /[\x00-\x09\x0B-\x1F]/;
const HALF_A_PAIR = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

export const sheetKey = (position, criterion) => `${position}.${criterion}`;

export function paperKeys(paper) {
  if (paper.kind === COMMENT) return ["text"];
  const keys = paper.criteria.map(([key]) => key);
  if (paper.kind === RATING) return keys;
  return positions(paper).flatMap((at) => keys.map((key) => sheetKey(at, key)));
}

const positions = (paper) => Array.from({ length: paper.subjects }, (_, at) => at + 1);

export function pointsOf(scale, answer) {
  if (scale === "points") return answer;
  return scale === "anchors" ? answer * 20 : GRADE_POINTS[answer];
}

/** Return why the server would refuse these answers on this paper, or null. */
export function checkAnswers(answers, paper) {
  const keys = paperKeys(paper);
  const given = Object.keys(answers);
  if (given.length !== keys.length || !keys.every((key) => Object.hasOwn(answers, key))) return "keys";
  if (paper.kind === COMMENT) return checkText(answers.text, paper.limit);
  const sound = (value) => value === DONT_KNOW || (Number.isInteger(value) && value >= paper.min && value <= paper.max);
  if (!Object.values(answers).every(sound)) return "answer";
  return brokenRules(answers, paper).length ? "rule" : null;
}

function checkText(text, limit) {
  if (typeof text !== "string") return "text";
  if (codePoints(text) > limit) return "length";
  if (CONTROL.test(text)) return "control";
  return text.search(HALF_A_PAIR) >= 0 ? "encoding" : null;
}

export const codePoints = (text) => {
  let count = 0;
  for (const _one of text) count += 1;
  return count;
};

export const tidyText = (text) =>
  text.replace(/\r\n?/g, "\n").replace(/\t/g, " ").replace(new RegExp(CONTROL, "g"), "").replace(HALF_A_PAIR, "").trim();

export const brokenRules = (answers, paper) => paper.rules.filter((rule) => !ruleStatus(rule, answers, paper).kept);

/** Return whether a rule is kept by these answers, and the counts that say how far one is. */
export function ruleStatus(rule, answers, paper) {
  const scores = positions(paper).map((at) => subjectScore(answers, paper, at)).filter((score) => score !== null);
  const judged = scores.length;
  const reached = scores.filter(({ total, weights }) => total >= rule.points * weights).length;
  const under = judged - reached;
  return { kept: keeps(rule, answers, paper, { judged, reached, under }), judged, reached, under };
}

function keeps({ kind, n }, answers, paper, { judged, reached, under }) {
  if (kind === "quota") return reached <= n;
  if (kind === "low") return judged <= n || under >= n;
  const numbers = Object.values(answers).filter((value) => value !== DONT_KNOW);
  if (numbers.length < 2) return true;
  const all = kind === "not_all_max" ? paper.max : numbers[0];
  return !numbers.every((value) => value === all);
}

/** Return the weighted sum of the criteria answered for one subject and the sum of their weights. */
export function subjectScore(answers, paper, position) {
  let total = 0;
  let weights = 0;
  for (const [key, weight] of paper.criteria) {
    const answer = answers[sheetKey(position, key)] ?? DONT_KNOW;
    if (answer === DONT_KNOW) continue;
    total += weight * pointsOf(paper.scale, answer);
    weights += weight;
  }
  return weights ? { total, weights } : null;
}

export const scoreInTenths = ({ total, weights }) => Math.floor((10 * total) / weights);
