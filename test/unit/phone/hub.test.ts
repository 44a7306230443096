import assert from 'node:assert/strict';
import { PHONE_PROTOCOL } from '../../../src/protocol/phone/payloads.ts';
import { phoneLink } from '../../../src/protocol/phone/phonePairing.ts';
import { draft, draftOf, execute, ONCE, option } from '../../support/builders.ts';
import { ManualClock } from '../../support/fakes.ts';
import { outcomes } from '../../support/fakesBroker.ts';
import { cardOn, pairPhone, phoneStage, restarted, until } from '../../support/phoneStage.ts';

describe('a request on the phone', () => {
  it('is shown with what surfaces may see, and answered through the broker', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const { request } = stage.raise(draftOf(execute('git push')));
    const message = await cardOn(device, request);
    assert.equal(message.card.argsHash, request.argsHash);
    assert.equal(message.card.display.oneLine, 'git push');
    assert.deepEqual([message.card.mayAllow, message.card.mayAlways], ['yes', 'yes']);
    device.answer(message, { outcome: 'allow' });
    await until(() => device.of('resolved').length > 0);
    const [resolved] = device.of('resolved');
    assert.deepEqual(
      [resolved?.decision, resolved?.mine, resolved?.outcome.text],
      ['allow', true, 'Allowed once by you on Pixel 8'],
    );
    assert.deepEqual(outcomes(stage.deliveries), ['allow person allow_once']);
    assert.deepEqual(stage.deliveries[0]?.decision.by, {
      kind: 'person',
      surface: 'phone',
      device: 'Pixel 8',
    });
    assert.deepEqual(stage.errors, []);
  });

  it('goes to every phone, each with a nonce of its own; the first answer counts, the others are told', async () => {
    const stage = await phoneStage();
    const one = await pairPhone(stage);
    const two = await pairPhone(stage);
    assert.deepEqual(
      stage.phone.devices.map(({ name }) => name),
      ['Pixel 8', 'Pixel 8 (2)'],
    );
    const { request } = stage.raise();
    const [first, second] = [await cardOn(one, request), await cardOn(two, request)];
    assert.notEqual(first.nonce, second.nonce);
    one.answer(first, { outcome: 'deny' });
    two.answer(second, { outcome: 'allow' });
    await until(() => two.of('resolved').length > 0 && one.of('resolved').length > 0);
    assert.deepEqual(outcomes(stage.deliveries), ['deny person reject_once']);
    assert.deepEqual(
      [one, two].map((each) => [each.of('resolved')[0]?.decision, each.of('resolved')[0]?.mine]),
      [
        ['deny', true],
        ['deny', false],
      ],
    );
    assert.deepEqual([one.open.size, two.open.size], [0, 0]);
  });

  it('is taken back when it was answered at the desktop', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const { request } = stage.raise();
    const message = await cardOn(device, request);
    const { id: requestId, argsHash } = request;
    const by = { kind: 'person', surface: 'inbox' } as const;
    await stage.broker.answer({ requestId, argsHash, outcome: 'allow', by });
    await until(() => device.open.size === 0);
    assert.equal(device.of('resolved')[0]?.outcome.where, 'in the inbox');
    device.answer(message, { outcome: 'deny' });
    await until(() => device.of('resolved').length === 2);
    assert.deepEqual(outcomes(stage.deliveries), ['allow person allow_once']);
  });

  it('counts only for the card that this phone was shown', async () => {
    const stage = await phoneStage();
    const [one, two] = [await pairPhone(stage), await pairPhone(stage)];
    const { request } = stage.raise();
    const { request: other } = stage.raise(draftOf(execute('ls')));
    const mine = await cardOn(one, request);
    const theirs = await cardOn(two, request);
    const another = await cardOn(one, other);
    one.answer({ ...mine, nonce: theirs.nonce }, { outcome: 'allow' });
    one.answer({ ...mine, digest: another.digest }, { outcome: 'allow' });
    one.answer({ ...mine, nonce: another.nonce, digest: another.digest }, { outcome: 'allow' });
    one.answer(mine, { outcome: 'allow', optionId: 'allow_always' });
    one.answer(mine, { outcome: 'allow', rule: { scope: 'global', match: 'exact' } });
    one.answer(mine, { outcome: 'allow', rule: { scope: 'session', match: 'command:rm' } });
    const unknown = { ...mine, card: { ...mine.card, id: '0'.repeat(26) } };
    one.answer(unknown, { outcome: 'allow' });
    await until(() => one.of('refused').length === 7);
    const notShown = /not the one that was shown here/;
    assert.deepEqual(
      one.of('refused').map(({ text }) => notShown.test(text)),
      [true, true, true, false, true, true, true],
    );
    assert.equal(stage.broker.pending.length, 2);
    assert.deepEqual(stage.deliveries, []);
  });

  it('is not answered a second time by an envelope that is sent again', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const { request } = stage.raise();
    const envelope = device.answer(await cardOn(device, request), {
      outcome: 'allow',
      answers: {},
    });
    await until(() => device.of('resolved').length === 1);
    const phone = await restarted(stage);
    const { request: again } = stage.raise();
    await cardOn(device, again);
    stage.mailboxes.post(device.record.mailboxes.toWorkspace, envelope);
    device.answer(await cardOn(device, again), { outcome: 'deny' });
    await until(() => device.open.size === 0);
    // Opened a second time, the old answer would have been refused in words.
    assert.deepEqual([device.of('resolved').length, device.of('refused').length], [2, 0]);
    phone.dispose();
  });
});

