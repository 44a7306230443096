import type { Transaction } from './database.ts';
import type { CardRecord } from './records.ts';

/** Key of a card in its store. */
export function cardKey(workspace: string, card: string): string {
  return `${workspace}/${card}`;
}

export function putCard(transaction: Transaction, record: CardRecord): void {
  transaction.put('cards', cardKey(record.workspace, record.id), record);
}

/** Deletes a workspace: its keys first, and everything that came from it. */
export function forgetAll(transaction: Transaction, workspace: string): void {
  transaction.delete('workspaces', workspace);
  transaction.delete('cards', IDBKeyRange.bound(`${workspace}/`, `${workspace}/\uffff`));
}
