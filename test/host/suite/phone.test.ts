import assert from 'node:assert/strict';
import net from 'node:net';
import * as vscode from 'vscode';
import type { PermissionRequest } from '../../../src/permission/request.ts';
import type { DesktopQuestion } from '../../../src/phone/ports.ts';
import { confirmAtDesktop } from '../../../src/ui/phoneConfirmation.ts';
import { MailboxClient } from '../../support/mailboxClient.ts';
import { waitFor } from '../../support/waitFor.ts';
import { api, demoSession } from '../hostSupport.ts';

/** No further ports come after it, so that one server is enough to take them all. */
const LAST_PORT = 65_535;

describe('phones in the extension host', () => {
  beforeEach(() => set('phone.interface', '127.0.0.1'));

  afterEach(async () => {
    for (const key of ['phone.interface', 'phone.port', 'phone.enabled']) await set(key, undefined);
  });

  it('loads nothing of them and opens no port while none was ever paired', async () => {
    const { phones } = await api();
    assert.equal(phones.isOpen, false);
    assert.deepEqual(phones.devices, []);
  });

  it('serves the page while one is being paired, and closes the port when phones are switched off', async () => {
    const { phones } = await api();
    const { pairing, fingerprint } = await phones.pair('lan');
    assert.match(fingerprint ?? '', /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    const page = new MailboxClient(pairing.url);
    assert.equal((await page.ask('/')).status, 200);
    await set('phone.enabled', false);
    await waitFor(() => !phones.isOpen, 'phones to be closed');
    await assert.rejects(page.ask('/'), { code: 'ECONNREFUSED' });
    await assert.rejects(phones.pair('lan'), isUserError('pairingRefused'));
    await set('phone.enabled', undefined);
  });

  it('says in words that the interface is not there, and that the port is taken', async () => {
    const { phones } = await api();
    await set('phone.interface', 'nosuch0');
    await assert.rejects(phones.pair('lan'), isUserError('noNetwork'));
    await set('phone.interface', '127.0.0.1');
    const taken = net.createServer();
    await new Promise<void>((resolve) => taken.listen(LAST_PORT, '127.0.0.1', resolve));
    await set('phone.port', LAST_PORT);
    try {
      await assert.rejects(phones.pair('lan'), isUserError('serverFailed'));
    } finally {
      await new Promise((resolve) => taken.close(resolve));
    }
    await set('phone.port', undefined);
  });

  it('says that no relay is set up', async () => {
    const { phones } = await api();
    await assert.rejects(phones.pair('relay'), isUserError('pairingRefused'));
  });
});

describe('the word at the desktop', () => {
  let request: PermissionRequest;
  let shown: string[];

  before(async () => {
    const { broker } = await api();
    const session = await demoSession();
    void session.prompt('Show me.');
    await waitFor(() => broker.pending.length > 0, 'a request');
    const [first] = broker.pending;
    assert.ok(first);
    request = first;
  });

  after(async () => {
    const { broker, sessions } = await api();
    await broker.answer({
      requestId: request.id,
      argsHash: request.argsHash,
      outcome: 'deny',
      by: { kind: 'person', surface: 'palette' },
    });
    await sessions.stopAll();
  });

  beforeEach(() => {
    shown = [];
  });

  const ask = (signal = new AbortController().signal) => {
    const question: DesktopQuestion = {
      request,
      device: 'Pixel 8',
      signal,
      answer: {
        t: 'answer',
        card: request.id,
        digest: '',
        nonce: '',
        outcome: 'allow',
        rule: { scope: 'session', match: 'exact' },
        at: 0,
      },
    };
    const rules = { suggestions: async () => [] };
    return confirmAtDesktop(question, { rules, showCard: (id) => shown.push(id) });
  };

  it('is yes only for Confirm', async () => {
    for (const [button, expected] of [
      ['Confirm', true],
      ['Refuse', false],
      [undefined, false],
    ] as const) {
      const messages = answerMessages([{ button, after: 600 }]);
      assert.equal(await ask(), expected, String(button));
      messages.restore();
      assert.match(
        messages.texts[0] ?? '',
        /^Pixel 8 wants to always allow exactly this call in this session\./,
      );
    }
  });

  it('does not count a click that came as the question came up', async () => {
    const messages = answerMessages([
      { button: 'Confirm', after: 50 },
      { button: 'Refuse', after: 50 },
    ]);
    assert.equal(await ask(), false);
    messages.restore();
    assert.equal(messages.texts.length, 2);
  });

  it('shows the request on demand and asks again', async () => {
    const messages = answerMessages([
      { button: 'Show', after: 10 },
      { button: 'Confirm', after: 600 },
    ]);
    assert.equal(await ask(), true);
    messages.restore();
    assert.deepEqual(shown, [request.id]);
  });

  it('is no when the request is over by then', async () => {
    const controller = new AbortController();
    const messages = answerMessages([{ button: 'Confirm', after: 600 }]);
    const answer = ask(controller.signal);
    controller.abort();
    assert.equal(await answer, false);
    messages.restore();
  });

  it('offers no Confirm before a request was seen that does not fit in the question', async () => {
    const { display } = request;
    const long = { ...request, display: { ...display, oneLineIsAll: false } };
    const whole = request;
    request = long;
    const messages = answerMessages([{ button: 'Refuse', after: 10 }]);
    assert.equal(await ask(), false);
    messages.restore();
    request = whole;
    assert.deepEqual(messages.buttons[0], ['Show', 'Refuse']);
  });
});

interface Press {
  readonly button: string | undefined;
  /** Milliseconds. */
  readonly after: number;
}

/** Answers VS Code's warnings one after the other. */
function answerMessages(presses: readonly Press[]) {
  const texts: string[] = [];
  const buttons: string[][] = [];
  const original = vscode.window.showWarningMessage;
  const stub = async (text: string, ...offered: string[]): Promise<string | undefined> => {
    const press = presses[texts.length];
    texts.push(text);
    buttons.push(offered);
    await new Promise((resolve) => setTimeout(resolve, press?.after ?? 0));
    return press?.button;
  };
  Object.assign(vscode.window, { showWarningMessage: stub });
  const restore = () => Object.assign(vscode.window, { showWarningMessage: original });
  return { texts, buttons, restore };
}

async function set(key: string, value: unknown): Promise<void> {
  await vscode.workspace
    .getConfiguration('countersign')
    .update(key, value, vscode.ConfigurationTarget.Global);
}

function isUserError(code: string): (error: unknown) => boolean {
  // The suite has a class of its own: instanceof would not see it.
  return (error) =>
    error instanceof Error && error.name === 'UserError' && 'code' in error && error.code === code;
}
