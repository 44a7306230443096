import { safeText } from '../../permission/spans.ts';
import { UserError } from '../../protocol/userError.ts';
import type { Launchable, RegistryLaunch } from './launch.ts';

/** The command as it is run, in one line: arguments with blanks or quotes in JSON's form, variables before it. */
export function commandLine({ args, command, env }: RegistryLaunch): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`);
  return safeText([...variables, command, ...args.map(quoted)].join(' '));
}

/** What the person is asked before something is run for the first time; or, with `before`, after it has changed. */
export function confirmation(launch: RegistryLaunch, before?: RegistryLaunch): string {
  const now = `${safeText(launch.version)}: ${commandLine(launch)}`;
  const runs = before
    ? `Before: ${safeText(before.version)}: ${commandLine(before)}\nNow: ${now}`
    : now;
  return `${runs}\n\n${HOW[launch.by]} It works as you, in this folder, and Countersign shows what it asks for.`;
}

/** Why an agent of the registry cannot be started here, and what to do about it. */
export function notLaunchable(
  name: string,
  found: Exclude<Launchable, { readonly kind: 'launch' }>,
): UserError {
  const agent = safeText(name);
  switch (found.kind) {
    case 'notHere':
      return new UserError(
        'agentNotFound',
        `${agent} is a program of its own, and there is no "${safeText(found.program)}" on this machine. Countersign downloads no programs; nothing was started.`,
        `Get it from ${safeText(found.archive)}, put it on your PATH and choose it again.`,
      );
    case 'otherPlatform':
      return new UserError(
        'agentNotFound',
        `${agent} is not made for this system (${safeText(found.platform)}). Nothing was started.`,
        'Choose another agent.',
      );
  }
}

const HOW: Readonly<Record<RegistryLaunch['by'], string>> = {
  npx: 'npx downloads this package, if it is not there yet, and runs it.',
  uvx: 'uvx downloads this package, if it is not there yet, and runs it.',
  binary:
    'This program is on your machine already. The version is what the registry says, not what was found.',
};

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : JSON.stringify(text);
}
