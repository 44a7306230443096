import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { useArming } from './arming.ts';
import type { CardUi } from './decide.tsx';
import type { CardOption } from './types.ts';

export interface MenuEntry {
  readonly id: string;
  readonly icon: string;
  readonly label: string;
  readonly note?: string;
  readonly off?: boolean;
  /** What it answers; absent for what is no answer. */
  readonly allows?: boolean;
  readonly onPress: () => void;
}

export interface OptionMenuProps {
  readonly ui: CardUi;
  /** What else can be done here, below the options. */
  readonly more: readonly MenuEntry[];
}

/** The agent's own options, word for word. Opens inside the card. */
export function OptionMenu({ ui, more }: OptionMenuProps): VNode {
  const { card, sent } = ui;
  const menu = useRef<HTMLDivElement>(null);
  const off = useArming(card.id).isArming || sent;
  useLayoutEffect(() => focusFirstReject(menu.current), []);
  const heading = `options-${card.id}`;
  const items = answerItems(ui);
  return (
    <div class="cs-panel">
      <h4 id={heading}>{`${card.agent.name}’s own options`}</h4>
      <div
        class="cs-menu"
        role="menu"
        aria-labelledby={heading}
        tabIndex={-1}
        ref={menu}
        onKeyDown={moveInMenu}
      >
        {items.map((item) => (
          <MenuItem key={item.id} {...item} off={off || item.off === true} />
        ))}
        {items.length > 0 && more.length > 0 && <hr class="sep" />}
        {more.map((item) => (
          <MenuItem key={item.id} {...item} />
        ))}
      </div>
    </div>
  );
}

function answerItems(ui: CardUi): MenuEntry[] {
  const { card, answer, setPanel } = ui;
  const items = card.options.map((option): MenuEntry => {
    const { id, label, outcome, wider } = option;
    if (asksForText(option)) {
      return { ...feedbackItem(ui), id, label };
    }
    const off = outcome === 'allow' && !card.canAllow;
    return {
      id,
      label,
      off,
      allows: outcome === 'allow',
      note: off ? 'Wider than this call: cannot be sent as once' : option.note,
      icon: wider ? 'warning' : outcome === 'allow' ? 'check' : 'circle-slash',
      // The choices of a question are its answer; an option alone would answer it with nothing.
      onPress: () =>
        card.display.questions && outcome === 'allow'
          ? setPanel('none')
          : answer({ outcome, optionId: id }),
    };
  });
  const shown = card.display.questions
    ? items.filter((_, at) => card.options[at]?.outcome === 'deny')
    : items;
  return card.options.some(asksForText) ? shown : [...shown, feedbackItem(ui)];
}

function feedbackItem({ card, setPanel }: CardUi): MenuEntry {
  return {
    id: 'feedback',
    icon: 'comment',
    allows: false,
    label: `No, and tell ${card.agent.name} what to do differently`,
    note: 'Asks you for a text first',
    onPress: () => setPanel('feedback'),
  };
}

/** Agents word this option alike; sent without a text it would be a plain deny. */
function asksForText({ label, outcome }: CardOption): boolean {
  return outcome === 'deny' && /\btell\b.*\bdifferently\b/i.test(label);
}

function MenuItem({ icon, label, note, off, allows, onPress }: MenuEntry): VNode {
  const press = (event: Event) => {
    event.stopPropagation();
    event.preventDefault();
    if (!off) onPress();
  };
  return (
    <div
      role="menuitem"
      tabIndex={-1}
      aria-disabled={off === true}
      data-allows={allows}
      onClick={press}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') press(event);
      }}
    >
      <i class={`codicon codicon-${icon}`} aria-hidden="true" />
      <span>
        {label}
        {note && <small>{note}</small>}
      </span>
    </div>
  );
}

function moveInMenu(event: KeyboardEvent): void {
  const menu = event.currentTarget;
  if (!(menu instanceof HTMLElement)) return;
  const count = itemsOf(menu).length;
  const at = itemsOf(menu).findIndex((item) => item.matches(':focus'));
  const last = count - 1;
  const before = at < 0 ? last : at - 1;
  const target = { ArrowDown: at + 1, ArrowUp: before, Home: 0, End: last }[event.key];
  if (target === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  focusItem(menu, (target + count) % count);
}

/** The focus never starts on what allows. */
function focusFirstReject(menu: HTMLElement | null): void {
  if (!menu) return;
  (menu.querySelector<HTMLElement>('[data-allows=false]') ?? menu).focus();
}

function focusItem(menu: HTMLElement, at: number): void {
  itemsOf(menu)[at]?.focus();
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
}
