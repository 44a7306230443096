import * as vscode from 'vscode';
import type { RuleChoice, RuleScope } from '../permission/decision.ts';
import type { PermissionRequest } from '../permission/request.ts';
import type { Rule } from '../permission/rule.ts';
import { whyNoRule } from '../permission/rules.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { dayProblem, expiresAt, type RuleExpiry } from '../protocol/ruleExpiry.ts';
import { noIcons } from './noIcons.ts';

/** Asks what a rule is to cover, how far it reaches and until when. `undefined`: the person left, so nothing is made. */
export async function chooseRule(
  request: PermissionRequest,
  effect: Rule['effect'],
  rules: StoredRules,
): Promise<RuleChoice | undefined> {
  const whyNot = whyNoRule(request);
  if (whyNot !== undefined) {
    void vscode.window.showInformationMessage(`No rule can be made for this. ${whyNot}`);
    return undefined;
  }
  const title = effect === 'allow' ? 'Always Allow' : 'Always Deny';
  const match = await chooseMatch(title, request, effect, rules);
  const scope = match && (await chooseScope(title, rules.scopes));
  const expiry = scope && (await chooseExpiry(title));
  return expiry && { match: match.id, scope: scope.id, ...expiry };
}

interface Choice<T> extends vscode.QuickPickItem {
  readonly id: T;
}

async function chooseMatch(
  title: string,
  request: PermissionRequest,
  effect: Rule['effect'],
  rules: StoredRules,
): Promise<Choice<string> | undefined> {
  // A pattern never reaches over a high-risk call.
  const isRisk = request.display.risk !== undefined && effect === 'allow';
  const suggestions = isRisk ? [] : await rules.suggestions(request);
  const items: Choice<string>[] = [
    { id: 'exact', label: 'Exactly this call', detail: noIcons(request.display.oneLine) },
    ...suggestions.map(({ id, label }) => ({ id, label: noIcons(sentence(label)) })),
  ];
  return pick(items, title, 'What the rule covers');
}

const SCOPES: Readonly<Record<RuleScope, Choice<RuleScope>>> = {
  workspace: { id: 'workspace', label: 'This workspace', detail: 'Every agent, in this folder' },
  session: { id: 'session', label: 'This session', detail: 'This agent, until the session ends' },
  global: {
    id: 'global',
    label: 'Everywhere',
    detail: 'Every agent, also in folders that you have not opened yet',
  },
};

async function chooseScope(
  title: string,
  scopes: readonly RuleScope[],
): Promise<Choice<RuleScope> | undefined> {
  const items = Object.values(SCOPES).filter(({ id }) => scopes.includes(id));
  return pick(items, title, 'How far the rule reaches');
}

const EXPIRIES: readonly Choice<RuleExpiry['kind']>[] = [
  { id: 'never', label: 'Until it is revoked' },
  { id: 'today', label: 'Today' },
  { id: 'week', label: 'A week' },
  { id: 'date', label: 'Until a date…' },
];

/** Until when a rule holds. `undefined`: the person left. */
export async function chooseExpiry(
  title: string,
): Promise<Pick<RuleChoice, 'expiresAt'> | undefined> {
  const chosen = await pick(EXPIRIES, title, 'How long the rule holds');
  if (!chosen) return undefined;
  const day = chosen.id === 'date' ? await askDay(title) : '';
  if (day === undefined) return undefined;
  const expiry: RuleExpiry = chosen.id === 'date' ? { kind: 'date', day } : { kind: chosen.id };
  const at = expiresAt(expiry, Date.now());
  return at === undefined ? {} : { expiresAt: at };
}

function askDay(title: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt: 'The last day on which the rule holds',
    placeHolder: '2026-11-30',
    ignoreFocusOut: true,
    validateInput: (day) => dayProblem(day, Date.now()),
  });
}

function pick<T>(
  items: readonly Choice<T>[],
  title: string,
  placeHolder: string,
): Thenable<Choice<T> | undefined> {
  return vscode.window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true });
}

function sentence(label: string): string {
  return `${label.charAt(0).toUpperCase()}${label.slice(1)}`;
}
