import { Emitter } from '../../base/event.ts';
import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { ControlChoice, ControlOption, SessionControls, SlashCommand } from '../agent.ts';
import { notChosen } from '../connectionErrors.ts';
import type { OpenCodeApi } from './api.ts';
import { AGENT } from './frames.ts';

interface Model extends ControlOption {
  readonly providerID: string;
  readonly modelID: string;
}

/**
 * The models of OpenCode's providers. Its agents are not offered as modes: the one that our rules are for is set. Its
 * commands are not offered either: a template runs the shell lines in it before anybody is asked, see
 * https://opencode.ai/docs/commands#shell-output.
 */
export class OpenCodeControls implements SessionControls {
  readonly #changed = new Emitter<void>();
  #options: readonly Model[] = [];
  #configured: string | undefined;
  #chosen: Model | undefined;

  readonly modes = undefined;
  readonly commands: readonly SlashCommand[] = [];
  readonly onDidChange = this.#changed.event;

  get models(): ControlChoice | undefined {
    if (this.#options.length === 0) return undefined;
    const options = this.#options.map(({ providerID: _, modelID: __, ...option }) => option);
    return { current: this.#chosen?.id ?? this.#configured, options };
  }

  /** For the body of a prompt. */
  get chosen(): { readonly model?: JsonObject } {
    if (!this.#chosen) return {};
    const { modelID, providerID } = this.#chosen;
    return { model: { modelID, providerID } };
  }

  /** Rejects when the server does not tell; then nothing can be chosen. */
  async load(api: OpenCodeApi): Promise<void> {
    const [config, providers] = await Promise.all([
      api.get('/config'),
      api.get('/config/providers'),
    ]);
    this.#configured = stringAt(config, 'model');
    const list = isJsonObject(providers) ? providers['providers'] : undefined;
    this.#options = Array.isArray(list) ? list.flatMap(modelsOf) : [];
    this.#changed.fire();
  }

  async setMode(id: string): Promise<void> {
    throw notChosen(AGENT.name, id, 'it is not offered.');
  }

  /** Goes with the next message. */
  async setModel(id: string): Promise<void> {
    const model = this.#options.find((each) => each.id === id);
    if (!model) throw notChosen(AGENT.name, id, 'it is not offered.');
    this.#chosen = model;
    this.#changed.fire();
  }
}

function modelsOf(provider: unknown): Model[] {
  const providerID = stringAt(provider, 'id');
  const models = isJsonObject(provider) ? provider['models'] : undefined;
  if (!providerID || !isJsonObject(models)) return [];
  const description = stringAt(provider, 'name') ?? providerID;
  return Object.entries(models).flatMap(([modelID, model]) => {
    if (stringAt(model, 'status') === 'deprecated') return [];
    const name = stringAt(model, 'name') ?? modelID;
    return [{ id: `${providerID}/${modelID}`, name, description, modelID, providerID }];
  });
}
