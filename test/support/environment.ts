import fs from 'node:fs';
import path from 'node:path';

const QUIET_SETTINGS = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
};

/**
 * Our environment without what a surrounding VS Code terminal, npm or coverage run left in it: each of
 * these would change what a VS Code that we start does.
 */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(VSCODE_|ELECTRON_|npm_|NODE_OPTIONS$|NODE_V8_COVERAGE$|INIT_CWD$|PORT$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** Writes the person's settings.json of a VS Code that shows nothing but what it is asked to. */
export function writeSettings(
  userDataFolder: string,
  settings: Readonly<Record<string, unknown>> = {},
): void {
  const all = JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, 2);
  // A server reads settings of the scope "machine" from a file of its own.
  for (const name of ['User', 'Machine']) {
    const folder = path.join(userDataFolder, name);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'settings.json'), all);
  }
}
