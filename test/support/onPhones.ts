import { inBrowser } from './inBrowser.ts';
import { PhoneDesktop } from './phoneDesktop.ts';
import { type Phone, PhoneHarness } from './phoneHarness.ts';

interface OnPhone {
  readonly harness: PhoneHarness;
  readonly phone: Phone;
  /** To pair it with. */
  readonly desktop: PhoneDesktop;
}

/** For the suite around it: one browser, and in it a phone and a desktop for each test, which `begin` takes. */
export function onPhones(begin: (stage: OnPhone) => void): void {
  let harness: PhoneHarness;
  inBrowser(async () => {
    harness = await PhoneHarness.start();
    return harness;
  });
  beforeEach(async () => {
    const phone = await harness.phone();
    begin({ harness, phone, desktop: new PhoneDesktop(harness.mailboxes) });
  });
}
