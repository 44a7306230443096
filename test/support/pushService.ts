import {
  createDecipheriv,
  createECDH,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
} from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSignedCertificate } from '../../src/phone/lan/selfSigned.ts';
import type { PushSubscriptionInfo } from '../../src/protocol/phone/payloads.ts';

export interface ReceivedPush {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** `silent` never answers, `endless` never stops. */
type PushAnswer =
  | { readonly status: number; readonly headers?: Record<string, string> }
  | 'silent'
  | 'endless';

/** A vendor's push service on loopback, and a browser that subscribed to it. */
export class PushService {
  readonly received: ReceivedPush[] = [];
  readonly agent = new https.Agent({ rejectUnauthorized: false });
  answer: PushAnswer = { status: 201 };
  readonly #server: https.Server;
  readonly #keys = createECDH('prime256v1');
  readonly #auth = randomBytes(16);

  private constructor() {
    this.#keys.generateKeys();
    this.#server = https.createServer(certificate(), (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.received.push({ headers: request.headers, body: Buffer.concat(chunks) });
        respond(response, this.answer);
      });
    });
  }

  static async start(): Promise<PushService> {
    const service = new PushService();
    await new Promise<void>((resolve) => service.#server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get origin(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `https://127.0.0.1:${port}`;
  }

  get subscription(): PushSubscriptionInfo {
    return {
      endpoint: `${this.origin}/push/one`,
      keys: {
        p256dh: this.#keys.getPublicKey('base64url'),
        auth: this.#auth.toString('base64url'),
      },
    };
  }

  /** What the browser would hand to the service worker. */
  read({ body }: ReceivedPush): string {
    return decryptPush(body, this.#keys.getPrivateKey(), this.#auth);
  }

  async close(): Promise<void> {
    this.agent.destroy();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function respond(response: ServerResponse, answer: PushAnswer): void {
  if (answer === 'silent') return;
  if (answer !== 'endless') {
    response.writeHead(answer.status, answer.headers ?? {}).end();
    return;
  }
  response.writeHead(201);
  const drip = setInterval(() => response.write('.'), 50);
  response.once('close', () => clearInterval(drip));
}

/** RFC 8291 from the browser's side, for one record. Throws when it was not encrypted for these keys. */
export function decryptPush(message: Buffer, privateKey: Buffer, auth: Buffer): string {
  const salt = message.subarray(0, 16);
  const keyLength = message[20] ?? 0;
  const sender = message.subarray(21, 21 + keyLength);
  const sealed = message.subarray(21 + keyLength);
  const own = createECDH('prime256v1');
  own.setPrivateKey(privateKey);
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), own.getPublicKey(), sender]);
  const ikm = derive(own.computeSecret(sender), auth, info, 32);
  const key = derive(ikm, salt, Buffer.from('Content-Encoding: aes128gcm\0'), 16);
  const nonce = derive(ikm, salt, Buffer.from('Content-Encoding: nonce\0'), 12);
  const decipher = createDecipheriv('aes-128-gcm', key, nonce);
  decipher.setAuthTag(sealed.subarray(-16));
  const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  const end = padded.lastIndexOf(2);
  if (end < 0 || padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('No padding');
  return padded.subarray(0, end).toString('utf8');
}

function derive(secret: Buffer, salt: Buffer, info: Buffer, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, length));
}

function certificate(): { key: string; cert: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const now = Date.now();
  const cert = selfSignedCertificate({
    key,
    commonName: 'Push service under test',
    names: ['127.0.0.1'],
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 3_600_000),
  });
  return { key, cert };
}
