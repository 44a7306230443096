import * as v from 'valibot';
import { err, ok, type Result } from '../base/result.ts';

/** What the pairing panel shows. */
export type PairingView =
  | { readonly kind: 'starting' }
  | {
      readonly kind: 'code';
      readonly url: string;
      readonly qr: QrCode;
      /** Milliseconds since the epoch. */
      readonly expiresAt: number;
      readonly over: 'lan' | 'relay';
      /** Of the certificate that the phone warns about, where it does. */
      readonly fingerprint?: string;
    }
  /** A phone has scanned; it shows six digits. */
  | { readonly kind: 'digits'; readonly name: string; readonly triesLeft: number }
  | { readonly kind: 'paired'; readonly name: string; readonly isConfirmedHere: boolean }
  /** It ended without a device; `text` says why. */
  | { readonly kind: 'over'; readonly text: string };

/** A QR code as one SVG path of 1 × 1 modules, without the quiet zone. */
export interface QrCode {
  readonly size: number;
  readonly path: string;
}

/** From the extension to the pairing panel. */
export interface ToPairing {
  readonly type: 'pairing';
  readonly view: PairingView;
}

const fromPairing = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('digits'), digits: v.pipe(v.string(), v.maxLength(20)) }),
  v.object({ type: v.literal('newCode') }),
  v.object({ type: v.literal('copyLink') }),
  v.object({ type: v.literal('close') }),
]);

/** From the pairing panel to the extension. */
export type FromPairing = v.InferOutput<typeof fromPairing>;

/** Parses what the pairing panel sent; nothing in it is trusted. */
export function parseFromPairing(message: unknown): Result<FromPairing, string> {
  const parsed = v.safeParse(fromPairing, message);
  return parsed.success ? ok(parsed.output) : err(v.summarize(parsed.issues));
}
