import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import { safeText } from '../../permission/spans.ts';

/** What was measured of an agent's modes: in which it asks before it acts, and which settings beside them let calls through. */
interface MeasuredModes {
  /** The mode to put it in when its own settings chose another; it asks in it. */
  readonly ask: string;
  /** Further modes in which it asks, or does nothing that would have to be asked for. */
  readonly alsoAsk: readonly string[];
  /** Values that its configuration options must have, by option id; one that is not offered is none. */
  readonly options?: Readonly<Record<string, string>>;
}

const COPILOT_MODE = 'https://agentclientprotocol.com/protocol/session-modes#';
const CLAUDE: MeasuredModes = { ask: 'default', alsoAsk: ['plan'] };

/** Keys are `agentInfo.name` of `initialize`, as in profiles.ts. A mode that is not named here is one that does not ask. */
const MEASURED: Readonly<Record<string, MeasuredModes>> = {
  // Beside them: autoEdit, yolo
  'gemini-cli': { ask: 'default', alsoAsk: ['plan'] },
  // Beside them: auto-edit, yolo, and auto, in which a model decides
  'qwen-code': { ask: 'default', alsoAsk: ['plan'] },
  // Beside them: autopilot
  Copilot: {
    ask: `${COPILOT_MODE}agent`,
    alsoAsk: [`${COPILOT_MODE}plan`],
    options: { allow_all: 'off' },
  },
  // Beside them: acceptEdits, auto, bypassPermissions, dontAsk
  '@agentclientprotocol/claude-agent-acp': CLAUDE,
  '@zed-industries/claude-code-acp': CLAUDE,
  // Beside them: agent, in which a model decides, and agent-full-access
  '@agentclientprotocol/codex-acp': { ask: 'workspace-write', alsoAsk: ['read-only'] },
  // Beside them: full-access
  'codex-acp': { ask: 'auto', alsoAsk: ['read-only'] },
};

/** Names under which agents let calls through; an agent that nobody measured is not trusted with them either. */
const LOOSE =
  /^(?:auto-?edit|auto-?pilot|accept-?edits|bypass-?permissions|(?:agent-)?full-access|allow-?all|dont-?ask|yolo)$/i;

/** Words in the name of a mode that nobody measured, which make it one that is not chosen from here. */
const UNATTENDED =
  /auto|accept|agent|all|approve|bypass|danger|free|full|never|skip|trust|write|yolo/i;

/** What an agent's modes mean for the gate. */
export type ModeCheck =
  | { readonly kind: 'asks' }
  /** It asks after `session/set_mode` with this mode. */
  | { readonly kind: 'set'; readonly modeId: string; readonly what: string }
  /** It does not ask; `what` says why, in words for the person. */
  | { readonly kind: 'notGated'; readonly what: string };

/** The modes of one ACP session, followed from its first frame: whether it asks before it acts, in the mode that it is in. */
export class SessionModes {
  readonly #measured: MeasuredModes | undefined;
  #offered: readonly string[] = [];
  /** As `modes` and `current_mode_update` say. */
  #current: string | undefined;
  /** As its configuration options say, by option id. */
  #options: ReadonlyMap<string, string> = new Map();

  /** `name` is what the agent calls itself in `initialize`. */
  constructor(name: string | undefined) {
    this.#measured =
      name !== undefined && Object.hasOwn(MEASURED, name) ? MEASURED[name] : undefined;
  }

  /** The mode that the agent is in, as far as it says. */
  get current(): string | undefined {
    return this.#inForce()[0];
  }

  /** Takes the result of `session/new` or `session/load` in. */
  opened(result: JsonObject): void {
    const modes = isJsonObject(result['modes']) ? result['modes'] : {};
    // A session that is loaded can have told its mode before.
    this.#current = stringAt(modes, 'currentModeId') ?? this.#current;
    const available = Array.isArray(modes['availableModes']) ? modes['availableModes'] : [];
    this.#offered = available.flatMap((mode) => stringAt(mode, 'id') ?? []);
    this.#readOptions(result['configOptions']);
  }

  /** Takes a `session/update` in. True when it is about modes. */
  update(update: JsonObject): boolean {
    switch (stringAt(update, 'sessionUpdate')) {
      case 'current_mode_update':
        // One that cannot be read is no mode that asks.
        this.#current = stringAt(update, 'currentModeId') ?? '';
        return true;
      case 'config_option_update':
        this.#readOptions(update['configOptions']);
        return true;
      default:
        return false;
    }
  }

  /** `session/set_mode` is on its way: the agent is taken to be in that mode, unless it says otherwise. */
  setting(modeId: string): void {
    this.#current = modeId;
    this.#options = new Map([...this.#options].filter(([id]) => id !== MODE_OPTION));
  }

  /** Why a person cannot choose this mode, a sentence; `undefined` when they can. */
  whyNot(modeId: string, name = modeId): string | undefined {
    if (!this.#asksIn(modeId)) return 'It does not ask before it acts in this mode.';
    // What nobody measured stays as the agent's own settings chose it; here it is not made wider.
    if (!this.#measured && modeId !== this.#current && UNATTENDED.test(`${modeId} ${name}`))
      return 'It may act without asking in this mode: nobody has measured it.';
    return undefined;
  }

  /** `again`: a mode that asks is set once more, so that what was kept of an earlier session does not count. */
  check(again = false): ModeCheck {
    const option = this.#looseOption();
    if (option !== undefined) return { kind: 'notGated', what: option };
    const loose = this.#inForce().find((mode) => !this.#asksIn(mode));
    const { ask } = this.#measured ?? {};
    if (loose === undefined && !this.#isUntold()) {
      const { current } = this;
      if (!again || current === undefined || !this.#offered.includes(current))
        return { kind: 'asks' };
      return { kind: 'set', modeId: current, what: 'it did not take its mode again' };
    }
    const what =
      loose === undefined ? 'it does not say in which mode it is' : `its mode is "${loose}"`;
    if (ask === undefined || !this.#offered.includes(ask)) return { kind: 'notGated', what };
    return { kind: 'set', modeId: ask, what };
  }

  /** What the agent asks for; a mode that nobody measured can leave out some of it. */
  asksFor(usually: string): string {
    const [mode] = this.#inForce();
    if (this.#measured || mode === undefined) return usually;
    return `${usually}, nor its mode "${safeText(mode)}", which Countersign does not know`;
  }

  /** The two places that name the mode; they should name the same. */
  #inForce(): string[] {
    return [this.#current, this.#options.get(MODE_OPTION)].filter((mode) => mode !== undefined);
  }

  #isUntold(): boolean {
    return this.#measured !== undefined && this.#inForce().length === 0;
  }

  #asksIn(mode: string): boolean {
    if (!this.#measured) return !LOOSE.test(mode);
    return mode === this.#measured.ask || this.#measured.alsoAsk.includes(mode);
  }

  #looseOption(): string | undefined {
    for (const [id, wanted] of Object.entries(this.#measured?.options ?? {})) {
      const value = this.#options.get(id);
      if (value !== undefined && value !== wanted) return `its option "${id}" is "${value}"`;
    }
    return undefined;
  }

  #readOptions(list: unknown): void {
    if (!Array.isArray(list)) return;
    this.#options = new Map(
      list.filter(isJsonObject).map((option) => {
        const { currentValue, id } = option;
        const isMode = option['category'] === 'mode';
        return [isMode ? MODE_OPTION : String(id), String(currentValue)] as const;
      }),
    );
  }
}

/** The configuration option that is the mode over again, whatever its id. */
const MODE_OPTION = 'mode';
