import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Rule } from '../../../src/permission/rule.ts';
import { commands } from '../../../src/ui/names.ts';
import { problemItem, ruleItem } from '../../../src/ui/ruleNodes.ts';
import { waitFor } from '../../support/waitFor.ts';
import { api, restoreMessages, stubMessage } from '../hostSupport.ts';

const BY = { kind: 'person', surface: 'phone', device: 'Pixel 8' } as const;
const NOW = Date.UTC(2026, 10, 21);
const RULE: Rule = {
  id: 'R-test',
  effect: 'allow',
  scope: 'global',
  match: { kind: 'command', tokens: ['pnpm', 'test'] },
  createdAt: NOW,
  createdBy: BY,
  fromRequest: '01REQUEST',
};

describe('the view of rules in the extension host', () => {
  afterEach(async () => {
    restoreMessages();
    const { rules } = await api();
    for (const { id } of rules.all) await rules.remove(id, BY);
  });

  it('tells of a rule who made it where, from which request, its use and its end', () => {
    const item = ruleItem(RULE, { hits: 96, lastUsedAt: NOW }, NOW);
    assert.deepEqual([item.label, item.description], ['pnpm test …', 'everywhere · 96 times']);
    const tooltip = String(item.tooltip);
    for (const words of [
      'Allows commands that begin with "pnpm test"',
      'on Pixel 8, from request 01REQUEST.',
      'Answered 96 times, last',
      'Holds until it is revoked.',
    ])
      assert.ok(tooltip.includes(words), tooltip);
  });

  it('names one that denies, one of another folder, and one that is over', () => {
    const denies = ruleItem({ ...RULE, effect: 'deny' }, undefined, NOW);
    assert.equal(denies.description, 'denies · everywhere · 0 times');
    const elsewhere = { ...RULE, scope: 'workspace', workspaceFolder: '/home/mara/shop' } as const;
    assert.equal(ruleItem(elsewhere, undefined, NOW).description, 'shop · 0 times');
    const over = ruleItem({ ...RULE, expiresAt: NOW }, { hits: 1, lastUsedAt: NOW }, NOW);
    assert.equal(over.description, 'everywhere · expired');
    assert.match(String(over.tooltip), /Expired .*: it answers nothing\./);
  });

  it('lists a record that is no rule as set aside, with the reason', () => {
    const item = problemItem({ where: 'Rule 2 (x) in rules.json', reason: 'command: too wide.' });
    assert.equal(item.label, 'set aside: Rule 2 (x) in rules.json');
    assert.equal(item.description, 'command: too wide.');
    assert.match(String(item.tooltip), /answers nothing/);
  });

  it('revokes at once, and brings back with Undo', async () => {
    const { rules } = await api();
    await rules.add(RULE);
    const { texts } = stubMessage('showInformationMessage', 'Undo');
    const revoking = vscode.commands.executeCommand(commands.revokeRule, RULE.id);
    await waitFor(() => rules.all.length === 0, 'no rule');
    await revoking;
    assert.deepEqual(rules.all, [RULE]);
    assert.match(texts[0] ?? '', /^Revoked: pnpm test …\. The next such call asks again/);
    stubMessage('showInformationMessage', undefined);
    await vscode.commands.executeCommand(commands.revokeRule, RULE.id);
    assert.deepEqual(rules.all, []);
  });

  it('changes until when a rule holds, and nothing else of it', async () => {
    const { rules } = await api();
    await rules.add(RULE);
    const original = vscode.window.showQuickPick;
    const week = async (items: readonly { readonly id?: string }[]) =>
      items.find(({ id }) => id === 'week');
    Object.assign(vscode.window, { showQuickPick: week });
    try {
      await vscode.commands.executeCommand(commands.setRuleExpiry, RULE.id);
    } finally {
      Object.assign(vscode.window, { showQuickPick: original });
    }
    const [rule] = rules.all;
    assert.ok(rule);
    const { expiresAt = 0, ...rest } = rule;
    assert.deepEqual(rest, RULE);
    assert.ok(Math.abs(expiresAt - Date.now() - 7 * 86_400_000) < 60_000);
  });
});
