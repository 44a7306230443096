import * as v from 'valibot';
import { parseJson } from '../base/json.ts';
import type { SecretStore } from './secretStore.ts';

/** Apart from the devices themselves, so that a window without phones loads nothing of them. */

const LIST = 'devices';
const list = v.array(v.string());

/** Whether a phone was ever paired in this workspace and not removed. */
export async function hasDevices(store: SecretStore): Promise<boolean> {
  return (await listedDevices(store)).length > 0;
}

/** The ids of the paired devices, oldest first. */
export async function listedDevices(store: SecretStore): Promise<readonly string[]> {
  const parsed = v.safeParse(list, parseJson((await store.get(LIST)) ?? ''));
  return parsed.success ? parsed.output : [];
}

export async function writeDeviceList(store: SecretStore, ids: readonly string[]): Promise<void> {
  await store.set(LIST, JSON.stringify(ids));
}
