import type { AgentEvent } from '../agent.ts';
import type { Part } from './frames.ts';

/** What the model says, each character once: it is told in pieces, and then whole. */
export class Texts {
  /** Messages of the model; those of the person are told as well. */
  readonly #answers = new Set<string>();
  readonly #parts = new Map<string, { readonly isThought: boolean; told: number }>();

  message(messageId: string, role: string): void {
    if (role === 'assistant') this.#answers.add(messageId);
  }

  part({ content, id, messageId }: Part): AgentEvent[] {
    if (content.kind !== 'text' || !this.#answers.has(messageId)) return [];
    const known = this.#parts.get(id) ?? { isThought: content.isThought, told: 0 };
    const rest = content.text.slice(known.told);
    this.#parts.set(id, { ...known, told: Math.max(known.told, content.text.length) });
    return rest === '' ? [] : [said(rest, messageId, known.isThought)];
  }

  delta(partId: string, messageId: string, text: string): AgentEvent[] {
    const known = this.#parts.get(partId);
    // Of a message of a sub-agent, or from before we listened: then the whole part tells it.
    if (!known || text === '') return [];
    known.told += text.length;
    return [said(text, messageId, known.isThought)];
  }

  clear(): void {
    this.#answers.clear();
    this.#parts.clear();
  }
}

function said(text: string, messageId: string, isThought: boolean): AgentEvent {
  return isThought ? { kind: 'thought', text } : { kind: 'text', text, messageId };
}
