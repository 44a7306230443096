import { LanTransport } from '../../src/phone/lan/transport.ts';
import { RelayTransport } from '../../src/phone/relay/transport.ts';
import type { PhoneTransport } from '../../src/phone/transport.ts';
import { INBOX, lanOptions, OUTBOX } from '../support/lanUnderTest.ts';
import { type Listening, MailboxClient } from '../support/mailboxClient.ts';
import { Relay } from '../support/nginx.ts';
import { waitFor } from '../support/waitFor.ts';

const ROUNDS = 300;
const WARM_UP = 50;
/** An envelope of usual size. */
const ENVELOPE = 'x'.repeat(1500);

/** Milliseconds. */
interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

interface PhoneReport {
  /** Published by the extension until the phone has it. */
  readonly toPhone: Percentiles;
  /** Sent by the phone until the extension has it. */
  readonly toExtension: Percentiles;
}

/** An envelope each way over loopback, on the local network's server and on the real relay. */
export async function benchPhone(): Promise<{ lan: PhoneReport; relay: PhoneReport | string }> {
  const lan = new LanTransport(lanOptions());
  await lan.start();
  try {
    return {
      lan: await measure(lan),
      relay: process.platform === 'linux' ? await benchRelay() : 'Linux only',
    };
  } finally {
    await lan.stop();
  }
}

async function benchRelay(): Promise<PhoneReport> {
  const relay = await Relay.start();
  const transport = new RelayTransport({ relay: new URL(relay.url) });
  try {
    await transport.start();
    return await measure(transport);
  } finally {
    transport.dispose();
    await relay.dispose();
  }
}

async function measure(transport: PhoneTransport): Promise<PhoneReport> {
  const page = new MailboxClient(transport.pageUrl);
  let received = 0;
  transport.open(OUTBOX);
  transport.subscribe(INBOX, () => {
    received += 1;
  });
  await waitFor(() => transport.status.state === 'up', 'the transport');
  const phone: Listening = await page.listen(OUTBOX);
  const toPhone = await times(async (round) => {
    await transport.publish(OUTBOX, ENVELOPE);
    await until(() => phone.events.length > round);
  });
  const toExtension = await times(async (round) => {
    await page.leave(INBOX, ENVELOPE);
    await until(() => received > round);
  });
  phone.close();
  return { toPhone, toExtension };
}

async function times(once: (round: number) => Promise<void>): Promise<Percentiles> {
  const all: number[] = [];
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    const start = performance.now();
    await once(round);
    if (round >= WARM_UP) all.push(performance.now() - start);
  }
  all.sort((a, b) => a - b);
  const at = (share: number) => Number((all[Math.floor(all.length * share)] ?? 0).toFixed(2));
  return { p50: at(0.5), p95: at(0.95) };
}

/** Looks on every turn of the event loop: a timer would be most of what is measured. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}
