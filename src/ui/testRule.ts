import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { type Action, argsHash } from '../permission/action.ts';
import { RuleSet } from '../permission/match/ruleSet.ts';
import { validateMatch } from '../permission/match/validate.ts';
import type { Rule, RuleMatch } from '../permission/rule.ts';
import { patternLabel } from '../permission/ruleLabel.ts';
import { strictCommands } from '../permission/shell/strictWords.ts';
import { type PastCount, PastRequests } from '../storage/rules/pastRequests.ts';
import { noIcons } from './noIcons.ts';
import type { RuleCommandsOptions } from './ruleCommands.ts';

const TITLE = 'Test a Rule';

/** At most so many of the latest requests on record are tried. */
const MAX_PAST = 5000;

type Tested = 'execute' | 'edit' | 'fetch';

/** Says what a rule, or a pattern that is not a rule yet, would answer to a call, and what it would have answered so far. */
export async function testRule(options: RuleCommandsOptions, given?: Rule): Promise<void> {
  const rule = given ?? (await chooseRule(options));
  if (!rule) return;
  const action = await askCall(rule);
  if (!action) return;
  const context = {
    workspaceFolder: folder(),
    agentId: rule.agents?.[0] ?? '',
    sessionKey: rule.sessionKey ?? '',
    now: Date.now(),
    shell: options.shell,
  };
  const call = { action, argsHash: argsHash(action) };
  const verdict = await options.engine.judge(call, context, new RuleSet([rule]));
  const past = await PastRequests.read({
    folder: options.journalFolder,
    max: MAX_PAST,
    engine: options.engine,
    context,
  });
  const count = await past.answeredBy(rule.match, rule.effect);
  const parts = verdict.parts.map((part) => `${MARKS[part.verdict]} ${part.text}`);
  await vscode.window.showInformationMessage(HEADINGS[verdict.verdict], {
    modal: true,
    detail: [
      verdict.why,
      ...(parts.length > 1 ? ['', ...parts] : []),
      '',
      `Rule: ${patternLabel(rule.match)}`,
      pastWords(count),
    ].join('\n'),
  });
}

const HEADINGS = {
  allow: 'The rule allows this call',
  deny: 'The rule denies this call',
  ask: 'The rule does not answer this call: it asks',
} as const;

const MARKS = { allow: '✓ allowed:', deny: '✗ denied:', ask: '• asks:' } as const;

function pastWords({ answered, testable }: PastCount): string {
  if (testable === 0) return 'There is no recorded request that it can be tested on.';
  return `It would have answered ${answered} of ${testable} recorded requests that can be tested.`;
}

async function chooseRule({ rules }: RuleCommandsOptions): Promise<Rule | undefined> {
  const kinds = [
    { label: 'A new pattern for commands…', tool: 'execute' as const },
    { label: 'A new pattern for files…', tool: 'edit' as const },
    { label: 'A new pattern for addresses…', tool: 'fetch' as const },
  ];
  const there = rules.all.map((rule) => ({
    label: noIcons(patternLabel(rule.match)),
    description: rule.effect === 'deny' ? 'denies' : 'allows',
    rule,
  }));
  const items: (vscode.QuickPickItem & { readonly rule?: Rule; readonly tool?: Tested })[] = [
    ...kinds,
    { label: 'Rules', kind: vscode.QuickPickItemKind.Separator },
    ...there,
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: TITLE,
    placeHolder: 'Choose a rule, or write a pattern',
    ignoreFocusOut: true,
  });
  if (chosen?.rule) return chosen.rule;
  return chosen?.tool && askPattern(chosen.tool);
}

const PATTERN_PROMPTS: Readonly<Record<Tested, { prompt: string; placeHolder: string }>> = {
  execute: { prompt: 'The words that commands begin with', placeHolder: 'pnpm test' },
  edit: { prompt: 'Files that may be edited, from the folder on', placeHolder: 'src/**' },
  fetch: { prompt: 'Where addresses begin', placeHolder: 'https://example.org/docs' },
};

