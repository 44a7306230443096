import type { PermissionRequest } from '../../src/permission/request.ts';
import type { Pairing } from '../../src/phone/pairing.ts';
import { createPhone, type Phone, type PhoneOptions } from '../../src/phone/phone.ts';
import type { DesktopQuestion } from '../../src/phone/ports.ts';
import { FakePhone } from './fakePhone.ts';
import { brokerOnFakes } from './fakesBroker.ts';
import { ManualTimers, MemoryMailboxes, MemorySecrets } from './phoneFakes.ts';
import { waitFor } from './waitFor.ts';

const EXACT = { scopes: ['session'], suggestions: [] } as const;

/** Real phone code and a real broker, on fakes of their ports. */
export async function phoneStage(given: Partial<PhoneOptions> & { kind?: 'lan' | 'relay' } = {}) {
  const agent = brokerOnFakes();
  const { broker, clock } = agent;
  const mailboxes = new MemoryMailboxes(given.kind ?? 'relay');
  const secrets = new MemorySecrets();
  const timers = new ManualTimers();
  const errors: unknown[] = [];
  const questions: (DesktopQuestion & { resolve(yes: boolean): void })[] = [];
  const options: PhoneOptions = {
    broker,
    clock,
    timers,
    store: secrets,
    workspaceName: 'acme-web',
    transports: [mailboxes],
    ruleOptions: async () => EXACT,
    confirmAtDesktop: (question) =>
      new Promise((resolve) => questions.push({ ...question, resolve })),
    lanMayAnswerAlone: () => false,
    onError: (error) => errors.push(error),
    ...given,
  };
  const phone = await createPhone(options);
  return { ...agent, mailboxes, secrets, timers, errors, questions, options, phone };
}

export type PhoneStage = Awaited<ReturnType<typeof phoneStage>>;

/** Scans and types the digits; resolves when the phone says that it is active. */
export async function pairPhone(
  stage: Pick<PhoneStage, 'phone' | 'mailboxes' | 'clock'>,
  name = 'Pixel 8',
): Promise<FakePhone> {
  const pairing = await stage.phone.pair(stage.mailboxes.kind);
  const device = await scanned(stage, pairing, name);
  const result = await pairing.confirm(device.digits);
  if (!result.ok) throw new Error(`Not paired: ${result.error.kind}`);
  await until(() => device.of('hello').some(({ state }) => state === 'active'));
  return device;
}

/** Resolves when the phone shows digits. */
export async function scanned(
  { mailboxes, clock }: Pick<PhoneStage, 'mailboxes' | 'clock'>,
  pairing: Pairing,
  name = 'Pixel 8',
): Promise<FakePhone> {
  const device = new FakePhone(mailboxes, clock);
  device.scan(pairing.url, name);
  await until(() => device.digits !== '');
  return device;
}

/** The card of a request on a phone. */
export async function cardOn(device: FakePhone, { id }: PermissionRequest) {
  await until(() => device.open.has(id));
  const card = device.open.get(id);
  if (!card) throw new Error('The card is gone');
  return card;
}

/** The same phone code after a restart of the extension: only the secrets are what they were. */
export async function restarted(stage: PhoneStage): Promise<Phone> {
  stage.phone.dispose();
  return createPhone(stage.options);
}

/** Waits for what the phone or the hub does. Milliseconds. */
export function until(condition: () => boolean, timeout = 5000): Promise<void> {
  return waitFor(condition, `the phone: ${condition}`, timeout);
}
