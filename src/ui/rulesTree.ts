import * as vscode from 'vscode';
import type { Broker } from '../permission/broker.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { coalesce } from './coalesce.ts';
import { views } from './names.ts';
import {
  groupItem,
  groupOf,
  problemItem,
  type RuleGroup,
  type RuleNode,
  ruleItem,
} from './ruleNodes.ts';

const ORDER: readonly RuleGroup[] = ['session', 'workspace', 'global', 'elsewhere', 'setAside'];

/** Every rule by how far it reaches, and the records that are no rules. */
export class RulesTree implements vscode.TreeDataProvider<RuleNode>, vscode.Disposable {
  readonly #rules: StoredRules;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<RuleNode>;
  readonly #disposables: readonly vscode.Disposable[];
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(rules: StoredRules, broker: Broker) {
    this.#rules = rules;
    this.#view = vscode.window.createTreeView(views.rules, { treeDataProvider: this });
    const refresh = coalesce(() => {
      this.#sayTrust();
      this.#changed.fire(undefined);
    });
    this.#disposables = [
      this.#view,
      this.#changed,
      refresh,
      rules.onDidChange(refresh.run),
      broker.onDidSettle(({ decision }) => decision.by.kind === 'rule' && refresh.run()),
      vscode.workspace.onDidGrantWorkspaceTrust(refresh.run),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh.run),
    ];
    this.#sayTrust();
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }

  /** Shows a rule and selects it; false when there is no such rule any more. */
  async reveal(ruleId: string): Promise<boolean> {
    const rule = this.#rules.all.find(({ id }) => id === ruleId);
    if (!rule) return false;
    await vscode.commands.executeCommand(`${views.rules}.focus`);
    await this.#view.reveal({ kind: 'rule', rule }, { select: true, focus: true });
    return true;
  }

  getTreeItem(node: RuleNode): vscode.TreeItem {
    switch (node.kind) {
      case 'group':
        return groupItem(node.group, this.#inGroup(node.group).length);
      case 'rule':
        return ruleItem(node.rule, this.#rules.usesOf(node.rule.id), Date.now());
      case 'problem':
        return problemItem(node.problem);
    }
  }

  getChildren(node?: RuleNode): RuleNode[] {
    if (!node)
      return ORDER.filter((group) => this.#inGroup(group).length > 0).map((group) => ({
        kind: 'group',
        group,
      }));
    return node.kind === 'group' ? this.#inGroup(node.group) : [];
  }

  getParent(node: RuleNode): RuleNode | undefined {
    switch (node.kind) {
      case 'group':
        return undefined;
      case 'rule':
        return { kind: 'group', group: groupOf(node.rule) };
      case 'problem':
        return { kind: 'group', group: 'setAside' };
    }
  }

  #inGroup(group: RuleGroup): RuleNode[] {
    if (group === 'setAside')
      return this.#rules.problems.map((problem) => ({ kind: 'problem', problem }));
    return this.#rules.all
      .filter((rule) => groupOf(rule) === group)
      .map((rule) => ({ kind: 'rule', rule }));
  }

  #sayTrust(): void {
    const message = 'You have not trusted this workspace: no rule applies, everything asks.';
    if (vscode.workspace.isTrusted) delete this.#view.message;
    else this.#view.message = message;
  }
}
