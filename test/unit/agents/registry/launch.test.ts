import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { agreedLaunch } from '../../../../src/agents/registry/agreed.ts';
import { parseRegistry, type RegistryAgent } from '../../../../src/agents/registry/format.ts';
import {
  type Launchable,
  launchHash,
  launchOf,
  type RegistryLaunch,
} from '../../../../src/agents/registry/launch.ts';
import { RegistryPins } from '../../../../src/agents/registry/pins.ts';
import { commandLine, confirmation, notLaunchable } from '../../../../src/agents/registry/words.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';

const HERE = { env: { PATH: '/nowhere' }, platform: 'linux', arch: 'x64' } as const;

function parse(distribution: unknown): RegistryAgent | string {
  const entry = { id: 'one', name: 'One', version: '1.2.3', description: 'x', distribution };
  const parsed = parseRegistry(JSON.stringify({ agents: [entry] }));
  assert.ok(parsed.ok);
  return parsed.value.agents[0] ?? parsed.value.leftOut[0] ?? '';
}

function found(distribution: unknown, machine: Parameters<typeof launchOf>[1] = HERE): Launchable {
  const agent = parse(distribution);
  assert.ok(typeof agent === 'object', String(agent));
  return launchOf(agent, machine);
}

function launched(distribution: unknown, machine = HERE): RegistryLaunch {
  const result = found(distribution, machine);
  assert.ok(result.kind === 'launch');
  return result.launch;
}

describe('What is run for an agent of the registry', () => {
  const commands: readonly (readonly [string, unknown])[] = [
    ['npx -y @a/b@1.0.0 --acp', { npx: { package: '@a/b@1.0.0', args: ['--acp'] } }],
    ['npx -y @a/b@1.2.3', { npx: { package: '@a/b' } }],
    ['npx -y --package b@1.0.0 run it', { npx: { package: 'b@1.0.0', cmd: 'run', args: ['it'] } }],
    ['uvx b==1.0.0 serve', { uvx: { package: 'b==1.0.0', args: ['serve'] } }],
    ['uvx b@1.0.0', { uvx: { package: 'b@1.0.0' } }],
    ['uvx b==1.2.3', { uvx: { package: 'b' } }],
    ['uvx --from "b[acp]==1.0.0" run', { uvx: { package: 'b[acp]==1.0.0', cmd: 'run' } }],
    [
      'KEY=v npx -y b@1.0.0 "a b"',
      { npx: { package: 'b@1.0.0', args: ['a b'], env: { KEY: 'v' } } },
    ],
  ];
  for (const [line, distribution] of commands)
    it(`is exactly one version: ${line}`, () => {
      assert.equal(commandLine(launched(distribution)), line);
    });

  const bad: readonly (readonly [string, unknown])[] = [
    ['no way to start it', {}],
    ['a range', { npx: { package: 'b@^1.0.0' } }],
    ['a tag', { npx: { package: 'b@latest' } }],
    ['an address', { npx: { package: 'git+https://example.com/x.git' } }],
    ['a folder', { npx: { package: './b' } }],
    ['an option', { npx: { package: '--registry=http://example.com' } }],
    ['an option as command', { npx: { package: 'b@1.0.0', cmd: '--call' } }],
    ['a path as command', { uvx: { package: 'b==1.0.0', cmd: '../x' } }],
    ['an address for uvx', { uvx: { package: 'b @ https://example.com/x.whl' } }],
    ['a field that nobody knows', { npx: { package: 'b@1.0.0', shell: true } }],
    ['a way that nobody knows', { docker: { image: 'x' } }],
    ['a variable that loads code', { npx: { package: 'b@1.0.0', env: { NODE_OPTIONS: '-r x' } } }],
    ['another PATH', { uvx: { package: 'b==1.0.0', env: { Path: '/tmp' } } }],
    ['another npm registry', { npx: { package: 'b@1.0.0', env: { npm_config_registry: 'x' } } }],
    [
      'an archive without encryption',
      { binary: { 'linux-x86_64': { archive: 'http://example.com/x.zip', cmd: './x' } } },
    ],
  ];
  for (const [what, distribution] of bad)
    it(`is nothing for an entry with ${what}`, () => {
      assert.match(String(parse(distribution)), /^one: /);
    });

  describe('when it is a program of its own', () => {
    const archive = 'https://example.com/one.tar.gz';
    const distribution = { binary: { 'linux-x86_64': { archive, cmd: './one', args: ['acp'] } } };

    it('is the one on the PATH, and is never downloaded', () => {
      const folder = temporaryFolder();
      try {
        const machine = { ...HERE, env: { PATH: folder } };
        const missing = found(distribution, machine);
        assert.deepEqual(missing, { kind: 'notHere', program: 'one', archive });
        const error = notLaunchable('One', missing);
        assert.match(
          `${error.message} ${error.next}`,
          /downloads no programs; nothing was started\. Get it from https:/,
        );
        const program = path.join(folder, 'one');
        fs.writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
        const here = found(distribution, machine);
        assert.ok(here.kind === 'launch');
        assert.deepEqual([here.launch.command, here.launch.args], [program, ['acp']]);
      } finally {
        removeFolder(folder);
      }
    });

    it('is nothing on another system', () => {
      const machine = { ...HERE, arch: 'arm64' };
      assert.deepEqual(found(distribution, machine), {
        kind: 'otherPlatform',
        platform: 'linux-aarch64',
      });
    });
  });
});

