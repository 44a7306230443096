import { vsCodeButton } from '@vscode/webview-ui-toolkit/dist/button/index.js';
import { vsCodeTextField } from '@vscode/webview-ui-toolkit/dist/text-field/index.js';
import { provideVSCodeDesignSystem } from '@vscode/webview-ui-toolkit/dist/vscode-design-system.js';
import { type ComponentChild, type ComponentChildren, h, type RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * The plain controls. The only file that knows the toolkit: another one, or plain HTML, can take its place here.
 * Looks come from the page's own css (`.cs-btn`, `.cs-more`, `.cs-text`), through the parts of the elements.
 */
provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextField());

export interface ButtonProps {
  readonly children: ComponentChildren;
  /** `primary` at most once in a card, `icon` for a button without words. */
  readonly look?: 'primary' | 'secondary' | 'icon';
  readonly class?: string;
  readonly label?: string;
  /** Off but still in the tab order, so that the focus stays where it is. */
  readonly off?: boolean;
  readonly expanded?: boolean;
  readonly onPress: () => void;
}

/** A button. While it is off a press does nothing. */
export function Button(props: ButtonProps): ComponentChild {
  const { look = 'secondary', off = false, expanded, label, onPress } = props;
  const base = look === 'icon' ? 'cs-more' : look === 'primary' ? 'cs-btn primary' : 'cs-btn';
  return h(
    'vscode-button',
    {
      class: props.class ? `${base} ${props.class}` : base,
      appearance: look,
      // As properties: the toolkit does not follow these attributes.
      ariaDisabled: String(off),
      ...(expanded !== undefined && { ariaExpanded: String(expanded), ariaHaspopup: 'true' }),
      ...(label !== undefined && { 'aria-label': label, title: label }),
      onClick: (event: Event) => {
        event.stopPropagation();
        if (!off) onPress();
      },
    },
    props.children,
  );
}

export interface TextFieldProps {
  readonly value: string;
  readonly label: string;
  readonly placeholder: string;
  readonly class?: string;
  readonly maxLength?: number;
  readonly fieldRef?: RefObject<HTMLElement | null>;
  /** A codicon in front of the text. */
  readonly icon?: string;
  readonly onText: (value: string) => void;
  readonly onEnter?: () => void;
}

/** One line of text. */
export function TextField(props: TextFieldProps): ComponentChild {
  const { value, label, placeholder, onText, onEnter, maxLength } = props;
  const own = useRef<HTMLElement>(null);
  const field = props.fieldRef ?? own;
  // Not before it is in the page: the toolkit puts a label of its own on it then.
  useLayoutEffect(() => field.current?.setAttribute('aria-label', label), [label, field]);
  return h(
    'vscode-text-field',
    {
      class: props.class ? `cs-text ${props.class}` : 'cs-text',
      ref: field,
      value,
      placeholder,
      ...(maxLength !== undefined && { maxlength: maxLength }),
      onInput: (event: Event) => onText(textOf(event.currentTarget)),
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key === 'Enter' && !event.isComposing && onEnter) {
          event.preventDefault();
          onEnter();
        }
      },
    },
    props.icon &&
      h('i', { slot: 'start', class: `codicon codicon-${props.icon}`, 'aria-hidden': true }),
  );
}

function textOf(target: EventTarget | null): string {
  return target instanceof HTMLElement && 'value' in target ? String(target.value) : '';
}
