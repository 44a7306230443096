import { RequestError } from '@agentclientprotocol/sdk';
import { Emitter } from '../../base/event.ts';
import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { ControlChoice, ControlOption, SessionControls, SlashCommand } from '../agent.ts';
import { notChosen } from '../connectionErrors.ts';
import { checkedCommand } from '../looseCommands.ts';
import { agentError, errorWords } from './errors.ts';
import type { SessionModes } from './modes.ts';

export interface AcpControlsOptions {
  readonly agentName: string;
  readonly modes: SessionModes;
  /** Sends a request about this session and resolves with the agent's answer. Rejects when it refuses. */
  request(method: string, params: JsonObject): Promise<unknown>;
}

/** A list to choose from, and where the agent wants to hear of the choice. */
interface Offer {
  readonly options: readonly ControlOption[];
  /** A configuration option; else the method of its own. */
  readonly configId?: string;
  current: string | undefined;
}

/**
 * What an ACP agent lets one choose: its modes and models, from the lists of their own or from its configuration options,
 * and its slash commands. Whether a mode may be chosen is for {@link SessionModes} to say.
 */
export class AcpControls implements SessionControls {
  readonly #options: AcpControlsOptions;
  readonly #changed = new Emitter<void>();
  #modes: Offer | undefined;
  #models: Offer | undefined;
  #commands: readonly SlashCommand[] = [];

  readonly onDidChange = this.#changed.event;

  constructor(options: AcpControlsOptions) {
    this.#options = options;
  }

  get modes(): ControlChoice | undefined {
    if (!this.#modes) return undefined;
    const { modes } = this.#options;
    return {
      current: modes.current,
      options: this.#modes.options.map((option) => {
        const whyNot = modes.whyNot(option.id, option.name);
        return whyNot === undefined ? option : { ...option, whyNot };
      }),
    };
  }

  get models(): ControlChoice | undefined {
    return this.#models && { current: this.#models.current, options: this.#models.options };
  }

  get commands(): readonly SlashCommand[] {
    return this.#commands;
  }

  /** Takes the result of `session/new` or `session/load` in. */
  opened(result: JsonObject): void {
    this.#options.modes.opened(result);
    this.#readConfig(result['configOptions']);
    const modes = offerOf(result['modes'], 'availableModes', 'id', 'currentModeId');
    const models = offerOf(result['models'], 'availableModels', 'modelId', 'currentModelId');
    if (modes) this.#modes = modes;
    this.#models ??= models;
    this.#changed.fire();
  }

  /** Takes a `session/update` in, whatever it is about. True when the mode can be another one now. */
  update(update: JsonObject): boolean {
    const isAboutModes = this.#options.modes.update(update);
    const kind = stringAt(update, 'sessionUpdate');
    if (kind === 'available_commands_update')
      this.#commands = commandsOf(update['availableCommands'], this.#options.agentName);
    else if (kind === 'config_option_update') this.#readConfig(update['configOptions']);
    if (isAboutModes || kind === 'available_commands_update') this.#changed.fire();
    return isAboutModes;
  }

  async setMode(id: string): Promise<void> {
    const { agentName, modes } = this.#options;
    const option = this.#modes?.options.find((each) => each.id === id);
    if (!this.#modes || !option) throw notChosen(agentName, id, 'it is not offered.');
    const why = modes.whyNot(id, option.name);
    if (why !== undefined) throw notChosen(agentName, option.name, why);
    const before = modes.current;
    // Before the answer: what the agent says about its mode from now on counts.
    modes.setting(id);
    try {
      await this.#send(this.#modes, id, 'session/set_mode', { modeId: id });
    } catch (error) {
      if (before !== undefined) modes.setting(before);
      throw error;
    } finally {
      this.#changed.fire();
    }
  }

  async setModel(id: string): Promise<void> {
    const { agentName } = this.#options;
    const offer = this.#models;
    if (!offer?.options.some((each) => each.id === id))
      throw notChosen(agentName, id, 'it is not offered.');
    try {
      await this.#send(offer, id, 'session/set_model', { modelId: id });
      offer.current = id;
    } finally {
      this.#changed.fire();
    }
  }

  async #send({ configId }: Offer, value: string, method: string, own: JsonObject): Promise<void> {
    const { agentName, request } = this.#options;
    try {
      if (configId === undefined) await request(method, own);
      else await request('session/set_config_option', { configId, value });
    } catch (error) {
      throw error instanceof RequestError ? agentError(agentName, errorWords(error)) : error;
    }
  }

  #readConfig(list: unknown): void {
    for (const option of Array.isArray(list) ? list.filter(isJsonObject) : []) {
      const configId = stringAt(option, 'id');
      const offer = offerOf(option, 'options', 'value', 'currentValue');
      if (configId === undefined || !offer) continue;
      const category = stringAt(option, 'category');
      if (category === 'model') this.#models = { ...offer, configId };
      // The list of its own is the one that `session/set_mode` is for.
      if (category === 'mode' && (!this.#modes || this.#modes.configId !== undefined))
        this.#modes = { ...offer, configId };
    }
  }
}

function offerOf(from: unknown, list: string, idKey: string, currentKey: string) {
  if (!isJsonObject(from) || !Array.isArray(from[list])) return undefined;
  const options = from[list].filter(isJsonObject).flatMap((entry) => optionsOf(entry, idKey));
  const offer: Offer = { options, current: stringAt(from, currentKey) };
  return options.length > 0 ? offer : undefined;
}

/** One entry, or the entries of a group. */
function optionsOf(entry: JsonObject, idKey: string): ControlOption[] {
  const group = entry['options'];
  if (Array.isArray(group))
    return group.filter(isJsonObject).flatMap((each) => optionsOf(each, idKey));
  const id = stringAt(entry, idKey);
  if (id === undefined) return [];
  const description = stringAt(entry, 'description') ?? '';
  return [{ id, name: stringAt(entry, 'name') ?? id, description }];
}

function commandsOf(list: unknown, agentName: string): SlashCommand[] {
  return (Array.isArray(list) ? list.filter(isJsonObject) : []).flatMap((entry) => {
    const name = stringAt(entry, 'name');
    if (!name) return [];
    const hint = stringAt(entry['input'], 'hint');
    const description = stringAt(entry, 'description') ?? '';
    return [checkedCommand({ name, description, ...(hint && { hint }) }, agentName)];
  });
}
