import * as vscode from 'vscode';
import type { Registry, RegistryAgent } from '../agents/registry/format.ts';
import type { Launchable, RegistryLaunch } from '../agents/registry/launch.ts';
import type { RegistryPins } from '../agents/registry/pins.ts';
import { safeText } from '../permission/spans.ts';
import type { AgentChoice } from '../sessions/rememberedSessions.ts';
import { userSettings } from './settings.ts';

interface Item extends vscode.QuickPickItem {
  readonly agent: RegistryAgent;
  readonly found: Launchable;
}

/** *From the ACP registry…*: the list of agents, and the person's word for exactly what is run. */
export class RegistryPicker {
  readonly #memento: vscode.Memento;

  /** Pins are kept in this memento, which no workspace can write. */
  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  get isOn(): boolean {
    return userSettings.registryUrl() !== undefined;
  }

  /** What the person agreed to; `undefined` when they chose none. Nothing is run here. */
  async pick(): Promise<AgentChoice | undefined> {
    const url = userSettings.registryUrl();
    const registry = url === undefined ? undefined : await read(url);
    if (!registry) return undefined;
    const picked = await choose(registry);
    if (!picked) return undefined;
    const { agent, found } = picked;
    if (found.kind !== 'launch') {
      const { notLaunchable } = await import('../agents/registry/words.ts');
      throw notLaunchable(agent.name, found);
    }
    const { launch } = found;
    if (!(await this.#agreed(agent, launch))) return undefined;
    const { launchHash } = await import('../agents/registry/launch.ts');
    return { from: 'registry', id: agent.id, hash: launchHash(launch) };
  }

  /** Asks before something is run for the first time, and again when it is not what the person agreed to. */
  async #agreed(agent: RegistryAgent, launch: RegistryLaunch): Promise<boolean> {
    const pins = await this.#pins();
    const check = pins.check(agent.id, launch);
    if (check.kind === 'same') return true;
    const { confirmation } = await import('../agents/registry/words.ts');
    const name = safeText(agent.name);
    const [question, detail] =
      check.kind === 'new'
        ? [`Start ${name} from the ACP registry?`, confirmation(launch)]
        : [
            `${name} is not what you agreed to before. Start it?`,
            confirmation(launch, check.before),
          ];
    const answer = await vscode.window.showWarningMessage(
      question,
      { modal: true, detail },
      'Start',
    );
    if (answer !== 'Start') return false;
    await pins.pin(agent.id, launch);
    return true;
  }

  async #pins(): Promise<RegistryPins> {
    const { RegistryPins } = await import('../agents/registry/pins.ts');
    return new RegistryPins(this.#memento);
  }
}

/** `undefined` when the person stopped it. */
async function read(url: string): Promise<Registry | undefined> {
  const { readRegistry } = await import('../agents/registry/read.ts');
  const location = vscode.ProgressLocation.Notification;
  const title = 'Reading the ACP registry';
  return vscode.window.withProgress({ location, title, cancellable: true }, async (_, token) => {
    const abort = new AbortController();
    const cancelling = token.onCancellationRequested(() => abort.abort());
    try {
      return await readRegistry(url, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) return undefined;
      throw error;
    } finally {
      cancelling.dispose();
    }
  });
}

async function choose({ agents, leftOut }: Registry): Promise<Item | undefined> {
  const { launchOf } = await import('../agents/registry/launch.ts');
  const { commandLine } = await import('../agents/registry/words.ts');
  if (leftOut.length > 0)
    void vscode.window.showWarningMessage(
      `Left out of the ACP registry, because Countersign cannot read them: ${safeText(leftOut.join('; '))}`,
    );
  const { arch, env, platform } = process;
  const items = agents.map((agent): Item => {
    const found = launchOf(agent, { arch, env, platform });
    const detail =
      found.kind === 'launch'
        ? commandLine(found.launch)
        : found.kind === 'notHere'
          ? 'not found here: a program that you get from its makers'
          : 'not made for this system';
    return {
      label: plain(agent.name),
      description: plain(`${agent.version} · ${agent.description}`),
      detail: plain(detail),
      agent,
      found,
    };
  });
  return vscode.window.showQuickPick(items, {
    title: 'ACP Registry',
    placeHolder: 'Choose an agent; you see its command before it is run',
    matchOnDescription: true,
  });
}

/** Without the icons that VS Code makes of `$(name)`. */
function plain(text: string): string {
  return safeText(text).replaceAll('$(', '$\u200B(');
}
