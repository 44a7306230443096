import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './testFolder.ts';

/** Where browsers of one vendor subscribe. */
export const VENDOR_ENDPOINT = 'https://fcm.googleapis.com/fcm/send/one';

/**
 * An extension of its own, beside ours in the same host: what is sent to the vendor arrives at `port` of loopback, and
 * ours knows nothing of it. To be removed by the caller.
 */
export function pushVendorExtension(port: string): string {
  const folder = temporaryFolder();
  const manifest = {
    name: 'push-vendor',
    publisher: 'test',
    version: '0.0.1',
    engines: { vscode: '^1.90.0' },
    activationEvents: ['*'],
    main: './main.cjs',
  };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
  fs.writeFileSync(path.join(folder, 'main.cjs'), program(new URL(VENDOR_ENDPOINT).host, port));
  return folder;
}

/** VS Code hands out changed copies of some modules; this is the one that they all end in. */
function program(vendor: string, port: string): string {
  return `
const tls = process.getBuiltinModule('node:tls');
const { connect } = tls;
exports.activate = () => {
  tls.connect = (...given) => {
    const [options] = given;
    if (options?.host !== '${vendor}') return connect(...given);
    const here = { host: '127.0.0.1', port: ${Number(port)}, rejectUnauthorized: false };
    return connect({ ...options, ...here }, ...given.slice(1));
  };
};
`;
}
