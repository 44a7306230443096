import { Emitter } from '../../base/event.ts';
import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { ControlChoice, ControlOption, SessionControls, SlashCommand } from '../agent.ts';
import { agentError, notChosen } from '../connectionErrors.ts';
import { checkedCommand } from '../looseCommands.ts';

const NAME = 'Claude Code';
const DOES_NOT_ASK = 'It does not ask before it acts in this mode.';

/** https://code.claude.com/docs/en/permissions#permission-modes */
const MODES: readonly ControlOption[] = [
  { id: 'default', name: 'Default', description: 'Asks for what its settings do not allow' },
  { id: 'plan', name: 'Plan', description: 'Reads and plans, changes nothing' },
  {
    id: 'acceptEdits',
    name: 'Accept edits',
    description: 'Edits files without asking',
    whyNot: DOES_NOT_ASK,
  },
  {
    id: 'bypassPermissions',
    name: 'Bypass permissions',
    description: 'Does everything without asking',
    whyNot: DOES_NOT_ASK,
  },
];

/** Sends a control request. Resolves with the error that Claude Code answers, or `undefined`. */
type Send = (subtype: string, fields: JsonObject) => Promise<string | undefined>;

/** What Claude Code lets one choose, as its answer to `initialize` lists it. */
export class ClaudeControls implements SessionControls {
  readonly #send: Send;
  readonly #changed = new Emitter<void>();
  #mode: string | undefined;
  #model: string | undefined;
  #models: readonly ControlOption[] = [];
  #commands: readonly SlashCommand[] = [];

  readonly onDidChange = this.#changed.event;

  constructor(send: Send) {
    this.#send = send;
  }

  get modes(): ControlChoice {
    return { current: this.#mode, options: MODES };
  }

  get models(): ControlChoice | undefined {
    return this.#models.length > 0 ? { current: this.#model, options: this.#models } : undefined;
  }

  get commands(): readonly SlashCommand[] {
    return this.#commands;
  }

  /** Takes the answer to `initialize` in. */
  opened(hello: JsonObject): void {
    this.#commands = listOf(hello['commands']).flatMap(commandOf);
    this.#models = listOf(hello['models']).flatMap(modelOf);
    // It names no current one; this is what a new conversation has.
    this.#model = this.#models.find(({ id }) => id === 'default')?.id;
  }

  /** Claude Code said in which mode it is. */
  modeIs(mode: string): void {
    if (this.#mode === mode) return;
    this.#mode = mode;
    this.#changed.fire();
  }

  async setMode(id: string): Promise<void> {
    const mode = MODES.find((each) => each.id === id);
    const whyNot = mode ? mode.whyNot : 'it is not offered.';
    if (whyNot !== undefined) throw notChosen(NAME, mode?.name ?? id, whyNot);
    await this.#set('set_permission_mode', { mode: id });
    this.modeIs(id);
  }

  async setModel(id: string): Promise<void> {
    if (!this.#models.some((each) => each.id === id))
      throw notChosen(NAME, id, 'it is not offered.');
    await this.#set('set_model', { model: id });
    this.#model = id;
    this.#changed.fire();
  }

  async #set(subtype: string, fields: JsonObject): Promise<void> {
    const error = await this.#send(subtype, fields);
    if (error !== undefined) throw agentError(NAME, error);
  }
}

function listOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function commandOf(entry: JsonObject): SlashCommand[] {
  const name = stringAt(entry, 'name');
  if (!name) return [];
  const hint = stringAt(entry, 'argumentHint');
  const description = stringAt(entry, 'description') ?? '';
  return [checkedCommand({ name, description, ...(hint && { hint }) }, NAME)];
}

function modelOf(entry: JsonObject): ControlOption[] {
  const id = stringAt(entry, 'value');
  if (!id) return [];
  const name = stringAt(entry, 'displayName') ?? id;
  return [{ id, name, description: stringAt(entry, 'description') ?? '' }];
}
