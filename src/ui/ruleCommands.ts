import * as vscode from 'vscode';
import { stringAt } from '../base/json.ts';
import type { MatchContext } from '../permission/match/context.ts';
import type { RuleEngine } from '../permission/match/engine.ts';
import type { Rule } from '../permission/rule.ts';
import { patternLabel } from '../permission/ruleLabel.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { noIcons } from './noIcons.ts';
import { ruleItem, ruleLines } from './ruleNodes.ts';
import type { RulesTree } from './rulesTree.ts';

export interface RuleCommandsOptions {
  readonly rules: StoredRules;
  readonly engine: RuleEngine;
  readonly shell: MatchContext['shell'];
  readonly journalFolder: string;
  readonly tree: RulesTree;
}

const UNDO = 'Undo';

/** What a person can do with rules that there are. */
export class RuleCommands {
  readonly #options: RuleCommandsOptions;

  constructor(options: RuleCommandsOptions) {
    this.#options = options;
  }

  async show(target: unknown): Promise<void> {
    const id = ruleId(target);
    if (id === undefined) return;
    if (!(await this.#options.tree.reveal(id))) gone();
  }

  /** At once, with a way back: revoking is always the safe direction. */
  async revoke(target: unknown): Promise<void> {
    const rule = await this.#ruleOf(target, 'Revoke Rule');
    if (!rule) return;
    const { rules } = this.#options;
    const by = { kind: 'person', surface: surfaceOf(target) } as const;
    const name = patternLabel(rule.match);
    try {
      await rules.remove(rule.id, by);
    } catch (error) {
      void vscode.window.showErrorMessage(
        `The rule “${name}” answers nothing in this window from now on, but it could not be removed from disk, so it may be back after a restart: ${String(error)} Revoke it again.`,
      );
      return;
    }
    const chosen = await vscode.window.showInformationMessage(
      `Revoked: ${name}. The next such call asks again; what was allowed before stays done.`,
      UNDO,
    );
    if (chosen === UNDO) await rules.restore(rule, by);
  }

  async setExpiry(target: unknown): Promise<void> {
    const rule = await this.#ruleOf(target, 'Change How Long a Rule Holds');
    if (!rule) return;
    const { chooseExpiry } = await import('./ruleChoice.ts');
    const expiry = await chooseExpiry(`Change how long it holds: ${patternLabel(rule.match)}`);
    if (!expiry) return;
    const { rules } = this.#options;
    const by = { kind: 'person', surface: surfaceOf(target) } as const;
    const { expiresAt: _, ...unlimited } = rule;
    // Should the second step fail, the rule is gone: it asks, which is safe.
    if (await rules.remove(rule.id, by)) await rules.restore({ ...unlimited, ...expiry }, by);
  }

  async copy(target: unknown): Promise<void> {
    const rule = await this.#ruleOf(target, 'Copy Rule');
    if (!rule) return;
    const lines = ruleLines(rule, this.#options.rules.usesOf(rule.id), Date.now());
    await vscode.env.clipboard.writeText(`${lines.join('\n')}\n`);
  }

  async test(target: unknown): Promise<void> {
    const { testRule } = await import('./testRule.ts');
    const id = ruleId(target);
    await testRule(
      this.#options,
      this.#options.rules.all.find((rule) => rule.id === id),
    );
  }

  /** Menus pass a node, pages an id, the palette nothing. */
  async #ruleOf(target: unknown, title: string): Promise<Rule | undefined> {
    const { rules } = this.#options;
    const id = ruleId(target);
    if (id === undefined) return this.#choose(title);
    const rule = rules.all.find((each) => each.id === id);
    if (!rule) gone();
    return rule;
  }

  async #choose(title: string): Promise<Rule | undefined> {
    const { rules } = this.#options;
    if (rules.all.length === 0) {
      void vscode.window.showInformationMessage('There are no rules: everything asks.');
      return undefined;
    }
    const items = rules.all.map((rule) => {
      const { description } = ruleItem(rule, rules.usesOf(rule.id), Date.now());
      return {
        label: noIcons(patternLabel(rule.match)),
        description: typeof description === 'string' ? description : '',
        rule,
      };
    });
    const placeHolder = 'Choose a rule';
    return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.rule;
  }
}

function gone(): void {
  void vscode.window.showInformationMessage(
    'This rule is gone: it was revoked, or its session was closed. It answers nothing.',
  );
}

function ruleId(target: unknown): string | undefined {
  if (typeof target === 'string') return target;
  if (typeof target !== 'object' || target === null || !('rule' in target)) return undefined;
  return stringAt(target.rule, 'id');
}

function surfaceOf(target: unknown): 'chat' | 'inbox' | 'palette' {
  if (typeof target === 'string') return 'chat';
  return target === undefined ? 'palette' : 'inbox';
}
