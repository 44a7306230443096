import * as vscode from 'vscode';
import type { Display } from '../permission/display.ts';
import { safeText } from '../permission/spans.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import type { DesktopQuestion } from '../phone/ports.ts';
import { wish } from '../protocol/words.ts';

const CONFIRM = 'Confirm';
const REFUSE = 'Refuse';
const SHOW = 'Show';

/** A click this soon after the question came up was aimed at something else. Milliseconds. */
const INERT = 500;
/** What fits in a notification: you can only allow what you can see. */
const MAX_LINE = 60;

const REACH = {
  session: 'in this session',
  workspace: 'in this workspace',
  global: 'everywhere',
} as const;

interface Desktop {
  readonly rules: Pick<StoredRules, 'suggestions'>;
  readonly showCard: (requestId: string) => void;
}

/**
 * Asks here whether an answer from a phone counts. The request stays open meanwhile and can be answered anywhere: the
 * notification stands beside it and blocks nothing. Closing it is no confirmation.
 */
export async function confirmAtDesktop(
  question: DesktopQuestion,
  { rules, showCard }: Desktop,
): Promise<boolean> {
  const { request, signal } = question;
  const text = await words(question, rules);
  let isSeen = isAllInOneLine(request.display);
  while (!signal.aborted) {
    const shownAt = Date.now();
    const buttons = isSeen ? [CONFIRM, REFUSE, SHOW] : [SHOW, REFUSE];
    const choice = await vscode.window.showWarningMessage(text, ...buttons);
    if (choice === SHOW) {
      showCard(request.id);
      isSeen = true;
    } else if (choice !== CONFIRM) return false;
    else if (Date.now() - shownAt >= INERT) return !signal.aborted;
  }
  return false;
}

async function words(
  { request, answer, device }: DesktopQuestion,
  rules: Desktop['rules'],
): Promise<string> {
  const { agent, display, options } = request;
  const what = `${safeText(agent.name)} wants to ${wish(display)}: ${cut(display.oneLine)}`;
  const risk = display.risk ? ` ${display.risk.text}` : '';
  return toast(`${device} wants to ${await wanted()}. ${what}${stop(what)}${risk}`);

  async function wanted(): Promise<string> {
    if (answer.rule) {
      const { match, scope } = answer.rule;
      const suggestions = match === 'exact' ? [] : await rules.suggestions(request);
      const label = suggestions.find(({ id }) => id === match)?.label;
      const call = label === undefined ? 'exactly this call' : `“${label}”`;
      return `always allow ${call} ${REACH[scope]}`;
    }
    const option = options.find(({ id }) => id === answer.optionId);
    if (option) return `answer “${safeText(option.label)}”`;
    return 'allow this high-risk request once';
  }
}

function isAllInOneLine({ oneLine, oneLineIsAll, secrets, hidden }: Display): boolean {
  return oneLineIsAll && oneLine.length <= MAX_LINE && secrets.length === 0 && hidden === 0;
}

function cut(text: string): string {
  return text.length > MAX_LINE ? `${text.slice(0, MAX_LINE - 1)}…` : text;
}

function stop(text: string): string {
  return /[.…?]$/.test(text) ? '' : '.';
}

/** Toasts render Markdown links. */
function toast(text: string): string {
  return safeText(text).replaceAll('](', ']\u200B(');
}
