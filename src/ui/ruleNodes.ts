import * as vscode from 'vscode';
import type { DecidedBy } from '../permission/decision.ts';
import type { Rule } from '../permission/rule.ts';
import { patternLabel } from '../permission/ruleLabel.ts';
import type { RuleProblem } from '../permission/ruleStore.ts';
import type { RuleUse } from '../permission/ruleUses.ts';
import { safeText } from '../permission/spans.ts';
import { matchLabel } from '../permission/verdict.ts';
import { SURFACE_WORDS } from '../protocol/words.ts';

/** A group of the rules view: a scope, workspace rules of other folders, or records that are no rules. */
export type RuleGroup = Rule['scope'] | 'elsewhere' | 'setAside';

export type RuleNode =
  | { readonly kind: 'group'; readonly group: RuleGroup }
  | { readonly kind: 'rule'; readonly rule: Rule }
  | { readonly kind: 'problem'; readonly problem: RuleProblem };

const GROUPS: Readonly<Record<RuleGroup, { readonly label: string; readonly icon: string }>> = {
  session: { label: 'This session', icon: 'comment-discussion' },
  workspace: { label: 'This workspace', icon: 'root-folder' },
  global: { label: 'Everywhere', icon: 'globe' },
  elsewhere: { label: 'Other workspaces', icon: 'folder' },
  setAside: { label: 'Set aside', icon: 'warning' },
};

/** The group that a rule is in. */
export function groupOf({ scope, workspaceFolder }: Rule): Exclude<RuleGroup, 'setAside'> {
  if (scope !== 'workspace') return scope;
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.some(({ uri }) => uri.fsPath === workspaceFolder) ? 'workspace' : 'elsewhere';
}

export function groupItem(group: RuleGroup, count: number): vscode.TreeItem {
  const { label, icon } = GROUPS[group];
  const item = new vscode.TreeItem(
    label,
    group === 'elsewhere'
      ? vscode.TreeItemCollapsibleState.Collapsed
      : vscode.TreeItemCollapsibleState.Expanded,
  );
  item.id = `group ${group}`;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.description = String(count);
  item.contextValue = 'group';
  return item;
}

export function ruleItem(rule: Rule, use: RuleUse | undefined, now: number): vscode.TreeItem {
  const item = new vscode.TreeItem(patternLabel(rule.match));
  const expired = rule.expiresAt !== undefined && rule.expiresAt <= now;
  const parts = [
    ...(rule.effect === 'deny' ? ['denies'] : []),
    placeWords(rule),
    ...(expired ? ['expired'] : [timesWords(use?.hits ?? 0)]),
  ];
  item.id = rule.id;
  item.description = parts.join(' · ');
  item.iconPath = new vscode.ThemeIcon(
    expired ? 'clock' : rule.effect === 'deny' ? 'circle-slash' : 'law',
  );
  item.contextValue = 'rule';
  const lines = ruleLines(rule, use, now);
  item.tooltip = lines.join('\n');
  item.accessibilityInformation = { label: lines.join(' ') };
  return item;
}

export function problemItem({ where, reason }: RuleProblem): vscode.TreeItem {
  const item = new vscode.TreeItem(`set aside: ${where}`);
  item.description = reason;
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.contextValue = 'problem';
  item.tooltip = `${where}\n${reason}\nIt answers nothing. Mend or remove it.`;
  return item;
}

/** Everything about a rule, a sentence for each thing. */
export function ruleLines(rule: Rule, use: RuleUse | undefined, now: number): readonly string[] {
  const verb = rule.effect === 'allow' ? 'Allows' : 'Denies';
  const what =
    rule.match.kind === 'exact'
      ? `exactly this call: ${patternLabel(rule.match)}`
      : matchLabel(rule.match);
  const from = rule.fromRequest === undefined ? '' : `, from request ${rule.fromRequest}`;
  return [
    `${verb} ${what}`,
    `Reaches ${rule.agents ? safeText(rule.agents.join(', ')) : whoWords(rule)}, ${reachWords(rule)}.`,
    `Made ${time(rule.createdAt)} ${makerWords(rule.createdBy)}${from}.`,
    use
      ? `Answered ${timesWords(use.hits)}, last ${time(use.lastUsedAt)}.`
      : 'Has not answered yet.',
    expiryWords(rule.expiresAt, now),
  ];
}

function expiryWords(expiresAt: number | undefined, now: number): string {
  if (expiresAt === undefined) return 'Holds until it is revoked.';
  return expiresAt > now
    ? `Holds until ${time(expiresAt)}.`
    : `Expired ${time(expiresAt)}: it answers nothing.`;
}

function makerWords(by: DecidedBy): string {
  if (by.kind !== 'person') return 'by hand';
  return by.device === undefined ? SURFACE_WORDS[by.surface] : `on ${safeText(by.device)}`;
}

function placeWords(rule: Rule): string {
  switch (groupOf(rule)) {
    case 'session':
      return 'this session';
    case 'workspace':
      return 'this workspace';
    case 'global':
      return 'everywhere';
    case 'elsewhere':
      return safeText(rule.workspaceFolder?.split(/[/\\]/).filter(Boolean).at(-1) ?? '');
  }
}

function whoWords({ scope }: Rule): string {
  return scope === 'session' ? 'its agent' : 'every agent';
}

function reachWords({ scope, workspaceFolder = '' }: Rule): string {
  switch (scope) {
    case 'session':
      return 'until its session is closed';
    case 'workspace':
      return `in ${safeText(workspaceFolder)}`;
    case 'global':
      return 'in every folder on this machine';
  }
}

function timesWords(hits: number): string {
  return hits === 1 ? '1 time' : `${hits} times`;
}

function time(at: number): string {
  return new Date(at).toLocaleString();
}
