import { benchRoundTrip } from './roundTrip.ts';

const report = { node: process.version, roundTrip: await benchRoundTrip() };
process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
