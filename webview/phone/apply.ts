import type { ToPhone } from '../../src/protocol/phone/payloads.ts';
import type { Transaction } from './database.ts';
import { type CardRecord, cardOf, type Phase, parseCardRecord, type Workspace } from './records.ts';
import { cardKey, putCard } from './rows.ts';

type Message = Exclude<ToPhone, { t: 'revoked' }>;
type MessageOf<T extends Message['t']> = Extract<Message, { t: T }>;

export interface Arrival<M extends Message = Message> {
  readonly transaction: Transaction;
  /** As it is to be stored, with the message's own changes still to come. */
  readonly workspace: Workspace;
  readonly message: M;
  /** The message as it came. */
  readonly text: string;
  /** By our clock. */
  readonly now: number;
}

/** Takes over one message of the desktop, within the transaction that opened it. */
export async function applyMessage(arrival: Arrival): Promise<void> {
  const { transaction, message, now } = arrival;
  const workspace = withTime(arrival.workspace, 'at' in message ? message.at : undefined, now);
  const put = (changed: Workspace) => transaction.put('workspaces', changed.id, changed);
  switch (message.t) {
    case 'hello':
      put(withHello(workspace, message));
      return;
    case 'card':
      put(workspace);
      return applyCard({ ...arrival, message });
    case 'resolved':
      put(workspace);
      return applyResolved({ ...arrival, message });
    case 'refused':
      put(workspace);
      return reopen(arrival, message.card, { kind: 'open', refused: message.text });
    case 'confirming':
      put(workspace);
      return reopen(arrival, message.card, { kind: 'confirming' });
    case 'synced':
      put(await applySynced({ ...arrival, workspace, message }));
  }
}

function withTime(workspace: Workspace, at: number | undefined, now: number): Workspace {
  if (at === undefined) return workspace;
  return { ...workspace, lastAt: Math.max(workspace.lastAt, at), skew: at - now };
}

function withHello(workspace: Workspace, message: MessageOf<'hello'>): Workspace {
  const { vapidKey: _, ...rest } = workspace;
  return {
    ...rest,
    phase: message.state,
    name: message.workspace,
    digits: message.state === 'active' ? '' : workspace.digits,
    transport: message.transport,
    ...(message.vapidKey !== undefined && { vapidKey: message.vapidKey }),
  };
}

/** A card that is over stays over, whatever comes later and however late. */
async function applyCard({
  transaction,
  workspace,
  message,
  text,
}: Arrival<MessageOf<'card'>>): Promise<void> {
  const { id } = message.card;
  const before = await read(transaction, workspace.id, id);
  if (before?.phase.kind === 'over') return;
  const isSame = before !== undefined && cardOf(before)?.digest === message.digest;
  const phase: Phase = isSame ? before.phase : { kind: 'open' };
  putCard(transaction, { workspace: workspace.id, id, at: message.at, message: text, phase });
}

/** The first word on how it ended counts. */
async function applyResolved({
  transaction,
  workspace,
  message,
  text,
  now,
}: Arrival<MessageOf<'resolved'>>): Promise<void> {
  const before = await read(transaction, workspace.id, message.card);
  if (before?.phase.kind === 'over' && before.phase.resolved !== undefined) return;
  putCard(transaction, {
    workspace: workspace.id,
    id: message.card,
    at: before?.at ?? message.at,
    ...(before?.message !== undefined && { message: before.message }),
    phase: { kind: 'over', at: now, resolved: text },
  });
}

async function reopen(
  { transaction, workspace }: Arrival,
  id: string,
  phase: Phase,
): Promise<void> {
  const record = await read(transaction, workspace.id, id);
  if (record && record.phase.kind !== 'over') putCard(transaction, { ...record, phase });
}

/** How long an ended card is remembered, in milliseconds: it must not come back, and the person may look it up. */
const MEMORY = 7 * 86_400_000;
/** So long an answer may take to be taken in at the desktop, in milliseconds. */
const ON_ITS_WAY = 5000;
const NOT_ARRIVED = 'Your answer did not reach the desktop. Answer again.';

/** Once the last part is here: what the desktop does not name any more is over, and what it still names is open. */
async function applySynced({
  transaction,
  workspace,
  message,
  now,
}: Arrival<MessageOf<'synced'>>): Promise<Workspace> {
  const { [message.sync]: sync, ...others } = workspace.syncs;
  if (!sync) return workspace;
  const open = [...sync.open, ...message.open];
  if (message.more)
    return { ...workspace, syncs: { ...others, [message.sync]: { at: sync.at, open } } };
  const waiting = new Set(open);
  for (const each of await transaction.all('cards')) {
    const card = parseCardRecord(each);
    if (!card || card.workspace !== workspace.id) continue;
    const next = afterSync(card, {
      isOpen: waiting.has(card.id),
      asked: sync.at,
      at: message.at,
      now,
    });
    if (next === 'forget') transaction.delete('cards', cardKey(card.workspace, card.id));
    else if (next) putCard(transaction, { ...card, phase: next });
  }
  return { ...workspace, syncs: others };
}

interface Synced {
  readonly isOpen: boolean;
  /** When the sync was asked for, by our clock. */
  readonly asked: number;
  /** When the desktop answered, by its clock. */
  readonly at: number;
  readonly now: number;
}

function afterSync(card: CardRecord, synced: Synced): Phase | 'forget' | undefined {
  const { phase } = card;
  switch (phase.kind) {
    case 'over':
      return synced.now - phase.at > MEMORY ? 'forget' : undefined;
    case 'sent':
      if (synced.isOpen && synced.asked - phase.at > ON_ITS_WAY)
        return { kind: 'open', refused: NOT_ARRIVED };
      break;
    case 'open':
    case 'confirming':
      break;
  }
  // A card that was raised after the answer was sealed may be here before it.
  return synced.isOpen || card.at > synced.at ? undefined : { kind: 'over', at: synced.now };
}

async function read(
  transaction: Transaction,
  workspace: string,
  id: string,
): Promise<CardRecord | undefined> {
  return parseCardRecord(await transaction.get('cards', cardKey(workspace, id)));
}
