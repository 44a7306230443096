import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import {
  WebPushSender,
  type WebPushSenderOptions,
} from '../../../../src/phone/push/webPushSender.ts';
import { MAX_PUSH, WAKE_UP } from '../../../../src/protocol/phone/pushMessage.ts';
import { MemorySecrets } from '../../../support/phoneFakes.ts';
import { decryptPush, PushService, type ReceivedPush } from '../../../support/pushService.ts';

const TOPIC = 'topic-of-a-card-with-32-letters_';

describe('Web Push', () => {
  let service: PushService;
  let secrets: MemorySecrets;

  beforeEach(async () => {
    service = await PushService.start();
    secrets = new MemorySecrets();
  });

  afterEach(() => service.close());

  function sender(options: Partial<WebPushSenderOptions> = {}): WebPushSender {
    return new WebPushSender({
      secrets,
      subject: 'https://relay.example/',
      isAllowed: (endpoint) => endpoint.startsWith(service.origin),
      agent: service.agent,
      ...options,
    });
  }

  it('sends what only the subscribed browser can read, urgent, replaceable and signed', async () => {
    const push = sender();
    const key = await push.vapidKey();
    const outcome = await push.send(service.subscription, '{"sealed":"card"}', TOPIC);
    assert.equal(outcome, 'sent');
    const [message] = service.received;
    assert.ok(message);
    assert.equal(service.read(message), '{"sealed":"card"}');
    assert.equal(message.body.includes('sealed'), false);
    const { headers } = message;
    assert.deepEqual(
      [headers['topic'], headers['urgency'], headers['ttl'], headers['content-encoding']],
      [TOPIC, 'high', '3600', 'aes128gcm'],
    );
    assert.deepEqual(claims(message, key), {
      aud: service.origin,
      sub: 'https://relay.example/',
    });
  });

  // RFC 8291, section 5 and appendix A.
  it('is read as the published example is', () => {
    const text = decryptPush(
      bytes(
        'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
      ),
      bytes('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94'),
      bytes('BTBZMqHH6r4Tts7J_aSIgg'),
    );
    assert.equal(text, 'When I grow up, I want to be a watermelon');
  });

  it('sends the largest envelope that fits, and "open the page" for one more byte', async () => {
    const push = sender();
    const largest = 'é'.repeat((MAX_PUSH - 1) / 2).concat('x');
    assert.equal(await push.send(service.subscription, largest, TOPIC), 'sent');
    assert.equal(await push.send(service.subscription, `${largest}x`, TOPIC), 'sent');
    assert.deepEqual(
      service.received.map((each) => service.read(each)),
      [largest, WAKE_UP],
    );
    assert.deepEqual(
      service.received.map((each) => each.body.length <= 4096),
      [true, true],
    );
  });

  it('keeps its keys, so that subscriptions live on', async () => {
    const first = await sender().vapidKey();
    assert.equal(await sender().vapidKey(), first);
    secrets.values.set('phone.vapid', '{"damaged":true}');
    assert.notEqual(await sender().vapidKey(), first);
  });

  it('tells a subscription that is over from a failure', async () => {
    const push = sender({ timeoutMs: 300 });
    const outcomes: string[] = [];
    for (const status of [404, 410, 400, 401, 403, 413, 429, 500, 503]) {
      service.answer = { status };
      outcomes.push(`${status} ${await push.send(service.subscription, 'x', TOPIC)}`);
    }
    for (const answer of ['silent', 'endless'] as const) {
      service.answer = answer;
      outcomes.push(`${answer} ${await push.send(service.subscription, 'x', TOPIC)}`);
    }
    assert.deepEqual(outcomes, [
      '404 gone',
      '410 gone',
      '400 failed',
      '401 failed',
      '403 failed',
      '413 failed',
      '429 failed',
      '500 failed',
      '503 failed',
      'silent failed',
      'endless failed',
    ]);
  });

  it('goes nowhere that it is sent on to', async () => {
    const other = await PushService.start();
    try {
      const location = other.subscription.endpoint;
      for (const status of [301, 302, 307, 308]) {
        service.answer = { status, headers: { location } };
        assert.equal(await sender().send(service.subscription, 'x', TOPIC), 'failed');
      }
      assert.equal(other.received.length, 0);
    } finally {
      await other.close();
    }
  });

  it('sends nothing to an endpoint that is no push service', async () => {
    const push = new WebPushSender({
      secrets,
      subject: 'https://relay.example/',
      agent: service.agent,
    });
    assert.equal(await push.send(service.subscription, 'x', TOPIC), 'failed');
    assert.equal(service.received.length, 0);
  });

  it('a subscription with keys that are none has failed', async () => {
    const keys = { p256dh: 'A'.repeat(87), auth: 'A'.repeat(22) };
    const outcome = await sender().send({ ...service.subscription, keys }, 'x', TOPIC);
    assert.deepEqual([outcome, service.received.length], ['failed', 0]);
  });

  it('a store that fails is no push, and the next one tries again', async () => {
    const broken = new MemorySecrets();
    broken.set = () => Promise.reject(new Error('The keyring is locked'));
    const push = sender({ secrets: broken });
    assert.equal(await push.send(service.subscription, 'x', TOPIC), 'failed');
    broken.set = MemorySecrets.prototype.set;
    assert.equal(await push.send(service.subscription, 'x', TOPIC), 'sent');
  });
});

/** The claims of the signed token (RFC 8292) without its time; fails when the signature is not that of `publicKey`. */
function claims({ headers }: ReceivedPush, publicKey: string): unknown {
  const [, token = '', key] =
    /^vapid t=([^,]+), ?k=(.+)$/.exec(String(headers.authorization)) ?? [];
  assert.equal(key, publicKey);
  const [head = '', body = '', signature = ''] = token.split('.');
  const point = bytes(publicKey);
  const jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
  };
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
    bytes(signature),
  );
  assert.ok(isSigned);
  const { exp, ...rest } = JSON.parse(bytes(body).toString('utf8'));
  assert.ok(exp * 1000 > Date.now() && exp * 1000 < Date.now() + 86_400_000);
  return rest;
}

function bytes(base64url: string): Buffer {
  return Buffer.from(base64url, 'base64url');
}