describe('What a person agreed to run', () => {
  const launch = launched({ npx: { package: 'b@1.0.0', args: ['--acp'] } });

  function pins() {
    const kept = new Map<string, unknown>();
    const store = {
      get: (key: string) => kept.get(key),
      // As a memento does: what is kept is JSON.
      update: async (key: string, value: unknown) =>
        void kept.set(key, JSON.parse(JSON.stringify(value))),
    };
    return { kept, pins: new RegistryPins(store) };
  }

  it('is asked for once', async () => {
    const { pins: own } = pins();
    assert.deepEqual(own.check('b', launch), { kind: 'new' });
    await own.pin('b', launch);
    assert.deepEqual(own.check('b', launch), { kind: 'same' });
    assert.deepEqual(own.check('other', launch), { kind: 'new' });
  });

  const changes: readonly (readonly [string, Partial<RegistryLaunch>])[] = [
    ['version', { args: ['-y', 'b@1.0.1', '--acp'] }],
    ['argument', { args: [...launch.args, '--yolo'] }],
    ['variable', { env: { MODE: 'x' } }],
    ['program', { command: '/usr/local/bin/npx' }],
  ];
  for (const [what, change] of changes)
    it(`is asked for again, with both commands, when its ${what} is another`, async () => {
      const { pins: own } = pins();
      await own.pin('b', launch);
      const now = { ...launch, ...change };
      assert.notEqual(launchHash(now), launchHash(launch));
      const check = own.check('b', now);
      assert.deepEqual(check, { kind: 'changed', before: launch });
      const words = confirmation(now, launch);
      assert.ok(words.includes(`Before: 1.2.3: ${commandLine(launch)}`));
      assert.ok(words.includes(`Now: 1.2.3: ${commandLine(now)}`));
    });

  it('is asked for again when what was kept is not what was agreed to', async () => {
    const { kept, pins: own } = pins();
    await own.pin('b', launch);
    const [key] = [...kept.keys()];
    assert.ok(key);
    const evil = { ...launch, args: ['-y', 'evil@1.0.0'] };
    kept.set(key, { ...(kept.get(key) as object), launch: evil });
    assert.deepEqual(own.check('b', evil), { kind: 'new' });
    kept.set(key, 'nonsense');
    assert.deepEqual(own.check('b', launch), { kind: 'new' });
  });

  it('is run again for an earlier session only while it is what that session was started with', async () => {
    const { kept, pins: own } = pins();
    const gone = { code: 'notResumed', message: /is not kept, so nothing was started/ };
    assert.throws(() => agreedLaunch(own, 'b', launchHash(launch)), gone);
    await own.pin('b', launch);
    assert.deepEqual(agreedLaunch(own, 'b', launchHash(launch)), launch);
    const changed = { code: 'notResumed', message: /is not what that session was started with/ };
    assert.throws(() => agreedLaunch(own, 'b', ''), changed);
    await own.pin('b', { ...launch, args: ['-y', 'b@1.0.1', '--acp'] });
    assert.throws(() => agreedLaunch(own, 'b', launchHash(launch)), changed);
    kept.set([...kept.keys()][0] ?? '', { hash: launchHash(launch), launch: { command: 'evil' } });
    assert.throws(() => agreedLaunch(own, 'b', launchHash(launch)), gone);
  });

  it('shows characters that would hide what is run', () => {
    const line = commandLine({ ...launch, args: ['a\u202Eb', 'c\nd'] });
    assert.ok(!/[\u202E\n]/.test(line), line);
  });
});
