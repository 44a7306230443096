import { hostname } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { Emitter } from '../../base/event.ts';
import { UserError } from '../../protocol/userError.ts';
import type { SecretStore } from '../secretStore.ts';
import type { PhoneTransport, TransportStatus } from '../transport.ts';
import { chooseAddress, hasAddress, type Interfaces, privateAddresses } from './addresses.ts';
import { loadCertificate, type ServerCertificate } from './certificate.ts';
import {
  addressGone,
  addressMoved,
  cannotListen,
  certificateFailed,
  notListening,
  portMoved,
  serverStopped,
} from './errors.ts';
import { Mailboxes } from './mailboxes.ts';
import { readPageFiles } from './pageFiles.ts';
import { LanServer, type LanServerOptions } from './server.ts';

export interface LanTransportOptions {
  readonly clock: Clock;
  /** The folder of the built page. */
  readonly pageFolder: string;
  /** Of this installation: holds the key and the certificate, so that a phone is warned once. */
  readonly secrets: SecretStore;
  /** Of this workspace: holds its port. With another one the page would be another origin, and have no keys. */
  readonly workspaceSecrets: SecretStore;
  /** An address of this machine or the name of an interface, else the likeliest private address. */
  readonly address?: string | undefined;
  /** The first port to try, and those after it; none other. Else any at first, then the one that phones know. */
  readonly port?: number | undefined;
  /** Something a person should know though it works: another program has the port. */
  readonly onNotice?: (notice: UserError) => void;
  readonly interfaces?: () => Interfaces;
  /** How often it is looked whether this machine has moved. Milliseconds. */
  readonly checkMs?: number;
  /** Narrower or wider than usual; see `LanServerOptions`. */
  readonly limits?: Pick<
    LanServerOptions,
    'maxConnections' | 'maxConnectionsOfOne' | 'headMs' | 'requestMs'
  >;
}

/** So many ports after the remembered one are tried before any free one is taken. */
const PORTS_TRIED = 8;
const CHECK_MS = 10_000;
const PORT_KEY = 'phone.port';

/** Phones on the same network: this extension is the server. */
export class LanTransport implements PhoneTransport {
  readonly kind = 'lan';
  readonly #options: LanTransportOptions;
  readonly #mailboxes: Mailboxes;
  readonly #changed = new Emitter<TransportStatus>();
  readonly onDidChange = this.#changed.event;
  #server: LanServer | undefined;
  #starting: Promise<void> | undefined;
  #check: NodeJS.Timeout | undefined;
  /** Where the server listens, or did last. */
  #address = '';
  #status: TransportStatus = { state: 'connecting' };
  #pageUrl = '';
  #fingerprint = '';
  /** It was started, and nobody has said since that there is nobody to reach. */
  #isWanted = false;
  #isDisposed = false;

  constructor(options: LanTransportOptions) {
    this.#options = options;
    this.#mailboxes = new Mailboxes(options.clock);
  }

  get pageUrl(): string {
    return this.#pageUrl;
  }

  /** SHA-256 of the certificate, for a person to compare with what the phone's warning shows. */
  get fingerprint(): string {
    return this.#fingerprint;
  }

  get status(): TransportStatus {
    return this.#status;
  }

