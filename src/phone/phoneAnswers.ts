import type { Disposable } from '../base/disposable.ts';
import type { ProposedAnswer } from '../permission/decision.ts';
import { isAlways } from '../permission/decision.ts';
import type { PermissionRequest } from '../permission/request.ts';
import type { PhoneAnswer, PhoneCard, ToPhone } from '../protocol/phone/payloads.ts';
import { type PhoneRefusal, refusalWords } from './answerWords.ts';
import type { Device } from './device.ts';
import type { ShownCard } from './deviceCards.ts';
import type { SharedCard } from './phoneCard.ts';
import type { DesktopQuestion, PhoneBroker } from './ports.ts';

export interface PhoneAnswersOptions {
  readonly broker: PhoneBroker;
  readonly confirmAtDesktop: (question: DesktopQuestion) => Promise<boolean>;
  readonly lanMayAnswerAlone: () => boolean;
  readonly onError: (error: unknown) => void;
}

type Permits = Pick<PhoneCard, 'mayAllow' | 'mayAlways'>;
type Reply = (message: ToPhone) => void;

/** Takes answers from phones to the broker: only for what the phone was shown, and for what it may answer. */
export class PhoneAnswers implements Disposable {
  readonly #options: PhoneAnswersOptions;
  readonly #confirming = new Map<string, Confirming>();

  constructor(options: PhoneAnswersOptions) {
    this.#options = options;
  }

  /** What this phone may answer to a card by itself. */
  permits(
    device: Device,
    { shortened, display }: Pick<SharedCard, 'shortened' | 'display'>,
  ): Permits {
    if (shortened) return { mayAllow: 'no', mayAlways: 'no' };
    if (device.transport === 'relay' || this.#options.lanMayAnswerAlone())
      return { mayAllow: 'yes', mayAlways: 'yes' };
    return { mayAllow: display.risk ? 'confirm' : 'yes', mayAlways: 'confirm' };
  }

  /** `late` when the request is over: the phone is told how it ended. Never rejects. */
  async answer(
    device: Device,
    shown: ShownCard | undefined,
    answer: PhoneAnswer,
    reply: Reply,
  ): Promise<'late' | 'done'> {
    const refuse = (refusal: PhoneRefusal) => {
      reply({ t: 'refused', card: answer.card, text: refusalWords(refusal) });
      return 'done' as const;
    };
    const { broker, onError } = this.#options;
    try {
      if (!shown) return refuse({ kind: 'notShown' });
      if (broker.settledAs(answer.card)) return 'late';
      const request = broker.find(answer.card);
      if (!request) return refuse({ kind: 'unknownRequest' });
      const refusal = this.#whyRefused(device, shown, answer);
      if (refusal) return refuse(refusal);
      const confirmed = await this.#confirmed(device, shown, answer, request, reply);
      if (broker.settledAs(answer.card) || device.state !== 'active') return 'done';
      if (!confirmed) return refuse({ kind: 'notConfirmed' });
      const result = await broker.answer(proposed(request, answer, device.name));
      if (result.ok) return 'done';
      return result.error.kind === 'alreadySettled' ? 'late' : refuse(result.error);
    } catch (error) {
      onError(error);
      return refuse({ kind: 'failed' });
    }
  }

  /** Nobody needs to confirm anything for this request any more. */
  settled(requestId: string): void {
    this.#abort((confirming) => confirming.requestId === requestId);
  }

  dropDevice(device: Device): void {
    this.#abort((confirming) => confirming.deviceId === device.id);
  }

  dispose(): void {
    this.#abort(() => true);
  }

  #whyRefused(device: Device, shown: ShownCard, answer: PhoneAnswer): PhoneRefusal | undefined {
    if (shown.digest !== answer.digest || shown.nonce !== answer.nonce) return { kind: 'changed' };
    const { card } = shown;
    const { optionId, rule } = answer;
    if (optionId !== undefined && !card.options.some(({ id }) => id === optionId))
      return { kind: 'unknownOption', optionId };
    if (rule && !isOffered(card, rule)) return { kind: 'notShown' };
    if (answer.outcome === 'deny') return undefined;
    if (card.shortened) return { kind: 'shortened' };
    if (this.#confirming.has(keyOf(device, answer))) return { kind: 'confirming' };
    return undefined;
  }

  /** Whether the answer counts as far as the desktop is concerned. */
  async #confirmed(
    device: Device,
    { card }: ShownCard,
    answer: PhoneAnswer,
    request: PermissionRequest,
    reply: Reply,
  ): Promise<boolean> {
    if (answer.outcome === 'deny') return true;
    const { mayAllow, mayAlways } = this.permits(device, card);
    if ((reachesFurther(card, answer) ? mayAlways : mayAllow) === 'yes') return true;
    reply({ t: 'confirming', card: answer.card });
    const key = keyOf(device, answer);
    const controller = new AbortController();
    const { signal } = controller;
    this.#confirming.set(key, { controller, requestId: request.id, deviceId: device.id });
    const aborted = new Promise<false>((resolve) => {
      signal.addEventListener('abort', () => resolve(false), { once: true });
    });
    const question = { request, answer, device: device.name, signal };
    try {
      return await Promise.race([this.#options.confirmAtDesktop(question), aborted]);
    } finally {
      this.#confirming.delete(key);
    }
  }

  #abort(concerns: (confirming: Confirming) => boolean): void {
    for (const confirming of [...this.#confirming.values()])
      if (concerns(confirming)) confirming.controller.abort();
  }
}

interface Confirming {
  readonly controller: AbortController;
  readonly requestId: string;
  readonly deviceId: string;
}

function keyOf(device: Device, answer: PhoneAnswer): string {
  return `${device.id} ${answer.card}`;
}

function isOffered({ rules }: PhoneCard, rule: NonNullable<PhoneAnswer['rule']>): boolean {
  return (
    rules.scopes.includes(rule.scope) &&
    (rule.match === 'exact' || rules.suggestions.some(({ id }) => id === rule.match))
  );
}

/** Whether it allows more than this one call. */
function reachesFurther({ options }: PhoneCard, { rule, optionId }: PhoneAnswer): boolean {
  if (rule) return true;
  return options.some(({ id, kind }) => id === optionId && isAlways(kind));
}

/** Field by field: what else a phone sends goes nowhere. */
function proposed(request: PermissionRequest, answer: PhoneAnswer, device: string): ProposedAnswer {
  const { outcome, optionId, rule, feedback, answers } = answer;
  return {
    requestId: request.id,
    // The digest has bound the answer to what was shown, and that holds this hash.
    argsHash: request.argsHash,
    outcome,
    ...(optionId !== undefined && { optionId }),
    ...(rule && { rule: { scope: rule.scope, match: rule.match } }),
    ...(feedback !== undefined && { feedback }),
    ...(answers && { answers }),
    by: { kind: 'person', surface: 'phone', device },
  };
}
