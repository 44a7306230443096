import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import {
  chooseAddress,
  type Interfaces,
  privateAddresses,
} from '../../../../src/phone/lan/addresses.ts';

const v4 = (address: string, internal = false): NetworkInterfaceInfo => ({
  address,
  internal,
  family: 'IPv4',
  netmask: '255.255.255.0',
  mac: '00:00:00:00:00:00',
  cidr: `${address}/24`,
});
const v6 = (address: string): NetworkInterfaceInfo => ({
  ...v4(address),
  family: 'IPv6',
  scopeid: 0,
});

const LAPTOP: Interfaces = {
  lo: [v4('127.0.0.1', true)],
  docker0: [v4('172.17.0.1')],
  tun0: [v4('10.8.0.2')],
  wan0: [v4('203.0.113.7')],
  link0: [v4('169.254.3.4')],
  wlan0: [v6('fd00::5'), v4('192.168.1.20')],
  eth0: [v4('172.31.9.9')],
};

describe('the address that phones are served at', () => {
  it('is the first private one that is not of a container or a tunnel', () => {
    assert.deepEqual(privateAddresses(LAPTOP), [
      '192.168.1.20',
      '172.31.9.9',
      '172.17.0.1',
      '10.8.0.2',
    ]);
    assert.deepEqual(chooseAddress(undefined, LAPTOP), { ok: true, value: '192.168.1.20' });
    assert.deepEqual(chooseAddress('', LAPTOP), { ok: true, value: '192.168.1.20' });
  });

  it('can be chosen by interface or by address, public ones too', () => {
    const wanted = ['eth0', '203.0.113.7', '127.0.0.1', 'wlan0', 'fd00::5'];
    const chosen = wanted.map((each) => chooseAddress(each, LAPTOP));
    assert.deepEqual(
      chosen.map((each) => each.ok && each.value),
      ['172.31.9.9', '203.0.113.7', '127.0.0.1', '192.168.1.20', 'fd00::5'],
    );
  });

  it('is never one that this machine does not have, nor all of them', () => {
    for (const wanted of ['0.0.0.0', '::', '192.168.1.21', 'wlan9', '__proto__', 'relay.example']) {
      const chosen = chooseAddress(wanted, LAPTOP);
      assert.ok(!chosen.ok, wanted);
      assert.equal(chosen.error.code, 'noNetwork');
    }
  });

  it('is none without a private network: a public address is not taken by itself', () => {
    const chosen = chooseAddress(undefined, { lo: LAPTOP['lo'], wan0: LAPTOP['wan0'] });
    assert.ok(!chosen.ok);
    assert.match(
      chosen.error.message,
      /no local network\. Phones on this network were not reached/,
    );
  });
});
