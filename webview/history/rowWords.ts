import type { HistoryRow } from '../../src/protocol/historyView.ts';

const ICONS: Readonly<Record<string, string>> = {
  execute: 'terminal',
  edit: 'edit',
  delete: 'trash',
  move: 'arrow-swap',
  read: 'eye',
  fetch: 'globe',
  mcp: 'mcp',
  rule: 'law',
};

export function toolIcon(tool: string): string {
  return (Object.hasOwn(ICONS, tool) && ICONS[tool]) || 'tools';
}

export interface Answer {
  readonly icon: string;
  readonly tone: 'ok' | 'no' | '';
  readonly text: string;
}

/** `Allowed once`, `Denied`, `Nothing ran`. */
export function answerWords(row: HistoryRow): Answer {
  switch (row.answer) {
    case 'allowed':
      return { icon: 'check', tone: 'ok', text: allowedWords(row) };
    case 'denied':
      return { icon: 'circle-slash', tone: 'no', text: 'Denied' };
    case 'nothing':
      return {
        icon: row.by === 'agentWithdrew' ? 'discard' : 'debug-disconnect',
        tone: '',
        text: 'Nothing ran',
      };
    case 'changed':
      return { icon: 'law', tone: '', text: CHANGES[row.toolName] ?? row.toolName };
  }
}

function allowedWords({ by, ruleId }: HistoryRow): string {
  if (by === 'rule') return 'Allowed';
  return ruleId === '' ? 'Allowed once' : 'Always allowed';
}

const CHANGES: Readonly<Record<string, string>> = {
  revoked: 'Rule revoked',
  restored: 'Rule restored',
  notKept: 'Rule not kept',
};

/** Who or what answered; the rule's name comes after it where there is one. */
export function byWords({ by, surface, ruleId, answer }: HistoryRow): string {
  switch (by) {
    case 'person':
      return `you${surface === 'phone' ? ', on the phone' : ''}${ruleId === '' || answer === 'changed' ? '' : ', made'}`;
    case 'rule':
      return 'rule';
    case 'ttl':
      return 'time limit';
    case 'agentWithdrew':
      return 'withdrawn by agent';
    case 'agentGone':
      return 'agent stopped';
    case 'shutdown':
      return 'window closed';
    default:
      return by;
  }
}

/** `, this workspace` */
export function reachWords({ scope }: HistoryRow): string {
  return scope === '' ? '' : `, ${SCOPES[scope] ?? scope}`;
}

const SCOPES: Readonly<Record<string, string>> = {
  session: 'this session',
  workspace: 'this workspace',
  global: 'everywhere',
};

/** `12,431` */
export function digits(count: number): string {
  return count.toLocaleString('en-US');
}

/** `9 s`, `2 min`. */
export function wait(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** `8 Nov`; days are counted from 1970. */
export function dayLabel(day: number): string {
  return new Date(day * 86_400_000).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
}

/** `Today`, `Yesterday`, `8 Nov 2026`. */
export function dayOfRow(at: number): string {
  const date = new Date(at).toDateString();
  if (date === new Date().toDateString()) return 'Today';
  if (date === new Date(Date.now() - 86_400_000).toDateString()) return 'Yesterday';
  return new Date(at).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
}

/** `14:06` */
export function clock(at: number): string {
  return new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