describe('a request that is too long for the phone', () => {
  it('can be denied there, but not allowed, whatever the phone sends', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const { request } = stage.raise(draftOf(execute(`echo ${'x'.repeat(20_000)}`)));
    const message = await cardOn(device, request);
    const { shortened, mayAllow, mayAlways } = message.card;
    assert.deepEqual([shortened, mayAllow, mayAlways], [true, 'no', 'no']);
    device.answer(message, { outcome: 'allow' });
    await until(() => device.of('refused').length === 1);
    assert.match(device.of('refused')[0]?.text ?? '', /too long .* Nothing was allowed/);
    device.answer(message, { outcome: 'deny' });
    await until(() => stage.deliveries.length === 1);
    assert.deepEqual(outcomes(stage.deliveries), ['deny person reject_once']);
  });
});

describe('rules', () => {
  it('are offered as they are suggested, and made as they were offered', async () => {
    const offer = { scopes: ['session'], suggestions: [{ id: 'x', label: 'X …' }] } as const;
    const stage = await phoneStage({ ruleOptions: async () => offer });
    const device = await pairPhone(stage);
    const message = await cardOn(device, stage.raise().request);
    assert.deepEqual(message.card.rules, offer);
    device.answer(message, { outcome: 'allow', rule: { scope: 'session', match: 'exact' } });
    await until(() => stage.deliveries.length === 1);
    assert.equal(stage.deliveries[0]?.decision.rule?.scope, 'session');
  });

  it('that are still thought about do not keep a card back', async () => {
    const stage = await phoneStage({ ruleOptions: () => new Promise(() => {}) });
    const device = await pairPhone(stage);
    const { request } = stage.raise();
    stage.timers.advance(50);
    const message = await cardOn(device, request);
    assert.deepEqual(message.card.rules, { scopes: [], suggestions: [] });
  });
});

