import type { Display, Preview } from '../permission/display.ts';
import type { PermissionRequest } from '../permission/request.ts';
import type { Verdict } from '../permission/rule.ts';
import { plain, type Span, type Spans } from '../permission/spans.ts';
import { type CardView, cardView } from '../protocol/cardView.ts';
import { utf8 } from '../protocol/phone/bytes.ts';
import { MAX_PAYLOAD } from '../protocol/phone/envelope.ts';
import type { PhoneCard, RuleOffer } from '../protocol/phone/payloads.ts';

export const NO_RULES: RuleOffer = { scopes: [], suggestions: [] };

/** A card without what differs between phones. */
export type SharedCard = Omit<PhoneCard, 'mayAllow' | 'mayAlways'>;

/** For what is around the card in its message. */
const AROUND = 400;
const MAX_CARD = MAX_PAYLOAD - AROUND;

/**
 * The card of a request as phones get it. What does not fit into one envelope is shortened, and marked: then it cannot
 * be allowed on the phone, since nobody may allow what they do not see.
 */
export function phoneCard(
  request: PermissionRequest,
  rules: RuleOffer,
  judged?: Verdict,
): SharedCard {
  const { outcome: _, ...all } = cardView(request, undefined, judged);
  const whole = cardOf(all, rules, isCut(all.display));
  if (fits(whole)) return whole;
  // First what decides nothing. The parts of a command say it once more.
  const { verdict: __, ...view } = all;
  const lean = cardOf(
    { ...view, options: [], display: withoutTrimmings(view.display) },
    { scopes: rules.scopes, suggestions: [] },
    whole.shortened,
  );
  if (fits(lean)) return lean;
  for (const budget of [4000, 2000, 1000, 400, 100]) {
    const short = cardOf(
      { ...view, options: [], display: shortDisplay(view.display, budget) },
      NO_RULES,
      true,
    );
    if (fits(short)) return short;
  }
  return cardOf({ ...view, options: [], display: bareDisplay(view.display) }, NO_RULES, true);
}

type View = Omit<CardView, 'outcome'>;

function cardOf(view: View, rules: RuleOffer, shortened: boolean): SharedCard {
  return { ...view, rules, shortened };
}

function fits(card: SharedCard): boolean {
  return utf8(JSON.stringify(card)).length <= MAX_CARD;
}

/** Whether the display itself leaves something out; `cut.ts` says so in these words. */
function isCut(display: Display): boolean {
  const { preview } = display;
  if (preview.kind === 'diff' && preview.omitted > 0) return true;
  const questions = display.questions?.flatMap(({ text, choices, field }) => [
    text,
    ...(field ? [field.description, ...(field.initial ?? [])] : []),
    ...choices.flatMap(({ label, description }) => [label, description]),
  ]);
  const texts = [
    display.subject,
    display.place?.name ?? [],
    ...previewTexts(preview),
    ...display.facts.map(({ text }) => text),
  ];
  return [...texts.map(plain), ...(questions ?? [])].some((text) =>
    /… \d+ (?:more )?characters/.test(text),
  );
}

function previewTexts(preview: Preview): readonly Spans[] {
  switch (preview.kind) {
    case 'command':
    case 'json':
    case 'text':
      return [preview.text];
    case 'url':
      return [preview.before, preview.host, preview.after];
    case 'diff':
      return [preview.path, ...preview.rows.map(({ text }) => text)];
    case 'none':
      return [];
  }
}

/** Shows all of the call; only the agent's claim and the line for lists are cut. */
function withoutTrimmings(display: Display): Display {
  return {
    ...display,
    oneLine: display.oneLine.slice(0, 80),
    oneLineIsAll: false,
    ...(display.why && { why: shortSpans(display.why, 200) }),
  };
}

function shortDisplay(display: Display, budget: number): Display {
  const short = (spans: Spans) => shortSpans(spans, Math.max(60, Math.floor(budget / 4)));
  const { place, why, questions } = display;
  return {
    ...withoutTrimmings(display),
    subject: short(display.subject),
    ...(place && { place: { words: place.words, name: short(place.name) } }),
    ...(why && { why: short(why) }),
    preview: shortPreview(display.preview, budget),
    facts: display.facts.slice(0, 4).map(({ label, text }) => ({ label, text: short(text) })),
    secrets: display.secrets.slice(0, 20),
    ...(questions && {
      questions: questions.slice(0, 3).map(({ choices: __, field: ___, text, ...rest }) => ({
        ...rest,
        text: plain(short([text])),
        choices: [],
      })),
    }),
  };
}

/** The last resort: what kind of call it is, and its risk. */
function bareDisplay({ questions: _, why: __, place: ___, ...display }: Display): Display {
  return {
    ...display,
    subject: shortSpans(display.subject, 60),
    preview: { kind: 'none' },
    oneLine: display.oneLine.slice(0, 80),
    oneLineIsAll: false,
    facts: [],
    secrets: [],
    ...(display.risk && { risk: { text: display.risk.text.slice(0, 300), tokens: [] } }),
  };
}

function shortPreview(preview: Preview, budget: number): Preview {
  switch (preview.kind) {
    case 'command':
    case 'json':
    case 'text':
      return { kind: preview.kind, text: shortSpans(preview.text, budget) };
    case 'url':
      return {
        kind: 'url',
        before: shortSpans(preview.before, 60),
        host: shortSpans(preview.host, 300),
        after: shortSpans(preview.after, budget),
      };
    case 'diff': {
      const rows = preview.rows
        .slice(0, Math.ceil(budget / 40))
        .map((row) => ({ ...row, text: shortSpans(row.text, 120) }));
      const omitted = preview.omitted + preview.rows.length - rows.length;
      return { ...preview, path: shortSpans(preview.path, 200), rows, omitted };
    }
    case 'none':
      return preview;
  }
}

/** The beginning. Secrets and invisible characters are whole spans already, so none is cut in two. */
function shortSpans(spans: Spans, max: number): Spans {
  const kept: Span[] = [];
  let left = max;
  for (const span of spans) {
    const size = typeof span === 'string' ? span.length : 20;
    if (size <= left) kept.push(span);
    else {
      if (typeof span === 'string') kept.push(wellFormed(span.slice(0, left)));
      kept.push('…');
      return kept;
    }
    left -= size;
  }
  return kept;
}

/** Without half of a pair of surrogates at its end. */
function wellFormed(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}
