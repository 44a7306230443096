import { createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_kp_serverAuth,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

export interface SelfSignedOptions {
  /** A P-256 private key, PKCS #8 in PEM. */
  readonly key: string;
  /** What it is called in the browser's certificate view. */
  readonly commonName: string;
  /** IP addresses and host names, each an entry of the subject alternative name. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';

/**
 * A certificate for a server that signs for itself (RFC 5280), in PEM. It is no authority: a browser that accepts it
 * accepts this one server and nothing signed with its key.
 */
export function selfSignedCertificate(options: SelfSignedOptions): string {
  const key = createPrivateKey(options.key);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const signature = new AlgorithmIdentifier({ algorithm: ECDSA_WITH_SHA256 });
  const name = nameOf(options.commonName);
  const body = new TBSCertificate({
    version: Version.v3,
    serialNumber: serialNumber(),
    signature,
    issuer: name,
    validity: new Validity({ notBefore: options.notBefore, notAfter: options.notAfter }),
    subject: name,
    subjectPublicKeyInfo: AsnConvert.parse(publicKey, SubjectPublicKeyInfo),
    extensions: extensionsFor(options.names),
  });
  const signed = sign('sha256', Buffer.from(AsnConvert.serialize(body)), key);
  const certificate = new Certificate({
    tbsCertificate: body,
    signatureAlgorithm: signature,
    signatureValue: exactBuffer(signed),
  });
  return pem(Buffer.from(AsnConvert.serialize(certificate)));
}

function extensionsFor(names: readonly string[]): Extensions {
  const subject = names.map(
    (name) => new GeneralName(isIP(name) ? { iPAddress: name } : { dNSName: name }),
  );
  return new Extensions([
    extension(id_ce_subjectAltName, new SubjectAlternativeName(subject), false),
    extension(id_ce_basicConstraints, new BasicConstraints(), true),
    extension(id_ce_keyUsage, new KeyUsage(KeyUsageFlags.digitalSignature), true),
    extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth]), false),
  ]);
}

function extension(extnID: string, value: object, critical: boolean): Extension {
  const extnValue = new OctetString(AsnConvert.serialize(value));
  return new Extension({ extnID, critical, extnValue });
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  const attribute = new AttributeTypeAndValue({ type: COMMON_NAME, value });
  return new Name([new RelativeDistinguishedName([attribute])]);
}

/** Random, positive and without leading zeros: RFC 5280 wants the shortest form of a positive integer. */
function serialNumber(): ArrayBuffer {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x01;
  return exactBuffer(bytes);
}

/** A `Buffer` may be a view of Node's pool; the schemas take whole buffers. */
function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
