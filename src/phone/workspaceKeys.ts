import * as v from 'valibot';
import { parseJson } from '../base/json.ts';
import { fromBase64, randomBytes, toBase64 } from '../protocol/phone/bytes.ts';
import { keySchema } from '../protocol/phone/linkSchema.ts';
import {
  agreementKey,
  newAgreementKey,
  newSigningKey,
  signingKey,
} from '../protocol/phone/primitives.ts';
import type { WorkspaceKeys } from '../protocol/phone/workspacePairing.ts';
import type { SecretStore } from './secretStore.ts';

const KEY = 'keys';

const stored = v.object({
  id: v.pipe(
    v.string(),
    v.check((text) => fromBase64(text, 8) !== undefined),
  ),
  agreement: keySchema,
  signing: keySchema,
});

/** The keys of this workspace, or `undefined` when there are none that can be read. */
export async function loadWorkspaceKeys(store: SecretStore): Promise<WorkspaceKeys | undefined> {
  const parsed = v.safeParse(stored, parseJson((await store.get(KEY)) ?? ''));
  if (!parsed.success) return undefined;
  const { id, agreement, signing } = parsed.output;
  return {
    id,
    agreement: agreementKey(bytesOf(agreement)),
    signing: signingKey(bytesOf(signing)),
  };
}

/** Makes new keys and stores them; devices that were paired with others do not fit any more. */
export async function createWorkspaceKeys(store: SecretStore): Promise<WorkspaceKeys> {
  const keys: WorkspaceKeys = {
    id: toBase64(randomBytes(8)),
    agreement: newAgreementKey(),
    signing: newSigningKey(),
  };
  const value = {
    id: keys.id,
    agreement: toBase64(keys.agreement.secret),
    signing: toBase64(keys.signing.secret),
  };
  await store.set(KEY, JSON.stringify(value));
  return keys;
}

function bytesOf(text: string): Uint8Array {
  return fromBase64(text, 32) ?? new Uint8Array(32);
}
