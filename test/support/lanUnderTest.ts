import fs from 'node:fs';
import path from 'node:path';
import { LanTransport, type LanTransportOptions } from '../../src/phone/lan/transport.ts';
import { ManualClock } from './fakes.ts';
import { MailboxClient } from './mailboxClient.ts';
import { MemorySecrets } from './phoneFakes.ts';
import { temporaryFolder } from './testFolder.ts';

export interface LanUnderTest {
  readonly transport: LanTransport;
  readonly clock: ManualClock;
  readonly page: MailboxClient;
}

export const INBOX = 'inbox_of_the_extension_1';
export const OUTBOX = 'outbox_to_the_phone_0001';

export function lanOptions(options: Partial<LanTransportOptions> = {}): LanTransportOptions {
  return {
    clock: new ManualClock(),
    pageFolder: pageFolder(),
    secrets: new MemorySecrets(),
    workspaceSecrets: new MemorySecrets(),
    address: '127.0.0.1',
    ...options,
  };
}

/** On loopback, with a page of a few files. To be stopped by the test. */
export async function startLan(options: Partial<LanTransportOptions> = {}): Promise<LanUnderTest> {
  const clock = new ManualClock();
  const transport = new LanTransport(lanOptions({ clock, ...options }));
  await transport.start();
  return { transport, clock, page: new MailboxClient(transport.pageUrl) };
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
