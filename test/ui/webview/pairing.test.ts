import assert from 'node:assert/strict';
import type { PairingView } from '../../../src/protocol/pairingMessages.ts';
import { CONTRAST, NAMES, REFERENCES } from '../../support/accessChecks.ts';
import { inBrowser } from '../../support/inBrowser.ts';
import { type Theme, type Webview, WebviewHarness } from '../../support/webviewHarness.ts';

const URL = 'https://192.168.1.20:41337/#1.wid.fingerprint.secret';

function code(left = 300_000): PairingView {
  const qr = { size: 2, path: 'M0 0h1v1h-1zM1 1h1v1h-1z' };
  const expiresAt = Date.now() + left;
  return { kind: 'code', url: URL, qr, expiresAt, over: 'lan', fingerprint: 'AB:CD' };
}

const DIGITS: PairingView = { kind: 'digits', name: 'Pixel 8', triesLeft: 3 };

describe('the pairing panel', function () {
  // A browser starts, and the machine may be busy.
  this.timeout(60_000);
  let harness: WebviewHarness;
  let view: Webview;

  inBrowser(async () => {
    harness = await WebviewHarness.start();
    return harness;
  });

  const open = async (shown: PairingView, theme: Theme = 'dark') => {
    view = await harness.open('pairing', { theme });
    await show(shown);
  };
  const show = (shown: PairingView) => view.send({ type: 'pairing', view: shown });
  const field = () => view.page.getByRole('textbox', { name: /six digits/ });

  it('shows the code, its link and the time that is left, and copies the link', async () => {
    await open(code(65_000));
    await view.page.getByRole('img', { name: 'QR code' }).waitFor();
    assert.equal(await view.page.getByRole('textbox').inputValue(), URL);
    await view.page.getByText(/too old in 1:0\d/).waitFor();
    await view.page.getByRole('button', { name: 'Copy link' }).click();
    await view.page.getByText('The phone says that the connection is not private').click();
    await view.page.getByText('AB:CD').waitFor();
    assert.deepEqual(await view.sent(), [{ type: 'copyLink' }]);
  });

  it('takes the keyboard to the digits, sends six of them with Enter, and no fewer', async () => {
    await open(code());
    await show(DIGITS);
    assert.equal(await field().evaluate((each) => each.matches(':focus')), true);
    await view.page.keyboard.type('123 45');
    await view.page.keyboard.press('Enter');
    assert.deepEqual(await view.sent(), []);
    await view.page.keyboard.type('6');
    await view.page.keyboard.press('Enter');
    assert.deepEqual(await view.sent(), [{ type: 'digits', digits: '123 456' }]);
  });

  it('says that the digits were wrong, empties the field, and reads it out', async () => {
    await open(DIGITS);
    await field().fill('123456');
    await show({ ...DIGITS, triesLeft: 2 });
    assert.equal(await field().inputValue(), '');
    assert.equal(await field().getAttribute('aria-invalid'), 'true');
    const words = 'The phone shows other digits. It is not paired yet; 2 tries are left.';
    await view.page.locator('#wrong', { hasText: words }).waitFor();
    await view.page.getByRole('status').filter({ hasText: words }).waitFor();
  });

  it('says why nothing was paired, and makes a new code', async () => {
    await open({ kind: 'over', text: 'There is no local network.' });
    await view.page.locator('main', { hasText: 'There is no local network.' }).waitFor();
    await view.page.getByRole('button', { name: 'New code' }).click();
    assert.deepEqual(await view.sent(), [{ type: 'newCode' }]);
  });

  it('says what the desktop still confirms, only where it does', async () => {
    await open({ kind: 'paired', name: 'Pixel 8', isConfirmedHere: true });
    assert.equal(await view.page.getByText('you confirm here as well').count(), 1);
    await show({ kind: 'paired', name: 'Pixel 8', isConfirmedHere: false });
    assert.equal(await view.page.getByText('you confirm here as well').count(), 0);
  });

  for (const theme of ['dark', 'light', 'hc'] as const) {
    it(`names every control and can be read (${theme})`, async () => {
      for (const shown of [code(), { ...DIGITS, triesLeft: 1 } satisfies PairingView]) {
        await open(shown, theme);
        for (const check of [NAMES, REFERENCES, CONTRAST])
          assert.deepEqual(await view.page.evaluate(check), []);
      }
    });
  }
});
