import fs from 'node:fs';
import path from 'node:path';
import { LanTransport, type LanTransportOptions } from '../../src/phone/lan/transport.ts';
import type { Slot } from '../../src/phone/slot.ts';
import { ManualClock } from './fakes.ts';
import { PhonePage } from './phonePage.ts';
import { temporaryFolder } from './testFolder.ts';

/** A slot in memory. */
export class MemorySlot<T> implements Slot<T> {
  value: T | undefined;
  writes = 0;

  constructor(value?: T) {
    this.value = value;
  }

  read(): Promise<T | undefined> {
    return Promise.resolve(this.value);
  }

  write(value: T): Promise<void> {
    this.value = value;
    this.writes += 1;
    return Promise.resolve();
  }
}

export interface LanUnderTest {
  readonly transport: LanTransport;
  readonly clock: ManualClock;
  readonly page: PhonePage;
}

export const INBOX = 'inbox_of_the_extension_1';
export const OUTBOX = 'outbox_to_the_phone_0001';

export function lanOptions(options: Partial<LanTransportOptions> = {}): LanTransportOptions {
  return {
    clock: new ManualClock(),
    pageFolder: pageFolder(),
    certificate: new MemorySlot<string>(),
    port: new MemorySlot<number>(),
    address: '127.0.0.1',
    ...options,
  };
}

/** On loopback, with a page of a few files. To be stopped by the test. */
export async function startLan(options: Partial<LanTransportOptions> = {}): Promise<LanUnderTest> {
  const clock = new ManualClock();
  const transport = new LanTransport(lanOptions({ clock, ...options }));
  await transport.start();
  return { transport, clock, page: new PhonePage(transport.pageUrl) };
}

/** A built page, with a file beside it that is none of it. */
export function pageFolder(): string {
  const folder = temporaryFolder();
  const page = path.join(folder, 'phone');
  fs.mkdirSync(path.join(page, 'icons'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'secret.html'), 'SECRET');
  fs.writeFileSync(path.join(page, 'index.html'), '<!doctype html><title>Countersign</title>');
  fs.writeFileSync(path.join(page, 'app.js'), 'export {};');
  fs.writeFileSync(path.join(page, 'manifest.webmanifest'), '{}');
  fs.writeFileSync(path.join(page, 'icons/icon.png'), 'PNG');
  return page;
}