describe('a phone that was away', () => {
  it('gets what is still open, each once, and hears how the rest ended', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const { request: seen } = stage.raise(draftOf(execute('seen')));
    await cardOn(device, seen);
    device.disconnect();
    stage.clock.advance(1000);
    const before = stage.mailboxes.seen.length;
    const missed = stage.raise(draftOf(execute('missed')));
    const { request: open } = stage.raise(draftOf(execute('open')));
    missed.withdraw();
    await until(() => stage.mailboxes.seen.length > before);
    device.connect();
    await until(() => device.of('synced').length === 1);
    assert.deepEqual([...device.open.keys()], [seen.id, open.id]);
    assert.equal(device.arrivals.get(seen.id), 1);
    assert.deepEqual(device.of('synced').at(-1)?.open, [seen.id, open.id]);
    assert.deepEqual(
      device.of('resolved').map(({ card, late, line }) => [card, late, line]),
      [[missed.request.id, true, 'missed']],
    );
  });

  it('hears that a card it still shows is over, however long ago', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const raised = stage.raise();
    await cardOn(device, raised.request);
    device.disconnect();
    raised.withdraw();
    device.connect();
    await until(() => device.of('synced').length === 1);
    assert.deepEqual([device.open.size, device.of('synced').at(-1)?.open], [0, []]);
  });

  it('is served on after a restart of the extension', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const phone = await restarted(stage);
    device.connect();
    const { request } = stage.raise();
    device.answer(await cardOn(device, request), { outcome: 'allow' });
    await until(() => stage.deliveries.length === 1);
    assert.deepEqual(device.refusals, []);
    phone.dispose();
  });

  it('catches up after days, whichever clock is wrong', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    device.disconnect();
    stage.clock.advance(5 * 86_400_000);
    device.connect();
    const { request } = stage.raise();
    device.answer(await cardOn(device, request), { outcome: 'allow' });
    await until(() => stage.deliveries.length === 1);
  });
});

describe('a phone whose clock is days behind', () => {
  it('is greeted when it says something of another version: then it knows that it has to be reloaded', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    device.sync();
    await until(() => device.of('synced').length > 0);
    const greeted = device.of('hello').length;
    const envelope = device.link.seal(JSON.stringify({ t: 'sync2', everything: true }));
    stage.mailboxes.post(device.record.mailboxes.toWorkspace, envelope);
    await until(() => device.of('hello').length > greeted);
    assert.equal(device.of('hello').at(-1)?.protocol, PHONE_PROTOCOL);
  });

  it('is told the day when it seals for one that is over', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    stage.clock.advance(5 * 86_400_000);
    const phone = await restarted(stage);
    device.disconnect();
    // Its own clock still says the day of the pairing.
    const late = phoneLink(device.record, new ManualClock());
    const { toWorkspace, toPhone } = device.record.mailboxes;
    stage.raise();
    await until(() => stage.mailboxes.seen.length > 0);
    const told: string[] = [];
    stage.mailboxes.listen(toPhone, (text) => {
      const opened = late.open(text);
      if (opened.ok) told.push(opened.value);
    });
    const sync = JSON.stringify({ t: 'sync', known: [], id: 'x', since: 0 });
    for (let tries = 0; tries < 3; tries++) late.seal(sync);
    stage.mailboxes.post(toWorkspace, late.seal(sync));
    await until(() => told.length > 0);
    stage.mailboxes.post(toWorkspace, late.seal(sync));
    await until(() => told.some((text) => text.includes('"synced"')));
    phone.dispose();
  });
});

describe('while a transport is down', () => {
  it('nothing is lost: it goes out once it is up, without what is over by then', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    stage.mailboxes.setDown();
    const over = stage.raise();
    const { request } = stage.raise();
    await until(() => stage.errors.length === 1);
    over.withdraw();
    stage.mailboxes.setUp();
    await cardOn(device, request);
    assert.deepEqual([...device.arrivals.keys()], [request.id]);
  });

  it('it is tried again after a pause, though nobody says that it is up', async () => {
    const stage = await phoneStage();
    const device = await pairPhone(stage);
    const publish = stage.mailboxes.publish.bind(stage.mailboxes);
    let failures = 0;
    stage.mailboxes.publish = (mailbox, envelope) =>
      failures++ < 3 ? Promise.reject(new Error('Too many requests')) : publish(mailbox, envelope);
    const { request } = stage.raise();
    for (let tries = 1; tries <= 3; tries++) {
      await until(() => failures === tries && stage.timers.size > 0);
      stage.timers.advance(30_000);
    }
    await cardOn(device, request);
    assert.equal(stage.errors.length, 1);
  });
});

