import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { err, ok, type Result } from '../../base/result.ts';
import type { UserError } from '../../protocol/userError.ts';
import { noNetwork, noSuchInterface } from './errors.ts';

/** As `os.networkInterfaces()` returns them. */
export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Bridges of containers and virtual machines, tunnels: a phone is seldom behind one of them. */
const VIRTUAL = /^(?:docker|br-|veth|virbr|vmnet|vboxnet|vEthernet|tun|tap|utun|wg|zt|tailscale)/i;
const PRIVATE = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/;

/** The addresses that a phone on the same network could use, the likeliest first: private IPv4 only. */
export function privateAddresses(interfaces: Interfaces = networkInterfaces()): readonly string[] {
  const found = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos
      .filter((each) => each.family === 'IPv4' && !each.internal && PRIVATE.test(each.address))
      .map((each) => ({ address: each.address, virtual: VIRTUAL.test(name) })),
  );
  const likely = found.filter((each) => !each.virtual);
  return [...likely, ...found.filter((each) => each.virtual)].map((each) => each.address);
}

/** Whether this machine still has an address. */
export function hasAddress(address: string, interfaces: Interfaces = networkInterfaces()): boolean {
  return Object.values(interfaces).some((infos = []) =>
    infos.some((each) => each.address === address),
  );
}

/**
 * The address to listen on. `wanted` is an address of this machine or the name of an interface; without it the likeliest
 * private address. Never all interfaces, and never a public address that nobody named.
 */
export function chooseAddress(
  wanted: string | undefined,
  interfaces: Interfaces = networkInterfaces(),
): Result<string, UserError> {
  if (!wanted) {
    const [first] = privateAddresses(interfaces);
    return first === undefined ? err(noNetwork()) : ok(first);
  }
  const all = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos.map(({ address, family }) => ({ name, address, family })),
  );
  const ofInterface = all.find(({ name, family }) => name === wanted && family === 'IPv4');
  const address = (ofInterface ?? all.find((each) => each.address === wanted))?.address;
  return address === undefined ? err(noSuchInterface(wanted)) : ok(address);
}
