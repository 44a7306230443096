import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { canonicalJson } from '../../permission/canonicalJson.ts';
import { findProgram } from '../program.ts';
import type { RegistryAgent } from './format.ts';

/** Exactly what is run for an agent of the registry. */
export type RegistryLaunch = v.InferOutput<typeof registryLaunch>;

/** As it is pinned; read back from storage with this. */
export const registryLaunch = v.strictObject({
  /** How it comes to this machine; a `binary` is on the `PATH` already. */
  by: v.picklist(['npx', 'uvx', 'binary']),
  name: v.string(),
  version: v.string(),
  /** A program on the `PATH`, or the absolute path of one. */
  command: v.string(),
  args: v.array(v.string()),
  env: v.record(v.string(), v.string()),
});

export type Launchable =
  | { readonly kind: 'launch'; readonly launch: RegistryLaunch }
  /** A program that is not on the `PATH`. Countersign downloads none: `archive` is where the person gets it. */
  | { readonly kind: 'notHere'; readonly program: string; readonly archive: string }
  /** There is none for this system. `platform` is the registry's name for it. */
  | { readonly kind: 'otherPlatform'; readonly platform: string };

export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
}

/** How an agent of the registry is started on this machine: by npx, else by uvx, else as a program that is there. */
export function launchOf({ distribution, ...agent }: RegistryAgent, machine: Machine): Launchable {
  const { binary, npx, uvx } = distribution;
  const { name, version } = agent;
  if (npx) {
    const pinned = npx.package.includes('@', 1) ? npx.package : `${npx.package}@${version}`;
    const start = npx.cmd === undefined ? [pinned] : ['--package', pinned, npx.cmd];
    const args = ['-y', ...start, ...npx.args];
    return launch({ by: 'npx', name, version, command: 'npx', args, env: npx.env });
  }
  if (uvx) {
    const isPinned = /==|@/.test(uvx.package);
    const pinned = isPinned ? uvx.package : `${uvx.package}==${version}`;
    const start = uvx.cmd === undefined ? [pinned] : ['--from', pinned, uvx.cmd];
    const args = [...start, ...uvx.args];
    return launch({ by: 'uvx', name, version, command: 'uvx', args, env: uvx.env });
  }
  const platform = platformKey(machine);
  const target = binary && Object.hasOwn(binary, platform) ? binary[platform] : undefined;
  if (!target) return { kind: 'otherPlatform', platform };
  const program = (target.cmd.split(/[/\\]/).at(-1) ?? '').replace(/\.exe$/i, '');
  const command = findProgram(program, machine.env, machine.platform);
  if (command === undefined) return { kind: 'notHere', program, archive: target.archive };
  const { args, env } = target;
  return launch({ by: 'binary', name, version, command, args, env });
}

/** SHA-256, hex, of what is run in canonical JSON: the same exactly when the same would be run. */
export function launchHash({ args, by, command, env, version }: RegistryLaunch): string {
  const what = canonicalJson({ args, by, command, env, version });
  return createHash('sha256').update(what).digest('hex');
}

/** `linux-x86_64`, `darwin-aarch64`, `windows-x86_64` …: the registry's names. */
function platformKey({ arch, platform }: Machine): string {
  const system = platform === 'win32' ? 'windows' : platform;
  const processors: Readonly<Record<string, string>> = { arm64: 'aarch64', x64: 'x86_64' };
  return `${system}-${processors[arch] ?? arch}`;
}

function launch(what: RegistryLaunch): Launchable {
  return { kind: 'launch', launch: what };
}
