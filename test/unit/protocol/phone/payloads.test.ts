import assert from 'node:assert/strict';
import { buildRequest } from '../../../../src/permission/newRequest.ts';
import { NO_RULES, phoneCard } from '../../../../src/phone/phoneCard.ts';
import {
  digestOf,
  parseToPhone,
  parseToWorkspace,
  pushTopic,
} from '../../../../src/protocol/phone/payloads.ts';
import { draft } from '../../../support/builders.ts';

const ID = '01HF7YAT00'.padEnd(26, '0');
const HASH = 'A'.repeat(43);
const NONCE = 'A'.repeat(22);

function cardMessage() {
  const shared = phoneCard(buildRequest(draft(), ID, 0).request, NO_RULES);
  const card = { ...shared, mayAllow: 'yes', mayAlways: 'yes' };
  return { t: 'card', card, digest: digestOf(card), nonce: NONCE, at: 0 };
}

describe('what a phone takes', () => {
  it('is a card whose digest is its own', () => {
    const message = cardMessage();
    assert.equal(parseToPhone(JSON.stringify(message)).ok, true);
    const forged = [
      { ...message, card: { ...message.card, argsHash: 'x' } },
      { ...message, card: { ...message.card, mayAllow: 'confirm' } },
      { ...message, card: { ...message.card, hidden: 'field' } },
      { ...message, digest: HASH },
    ];
    for (const each of forged) assert.equal(parseToPhone(JSON.stringify(each)).ok, false);
  });

  it('is nothing that is not in the protocol', () => {
    for (const text of [
      '',
      'null',
      '[]',
      '{}',
      '{"t":"card"}',
      '{"t":"eval"}',
      '{"t":"card","card":null}',
    ])
      assert.equal(parseToPhone(text).ok, false, text);
  });
});

describe('what a workspace takes', () => {
  const answer = { t: 'answer', card: ID, digest: HASH, nonce: NONCE, outcome: 'deny', at: 1 };

  it('is an answer with known fields, each within its limits', () => {
    const feedback = 'x'.repeat(4000);
    const parsed = parseToWorkspace(JSON.stringify({ ...answer, feedback, by: 'rule' }));
    assert.deepEqual(parsed, { ok: true, value: { ...answer, feedback } });
    const wrong = [
      { ...answer, card: '../x' },
      { ...answer, outcome: 'always' },
      { ...answer, feedback: `${feedback}x` },
      { ...answer, nonce: '' },
      { ...answer, at: -1 },
      { ...answer, rule: { scope: 'everywhere', match: 'exact' } },
      { t: 'sync', known: Array.from({ length: 201 }, () => ID), id: 'x', since: 0 },
      { t: 'push', subscription: { endpoint: 'no url', keys: { p256dh: '', auth: '' } } },
    ];
    for (const each of wrong) assert.equal(parseToWorkspace(JSON.stringify(each)).ok, false);
  });
});

it('the topic of a push is another one for each card and each phone', () => {
  const topics = [
    pushTopic('one', ID),
    pushTopic('two', ID),
    pushTopic('one', ID.replace('F', 'G')),
  ];
  assert.equal(new Set(topics).size, 3);
  for (const topic of topics) assert.match(topic, /^[\w-]{32}$/);
});