  start(): Promise<void> {
    this.#isWanted = true;
    if (this.#server) return Promise.resolve();
    this.#starting ??= this.#start().finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  rest(): void {
    this.#isWanted = false;
    this.#stopLooking();
    this.#server?.dispose();
    this.#server = undefined;
    if (!this.#isDisposed) this.#set({ state: 'connecting' });
  }

  open(mailbox: string): void {
    this.#mailboxes.open(mailbox);
  }

  /** What is left while the server does not run waits in the mailbox, but does not count as arrived. */
  publish(mailbox: string, envelope: string): Promise<void> {
    this.#mailboxes.publish(mailbox, envelope);
    return this.#status.state === 'up' ? Promise.resolve() : Promise.reject(notListening());
  }

  subscribe(mailbox: string, onEnvelope: (text: string) => void): Disposable {
    return this.#mailboxes.subscribe(mailbox, onEnvelope);
  }

  close(mailbox: string): Promise<void> {
    this.#mailboxes.close(mailbox);
    return Promise.resolve();
  }

  dispose(): void {
    void this.stop();
  }

  /** Resolves when the port is free again. */
  async stop(): Promise<void> {
    this.#isDisposed = true;
    this.#stopLooking();
    await this.#starting?.catch(() => undefined);
    const server = this.#server;
    this.#server = undefined;
    this.#set({ state: 'down', why: notListening() });
    this.#changed.dispose();
    await server?.close();
  }

  async #start(): Promise<void> {
    this.#set({ state: 'connecting' });
    try {
      await this.#listen();
      this.#set({ state: 'up' });
      this.#keepLooking();
    } catch (error) {
      const why = error instanceof UserError ? error : serverStopped(error);
      this.#set({ state: 'down', why });
      if (why.code === 'noNetwork') this.#keepLooking();
      throw why;
    }
  }

  #keepLooking(): void {
    if (this.#isDisposed || !this.#isWanted) return;
    this.#check ??= setInterval(() => this.#look(), this.#options.checkMs ?? CHECK_MS).unref();
  }

  #stopLooking(): void {
    clearInterval(this.#check);
    this.#check = undefined;
  }

  async #listen(): Promise<void> {
    const { clock, interfaces, limits, pageFolder } = this.#options;
    const chosen = chooseAddress(this.#options.address, interfaces?.());
    if (!chosen.ok) throw chosen.error;
    const address = chosen.value;
    const names = [address, localName()];
    const page = await readPageFiles(pageFolder);
    const certificate = await this.#certificate(names);
    const server = new LanServer({
      certificate,
      mailboxes: this.#mailboxes,
      page,
      clock,
      names,
      ...limits,
    });
    const port = await this.#bind(server, address);
    if (this.#isDisposed || !this.#isWanted) {
      await server.close();
      throw notListening();
    }
    this.#server = server;
    if (this.#address && this.#address !== address)
      this.#options.onNotice?.(addressMoved(this.#address, address));
    this.#address = address;
    this.#fingerprint = certificate.fingerprint;
    const host = address.includes(':') ? `[${address}]` : address;
    this.#pageUrl = `https://${host}:${port}/`;
    server.onError((error) => this.#stopped(server, error));
  }

  /** Covers all addresses of this machine, so that another interface needs no new one. */
  async #certificate(names: readonly string[]): Promise<ServerCertificate> {
    const { clock, interfaces, secrets } = this.#options;
    const all = [...new Set([...names, ...privateAddresses(interfaces?.())])];
    try {
      return await loadCertificate({ secrets, clock, names: all });
    } catch (cause) {
      throw certificateFailed(cause);
    }
  }

  /** The remembered port, else one near it, else any; phones only find the remembered one. */
  async #bind(server: LanServer, address: string): Promise<number> {
    const { port: wanted, workspaceSecrets, onNotice } = this.#options;
    const known = portOf(await workspaceSecrets.get(PORT_KEY));
    const remembered = wanted === undefined || isNear(wanted, known) ? known : undefined;
    const port = await firstFree(server, address, portsToTry(remembered, wanted));
    if (port === remembered) return port;
    if (remembered === undefined) await workspaceSecrets.set(PORT_KEY, String(port));
    else onNotice?.(portMoved(remembered, port));
    return port;
  }

  /**
   * A server at an address that this machine has lost hears nothing and does not notice. It begins again where the
   * machine is then, at the same port, so that phones find it when it comes back.
   */
  #look(): void {
    if (this.#server && !hasAddress(this.#address, this.#options.interfaces?.())) {
      this.#server.dispose();
      this.#server = undefined;
      this.#set({ state: 'down', why: addressGone(this.#address) });
    }
    if (
      !this.#server &&
      !this.#starting &&
      chooseAddress(this.#options.address, this.#options.interfaces?.()).ok
    )
      void this.start().catch(() => undefined);
  }

  #stopped(server: LanServer, cause: Error): void {
    if (this.#server !== server) return;
    this.#server = undefined;
    server.dispose();
    this.#set({ state: 'down', why: serverStopped(cause) });
  }

  #set(status: TransportStatus): void {
    this.#status = status;
    this.#changed.fire(status);
  }
}

async function firstFree(
  server: LanServer,
  address: string,
  ports: readonly number[],
): Promise<number> {
  let failure: unknown;
  for (const port of ports) {
    try {
      return await server.listen(address, port);
    } catch (error) {
      failure = error;
    }
  }
  throw cannotListen(address, ports[0] ?? 0, failure);
}

/** Several windows share the ports from the wanted one on, each with its own. */
function portsToTry(remembered: number | undefined, wanted: number | undefined): readonly number[] {
  const first = wanted ?? remembered;
  if (first === undefined) return [0];
  const near = Array.from({ length: PORTS_TRIED }, (_, index) => first + index);
  const ports = [...(remembered === undefined ? [] : [remembered]), ...near];
  return [...new Set(ports.filter((port) => port < 65_536)), ...(wanted === undefined ? [0] : [])];
}

function isNear(wanted: number, port: number | undefined): boolean {
  return port !== undefined && port >= wanted && port < wanted + PORTS_TRIED;
}

/** The name that this machine has in mDNS, where that runs. */
function localName(): string {
  const [first = ''] = hostname().split('.');
  return `${first.replace(/[^A-Za-z0-9-]/g, '') || 'localhost'}.local`;
}

/** `undefined` for what is no port that anybody may use. */
function portOf(text: string | undefined): number | undefined {
  const port = Number(text);
  return Number.isInteger(port) && port >= 1024 && port < 65_536 ? port : undefined;
}
