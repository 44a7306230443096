import { type Action, argsHash } from '../../src/permission/action.ts';
import type { Settled } from '../../src/permission/broker.ts';
import { buildDisplay } from '../../src/permission/display.ts';
import type { PermissionRequest, RequestDraft } from '../../src/permission/request.ts';
import { type CardView, cardView } from '../../src/protocol/cardView.ts';
import type { RuleOfferView } from '../../src/protocol/ruleView.ts';

export const FOLDER = '/home/mara/acme-web';

const OPTIONS: RequestDraft['options'] = [
  option('yes', 'Yes', 'allow_once', 'exact'),
  option('always', "Yes, and don't ask again for pnpm test commands", 'allow_always', 'wider'),
  option('no', 'No, and tell Claude what to do differently', 'reject_once', 'exact'),
];

function option(
  id: string,
  label: string,
  kind: RequestDraft['options'][number]['kind'],
  bound: 'exact' | 'wider',
): RequestDraft['options'][number] {
  return { id, label, kind, bound, nativeDecision: id, nativeScope: 'this session' };
}

export type CardOptions = Partial<RequestDraft> & {
  readonly id?: string;
  readonly raisedAt?: number;
};

/** A request as it is after the broker took it in, made by the real code. */
function request(action: Action, options: CardOptions = {}): PermissionRequest {
  const { id = 'r1', raisedAt = Date.now() - 120_000, ...rest } = options;
  const draft: RequestDraft = {
    source: 'agent_tool',
    agent: { id: 'claude', name: 'Claude Code', version: '2.0' },
    session: { key: 's1', title: 'Fix flaky auth tests', cwd: FOLDER, workspaceFolder: FOLDER },
    native: { method: 'can_use_tool', requestId: id, toolName: 'Bash' },
    action,
    options: OPTIONS,
    ...rest,
  };
  return { ...draft, id, raisedAt, argsHash: argsHash(action), display: buildDisplay(draft) };
}

/** The card of a request that waits. */
export function card(action: Action, options: CardOptions = {}): CardView {
  return cardView(request(action, options));
}

export const PNPM_TEST: Action = {
  tool: 'execute',
  command: 'pnpm test --run session.refresh.test.ts',
  cwd: 'packages/auth',
};

/** What the extension offers for {@link PNPM_TEST}. */
export const OFFER: RuleOfferView = {
  scopes: ['session', 'workspace', 'global'],
  suggestions: [{ id: 'command:pnpm test', kind: 'command', pattern: 'pnpm test …' }],
  past: { of: 50, answered: { exact: 0, 'command:pnpm test': 11 } },
};

/** The same card after an answer. */
export function settledCard(
  action: Action,
  options: CardOptions,
  decision: Partial<Settled['decision']> = {},
): CardView {
  const waiting = request(action, options);
  return cardView(waiting, {
    request: waiting,
    decision: {
      requestId: waiting.id,
      argsHash: waiting.argsHash,
      outcome: 'allow',
      by: { kind: 'person', surface: 'cards' },
      at: Date.now(),
      ...decision,
    },
    delivery: 'delivered',
    narrowed: false,
  } as Settled);
}
