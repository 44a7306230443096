import fs from 'node:fs';
import path from 'node:path';
import { run } from './processes.ts';

const NAMES = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'microsoft-edge-stable',
  'microsoft-edge',
  'chrome',
  'msedge',
];

/** Switches that keep Chromium quiet and inside this machine. */
export const BROWSER_ARGUMENTS: readonly string[] = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const HELP = `No Chrome, Chromium or Edge was found. One of these helps:
  Debian, Ubuntu   sudo apt-get install chromium
  Fedora           sudo dnf install chromium
  macOS            brew install --cask google-chrome
  Windows          winget install Google.Chrome
  elsewhere        set COUNTERSIGN_BROWSER to the program file of a Chromium-based browser`;

/**
 * Path of an installed Chromium-based browser: $COUNTERSIGN_BROWSER, else PATH, else the usual places.
 * Where there is none, Debian's own is installed if we may; else throws with the ways to get one.
 */
export async function browserPath(): Promise<string> {
  const found = findBrowser();
  if (found) return found;
  if (mayUseApt()) await installChromium();
  const installed = findBrowser();
  if (!installed) throw new Error(HELP);
  return installed;
}

function findBrowser(): string | undefined {
  const chosen = process.env['COUNTERSIGN_BROWSER'];
  if (chosen) return chosen;
  return [...onPath(), ...usualPlaces()].find((file) => fs.existsSync(file));
}

function onPath(): string[] {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name + suffix)));
}

function usualPlaces(): string[] {
  if (process.platform === 'darwin') {
    return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
      (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
    );
  }
  if (process.platform !== 'win32') return ['/opt/google/chrome/chrome', '/snap/bin/chromium'];
  const bases = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA'].flatMap(
    (name) => process.env[name] ?? [],
  );
  const programs = [
    'Google/Chrome/Application/chrome.exe',
    'Microsoft/Edge/Application/msedge.exe',
  ];
  return bases.flatMap((base) => programs.map((program) => path.join(base, program)));
}

function mayUseApt(): boolean {
  return process.getuid?.() === 0 && fs.existsSync('/usr/bin/apt-get');
}

async function installChromium(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  process.stderr.write('Installing chromium with apt-get …\n');
  await run('apt-get', ['update', '-qq'], { env });
  // Without a font every page is empty boxes.
  const packages = ['chromium', 'fonts-dejavu-core'];
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
}
