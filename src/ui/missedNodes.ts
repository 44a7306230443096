import * as vscode from 'vscode';
import { stringAt } from '../base/json.ts';
import { safeText } from '../permission/spans.ts';
import { age } from '../protocol/words.ts';
import type { MissedRequest } from '../storage/missedRequests.ts';

/** Nodes of the inbox for what was missed. */
export type MissedNode =
  | { readonly kind: 'missedGroup' }
  | { readonly kind: 'missed'; readonly missed: MissedRequest };

export const MISSED_GROUP: MissedNode = { kind: 'missedGroup' };

export function missedItem(node: MissedNode, count: number): vscode.TreeItem {
  return node.kind === 'missedGroup' ? groupItem(count) : requestItem(node.missed);
}

function groupItem(count: number): vscode.TreeItem {
  const item = new vscode.TreeItem('Missed', vscode.TreeItemCollapsibleState.Expanded);
  item.id = 'missed';
  item.iconPath = new vscode.ThemeIcon('history');
  item.description = `${count === 1 ? '1 was' : `${count} were`} waiting when the window closed; not run`;
  item.contextValue = 'missedGroup';
  return item;
}

function requestItem({ requestId, agentId, target, raisedAt }: MissedRequest): vscode.TreeItem {
  const line = safeText(target);
  const item = new vscode.TreeItem(line.length > 80 ? `${line.slice(0, 79)}…` : line);
  item.id = `missed ${requestId}`;
  item.iconPath = new vscode.ThemeIcon('debug-disconnect');
  item.description = `${safeText(agentId)} · ${age(Date.now() - raisedAt)}`;
  item.contextValue = 'missed';
  item.tooltip = `${line}\nThis was waiting when the window closed; it was not run.`;
  item.accessibilityInformation = {
    label: `Missed: ${safeText(agentId)}, ${line}. It was waiting when the window closed; it was not run.`,
  };
  return item;
}

/** The request that a menu names; `undefined` for all of them. */
export function missedId(target: unknown): string | undefined {
  if (typeof target !== 'object' || target === null || !('missed' in target)) return undefined;
  return stringAt(target.missed, 'requestId');
}