async function askPattern(tool: Tested): Promise<Rule | undefined> {
  const text = await vscode.window.showInputBox({
    title: TITLE,
    ...PATTERN_PROMPTS[tool],
    ignoreFocusOut: true,
    validateInput: (value) => {
      const match = patternOf(tool, value);
      return typeof match === 'string' ? match : undefined;
    },
  });
  const match = text === undefined ? undefined : patternOf(tool, text);
  if (match === undefined || typeof match === 'string') return undefined;
  const createdBy = { kind: 'person', surface: 'palette' } as const;
  return { id: 'tested', effect: 'allow', scope: 'global', match, createdAt: 0, createdBy };
}

/** The match, or why it is refused and where. */
function patternOf(tool: Tested, text: string): RuleMatch | string {
  const match = rawPattern(tool, text.trim());
  if (typeof match === 'string') return match;
  const valid = validateMatch(match);
  return valid.ok ? valid.value : `${valid.error.at}: ${valid.error.reason}`;
}

function rawPattern(tool: Tested, text: string): RuleMatch | string {
  switch (tool) {
    case 'execute': {
      if (text === '') return { kind: 'command', tokens: [] };
      const line = strictCommands(text);
      if (!line.ok) return `The pattern holds ${line.error}.`;
      const [command, ...others] = line.value.commands;
      if (others.length > 0) return 'A pattern is one command, not several joined ones.';
      return { kind: 'command', tokens: command?.words.map((word) => word.text) ?? [] };
    }
    case 'edit':
      return { kind: 'path', tool: 'edit', glob: text };
    case 'fetch': {
      if (!URL.canParse(text)) return { kind: 'url', origin: text };
      const { origin, pathname } = new URL(text);
      return { kind: 'url', origin, ...(pathname !== '/' && { pathPrefix: pathname }) };
    }
  }
}

const CALL_PROMPTS: Readonly<Record<Tested, string>> = {
  execute: 'A command, as an agent would run it in this folder',
  edit: 'A file, from this folder on or with its full path',
  fetch: 'An address',
};

async function askCall(rule: Rule): Promise<Action | undefined> {
  const tool = testedBy(rule.match);
  if (tool === undefined) {
    void vscode.window.showInformationMessage(
      'A rule for an MCP call or another tool cannot be tested by hand: its arguments are needed.',
    );
    return undefined;
  }
  const text = await vscode.window.showInputBox({
    title: `${TITLE}: ${patternLabel(rule.match)}`,
    prompt: CALL_PROMPTS[tool],
    ignoreFocusOut: true,
    ...(rule.match.kind === 'exact' && { value: rule.match.label }),
  });
  return text === undefined ? undefined : actionOf(tool, rule.match, text);
}

function testedBy(match: RuleMatch): Tested | undefined {
  switch (match.kind) {
    case 'command':
      return 'execute';
    case 'path':
      return 'edit';
    case 'url':
      return 'fetch';
    case 'mcp':
      return undefined;
    case 'exact':
      return match.tool === 'execute' || match.tool === 'fetch' ? match.tool : undefined;
  }
}

function actionOf(tool: Tested, match: RuleMatch, text: string): Action {
  switch (tool) {
    case 'execute':
      return { tool, command: text, cwd: '.' };
    case 'fetch':
      return { tool, url: text };
    case 'edit': {
      const file = path.resolve(folder(), text);
      const how = match.kind === 'path' ? match.tool : 'edit';
      if (how === 'delete' || how === 'read') return { tool: how, path: file };
      const change =
        how === 'write'
          ? ({ kind: 'write', newText: '' } as const)
          : ({ kind: 'replace', oldText: '', newText: '', all: false } as const);
      return { tool, path: file, change };
    }
  }
}

function folder(): string {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();
}
