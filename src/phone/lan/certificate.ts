import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as v from 'valibot';
import type { Clock } from '../../base/clock.ts';
import { parseJson } from '../../base/json.ts';
import type { SecretStore } from '../secretStore.ts';
import { selfSignedCertificate } from './selfSigned.ts';

export interface ServerCertificate {
  /** PKCS #8, PEM. */
  readonly key: string;
  /** PEM. */
  readonly cert: string;
  /** SHA-256 of the certificate as browsers show it, in hex with colons. */
  readonly fingerprint: string;
}

export interface CertificateOptions {
  /** Of the installation, not of a workspace: a phone is warned of one certificate once. */
  readonly secrets: SecretStore;
  readonly clock: Clock;
  /** The address and names that the page is reached at now. */
  readonly names: readonly string[];
}

const KEY = 'phone.certificate';
const DAY = 86_400_000;
/** The longest that browsers take. */
const VALID_DAYS = 397;
const RENEW_DAYS = 30;
/** So that a laptop that goes from network to network keeps one certificate and does not collect names for ever. */
const MAX_NAMES = 24;

const stored = v.strictObject({ key: v.string(), cert: v.string() });

/**
 * The certificate of this installation. A phone's exception is for one certificate at one address, so it is replaced only
 * when it must be: a name that it does not cover, or soon over. Then the names it had stay, so that going back to an
 * earlier network does not replace it again. Rejects when it can be neither made nor stored.
 */
export async function loadCertificate(options: CertificateOptions): Promise<ServerCertificate> {
  const before = readStored(await options.secrets.get(KEY));
  if (before && isGood(before.certificate, options)) return served(before.key, before.cert);
  const key = before?.key ?? newKey();
  const names = [...new Set([...options.names, ...(before ? namesOf(before.certificate) : [])])];
  const now = options.clock.now();
  const cert = selfSignedCertificate({
    key,
    commonName: 'Countersign',
    names: names.slice(0, MAX_NAMES),
    // Phones' clocks differ.
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + (VALID_DAYS - 1) * DAY),
  });
  await options.secrets.set(KEY, JSON.stringify({ key, cert }));
  return served(key, cert);
}

function served(key: string, cert: string): ServerCertificate {
  return { key, cert, fingerprint: new X509Certificate(cert).fingerprint256 };
}

interface Stored extends v.InferOutput<typeof stored> {
  readonly certificate: X509Certificate;
}

/** Damaged or foreign: as if nothing had been stored. */
function readStored(text: string | undefined): Stored | undefined {
  const parsed = v.safeParse(stored, text === undefined ? undefined : parseJson(text));
  if (!parsed.success) return undefined;
  try {
    const certificate = new X509Certificate(parsed.output.cert);
    const isPair = certificate.checkPrivateKey(createPrivateKey(parsed.output.key));
    return isPair ? { ...parsed.output, certificate } : undefined;
  } catch {
    return undefined;
  }
}

function isGood(certificate: X509Certificate, { names, clock }: CertificateOptions): boolean {
  const now = clock.now();
  if (Date.parse(certificate.validFrom) > now) return false;
  if (Date.parse(certificate.validTo) < now + RENEW_DAYS * DAY) return false;
  return names.every((name) =>
    isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name),
  );
}

function namesOf(certificate: X509Certificate): string[] {
  const entries = certificate.subjectAltName?.split(', ') ?? [];
  return entries.flatMap(
    (entry) => /^(?:DNS|IP Address):([0-9A-Za-z.:-]+)$/.exec(entry)?.[1] ?? [],
  );
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