describe('on the local network', () => {
  const risky = () => draftOf(execute('git push --force'));

  it('"always" and high risk count when the desktop confirms them', async () => {
    const stage = await phoneStage({ kind: 'lan' });
    const device = await pairPhone(stage);
    const { request } = stage.raise(risky());
    const message = await cardOn(device, request);
    assert.deepEqual([message.card.mayAllow, message.card.mayAlways], ['confirm', 'confirm']);
    device.answer(message, { outcome: 'allow' });
    await until(() => device.of('confirming').length === 1);
    assert.deepEqual(stage.deliveries, []);
    device.answer(message, { outcome: 'allow' });
    await until(() => device.of('refused').length === 1);
    stage.questions[0]?.resolve(true);
    await until(() => stage.deliveries.length === 1);
    const { request: harmless } = stage.raise();
    device.answer(await cardOn(device, harmless), {
      outcome: 'allow',
      rule: { scope: 'session', match: 'exact' },
    });
    await until(() => stage.questions.length === 2);
    stage.questions[1]?.resolve(false);
    await until(() => device.of('refused').length === 2);
    assert.equal(stage.broker.pending.length, 1);
  });

  it('so does the agent\'s own "always"', async () => {
    const stage = await phoneStage({ kind: 'lan' });
    const device = await pairPhone(stage);
    const { request } = stage.raise(draft({ options: [...ONCE, option('allow_always')] }));
    device.answer(await cardOn(device, request), { outcome: 'allow', optionId: 'allow_always' });
    await until(() => stage.questions.length === 1);
    assert.deepEqual(stage.deliveries, []);
  });

  it('a deny counts at once, also while the desktop is asked; then nobody is asked any more', async () => {
    const stage = await phoneStage({ kind: 'lan' });
    const device = await pairPhone(stage);
    const { request } = stage.raise(risky());
    const message = await cardOn(device, request);
    device.answer(message, { outcome: 'allow' });
    await until(() => stage.questions.length === 1);
    device.answer(message, { outcome: 'deny' });
    await until(() => stage.deliveries.length === 1);
    stage.questions[0]?.resolve(true);
    await until(() => stage.questions[0]?.signal.aborted === true);
    assert.deepEqual(outcomes(stage.deliveries), ['deny person reject_once']);
  });

  it('a confirmation for a phone that was removed meanwhile allows nothing', async () => {
    const stage = await phoneStage({ kind: 'lan' });
    const device = await pairPhone(stage);
    const { request } = stage.raise(risky());
    device.answer(await cardOn(device, request), { outcome: 'allow' });
    await until(() => stage.questions.length === 1);
    stage.questions[0]?.resolve(true);
    await stage.phone.revoke(stage.phone.devices[0]?.id ?? '');
    assert.equal(stage.questions[0]?.signal.aborted, true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(stage.broker.pending.length, 1);
  });

  it('a desktop that cannot ask allows nothing, and says so', async () => {
    const stage = await phoneStage({
      kind: 'lan',
      confirmAtDesktop: () => Promise.reject(new Error('No window')),
    });
    const device = await pairPhone(stage);
    const { request } = stage.raise(draftOf(execute('rm -rf build')));
    device.answer(await cardOn(device, request), { outcome: 'allow' });
    await until(() => device.of('refused').length === 1);
    assert.match(device.of('refused')[0]?.text ?? '', /went wrong in VS Code. Nothing was allowed/);
    assert.deepEqual([stage.deliveries, stage.errors.length], [[], 1]);
  });

  it('the setting lets the phone answer alone', async () => {
    const stage = await phoneStage({ kind: 'lan', lanMayAnswerAlone: () => true });
    const device = await pairPhone(stage);
    const { request } = stage.raise(risky());
    const message = await cardOn(device, request);
    assert.equal(message.card.mayAllow, 'yes');
    device.answer(message, { outcome: 'allow' });
    await until(() => stage.deliveries.length === 1);
  });
});
