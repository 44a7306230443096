import type { VNode } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CommandView } from '../../src/protocol/chatView.ts';

const ID = 'cs-commands';
const MAX_SHOWN = 50;

export interface Completion {
  readonly matches: readonly CommandView[];
  /** Index of the one that Enter takes. */
  readonly active: number;
  /** For the text field. */
  readonly aria: Readonly<Record<string, string>>;
  /** Whether the key was for the list. */
  onKey(event: KeyboardEvent): boolean;
  readonly pick: (command: CommandView) => void;
}

/** The agent's commands that go on with what was typed after the slash. Open while the text is one unfinished command. */
export function useCompletion(
  commands: readonly CommandView[],
  text: string,
  setText: (text: string) => void,
): Completion {
  const [active, setActive] = useState(0);
  const [closedAt, setClosedAt] = useState<string>();
  const matches = closedAt === text ? [] : matching(commands, text);
  useLayoutEffect(() => setActive(0), [text]);
  const pick = ({ name, whyNot }: CommandView) => {
    if (whyNot === undefined) setText(`/${name} `);
  };
  return {
    matches,
    active,
    pick,
    aria: {
      ...(commands.length > 0 && { 'aria-autocomplete': 'list' }),
      ...(matches.length > 0 && {
        'aria-controls': ID,
        'aria-activedescendant': `${ID}-${active}`,
      }),
    },
    onKey: (event) => {
      const command = matches[active];
      if (!command || event.isComposing) return false;
      // Typed to its end, it is sent.
      if (event.key === 'Enter' && text === `/${command.name}`) return false;
      const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (step !== 0) setActive((active + step + matches.length) % matches.length);
      else if (event.key === 'Escape') setClosedAt(text);
      else if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) pick(command);
      else return false;
      event.preventDefault();
      event.stopPropagation();
      return true;
    },
  };
}

/** The list above the text field. The focus stays in the field. */
export function CommandList({ completion }: { readonly completion: Completion }): VNode | null {
  const { active, matches, pick } = completion;
  const chosen = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => chosen.current?.scrollIntoView({ block: 'nearest' }), [active]);
  if (matches.length === 0) return null;
  return (
    <div id={ID} class="cs-commands" role="listbox" aria-label="Commands of the agent">
      {matches.map((command, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the text field.
        // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the text field.
        <div
          key={command.name}
          id={`${ID}-${index}`}
          ref={index === active ? chosen : null}
          role="option"
          aria-selected={index === active}
          aria-disabled={command.whyNot !== undefined}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => pick(command)}
        >
          <b>{`/${command.name}`}</b>
          {command.hint && <i>{command.hint}</i>}
          <span>{command.whyNot ?? command.description}</span>
        </div>
      ))}
    </div>
  );
}

function matching(commands: readonly CommandView[], text: string): readonly CommandView[] {
  if (!/^\/[^\s]*$/.test(text)) return [];
  const typed = text.slice(1).toLowerCase();
  const found = commands.filter(({ name }) => name.toLowerCase().startsWith(typed));
  return found.slice(0, MAX_SHOWN);
}
