import { Emitter } from '../../base/event.ts';
import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { ControlChoice, ControlOption, SessionControls, SlashCommand } from '../agent.ts';
import { agentError, notChosen } from '../connectionErrors.ts';
import type { Calls } from './calls.ts';

const NAME = 'Codex';

/**
 * The models of a thread. Its modes are not offered: the policy under which it asks is ours. It has no slash commands of
 * its own here.
 */
export class CodexControls implements SessionControls {
  readonly #calls: Calls;
  readonly #changed = new Emitter<void>();
  #threadId = '';
  #model: string | undefined;
  #options: readonly ControlOption[] = [];

  readonly modes = undefined;
  readonly commands: readonly SlashCommand[] = [];
  readonly onDidChange = this.#changed.event;

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  get models(): ControlChoice | undefined {
    return this.#options.length > 0 ? { current: this.#model, options: this.#options } : undefined;
  }

  /** Takes what Codex said of a thread that it opened, and asks for its models; nobody waits for them. */
  opened(threadId: string, settings: JsonObject): void {
    this.#threadId = threadId;
    this.#model = stringAt(settings, 'model');
    this.#calls.call('model/list', {}).then(
      (reply) => reply.ok && this.#listed(reply.value, stringAt(settings, 'modelProvider')),
      // Codex is gone, and the models with it.
      () => undefined,
    );
  }

  /** `thread/settings/updated`. */
  settings(settings: JsonObject): void {
    const model = stringAt(settings, 'model');
    if (model === undefined || model === this.#model) return;
    this.#model = model;
    this.#changed.fire();
  }

  async setMode(id: string): Promise<void> {
    throw notChosen(NAME, id, 'it is not offered.');
  }

  /** For the turns that come. */
  async setModel(id: string): Promise<void> {
    if (!this.#options.some((each) => each.id === id))
      throw notChosen(NAME, id, 'it is not offered.');
    const reply = await this.#calls.call('thread/settings/update', {
      threadId: this.#threadId,
      model: id,
    });
    if (!reply.ok) throw agentError(NAME, reply.error);
    this.settings({ model: id });
  }

  /** Codex lists the models of OpenAI whatever its provider is (measured); another provider may have none of them. */
  #listed({ data }: JsonObject, provider: string | undefined): void {
    const listed = (Array.isArray(data) ? data : []).flatMap(modelOf);
    const current = this.#model;
    const hasCurrent = listed.some(({ id }) => id === current);
    if (listed.length === 0 || (!hasCurrent && provider !== 'openai')) return;
    this.#options =
      hasCurrent || current === undefined
        ? listed
        : [{ id: current, name: current, description: '' }, ...listed];
    this.#changed.fire();
  }
}

function modelOf(entry: unknown): ControlOption[] {
  if (!isJsonObject(entry)) return [];
  const id = stringAt(entry, 'model');
  if (!id || entry['hidden'] === true) return [];
  const name = stringAt(entry, 'displayName') ?? id;
  return [{ id, name, description: stringAt(entry, 'description') ?? '' }];
}
