import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { selfSignedCertificate } from '../../src/phone/lan/selfSigned.ts';
import { endWithThisProcess, run, stopTree } from './processes.ts';
import { ROOT, removeFolder, temporaryFolder } from './testFolder.ts';

const CONFIGURATION = path.join(ROOT, 'media/relay/nginx.conf');
const PROGRAM = '/usr/sbin/nginx';
const MODULE = '/usr/share/nginx/modules/ngx_nchan_module.so';
const PACKAGES = ['nginx', 'libnginx-mod-nchan'];
const STARTED_WITHIN_MS = 10_000;

const HELP = `No nginx with the Nchan module was found, which the relay is.
  Debian, Ubuntu   sudo apt-get install ${PACKAGES.join(' ')}`;

export interface RelayOptions {
  /** The built page; a folder with one `index.html` when not given. */
  readonly page?: string;
  /** As shipped, with a certificate made here; plain HTTP otherwise. */
  readonly tls?: boolean;
  /** Pieces of the shipped configuration that are replaced, each of which must be there once. */
  readonly replace?: Readonly<Record<string, string>>;
}

/** The real nginx with the configuration that ships, on a port of loopback. */
export class Relay {
  readonly url: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;
  #errors = '';

  private constructor(url: string, folder: string) {
    this.url = url;
    this.#folder = folder;
  }

  static async start(options: RelayOptions = {}): Promise<Relay> {
    await installed();
    const folder = temporaryFolder();
    const port = await freePort();
    fs.writeFileSync(path.join(folder, 'nginx.conf'), configuration(folder, port, options));
    const relay = new Relay(`${options.tls ? 'https' : 'http'}://127.0.0.1:${port}/`, folder);
    await relay.start();
    return relay;
  }

  /** What it wrote to its error log. */
  get errors(): string {
    return this.#errors;
  }

  /** Again at the same port, with nothing of what it had in memory. */
  async start(): Promise<void> {
    const child = spawn(PROGRAM, ['-c', path.join(this.#folder, 'nginx.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    endWithThisProcess(child);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    this.#child = child;
    await this.#listening(child);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child) await stopTree(child);
  }

  /** Lets nothing through, and lets go of nothing: a network that is cut looks like this. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#signal('SIGCONT');
  }

  async dispose(): Promise<void> {
    await this.stop();
    removeFolder(this.#folder);
  }

  /** To the whole process group: the workers hold the connections. */
  #signal(name: NodeJS.Signals): void {
    if (this.#child?.pid !== undefined) process.kill(-this.#child.pid, name);
  }

  async #listening(child: ChildProcess): Promise<void> {
    const end = Date.now() + STARTED_WITHIN_MS;
    while (!(await connects(Number(new URL(this.url).port)))) {
      if (child.exitCode !== null || Date.now() > end)
        throw new Error(`nginx has not started.\n${this.#errors}`);
      await sleep(20);
    }
  }
}

/** The shipped configuration, changed only where this machine is not the one it is made for. */
function configuration(folder: string, port: number, options: RelayOptions): string {
  const page = options.page ?? makePage(folder);
  const { certificate, key } = makeCertificate(folder);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${path.join(folder, name)};`)
    .join('\n');
  const changes: Record<string, string> = {
    'worker_processes auto;': `worker_processes 2;\ndaemon off;\n${process.getuid?.() === 0 ? 'user root;' : ''}`,
    '/run/nginx.pid': path.join(folder, 'nginx.pid'),
    'http {\n': `http {\n${temporary}\n`,
    '/etc/countersign/certificate.pem': certificate,
    '/etc/countersign/key.pem': key,
    '/usr/share/countersign/page': page,
    'listen 443 ssl http2;': options.tls
      ? `listen 127.0.0.1:${port} ssl http2;`
      : `listen 127.0.0.1:${port};`,
    ...options.replace,
  };
  return Object.entries(changes).reduce(replaceOnce, fs.readFileSync(CONFIGURATION, 'utf8'));
}

function replaceOnce(text: string, [from, to]: readonly [string, string]): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`"${from}" is not once in ${CONFIGURATION}`);
  return parts.join(to);
}

function makePage(folder: string): string {
  const page = path.join(folder, 'page');
  fs.mkdirSync(page);
  fs.writeFileSync(path.join(page, 'index.html'), '<!doctype html><title>Countersign</title>');
  fs.writeFileSync(path.join(page, 'sw.js'), 'export {};');
  fs.writeFileSync(path.join(page, 'manifest.webmanifest'), '{}');
  fs.writeFileSync(path.join(folder, 'secret.html'), 'SECRET');
  fs.symlinkSync(path.join(folder, 'secret.html'), path.join(page, 'link.html'));
  return page;
}

function makeCertificate(folder: string): { certificate: string; key: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const now = Date.now();
  const certificate = path.join(folder, 'certificate.pem');
  const key = path.join(folder, 'key.pem');
  const names = ['127.0.0.1', 'localhost'];
  const validity = { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 86_400_000) };
  const options = { key: pem, commonName: 'Relay under test', names, ...validity };
  fs.writeFileSync(certificate, selfSignedCertificate(options));
  fs.writeFileSync(key, pem, { mode: 0o600 });
  return { certificate, key };
}

async function installed(): Promise<void> {
  if (isInstalled()) return;
  if (process.getuid?.() === 0 && fs.existsSync('/usr/bin/apt-get')) await install();
  if (!isInstalled()) throw new Error(HELP);
}

function isInstalled(): boolean {
  return fs.existsSync(PROGRAM) && fs.existsSync(MODULE);
}

async function install(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  process.stderr.write(`Installing ${PACKAGES.join(', ')} with apt-get …\n`);
  await run('apt-get', ['update', '-qq'], { env });
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...PACKAGES], { env });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
