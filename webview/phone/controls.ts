import { type ComponentChild, h } from 'preact';
import { useRef } from 'preact/hooks';
import type { ButtonProps, TextFieldProps } from '../shared/toolkit.ts';

/**
 * The plain controls of the card as plain HTML. The build puts this file in the place of `shared/toolkit.ts`: the
 * toolkit is as large as all the rest of this page.
 */

/** A button. While it is off a press does nothing. */
export function Button(props: ButtonProps): ComponentChild {
  const { look = 'secondary', off = false, expanded, label, onPress } = props;
  const base = look === 'icon' ? 'cs-more' : look === 'primary' ? 'cs-btn primary' : 'cs-btn';
  return h(
    'button',
    {
      type: 'button',
      class: props.class ? `${base} ${props.class}` : base,
      'aria-disabled': off,
      ...(expanded !== undefined && { 'aria-expanded': expanded }),
      ...(label !== undefined && { 'aria-label': label, title: label }),
      onClick: (event: Event) => {
        event.stopPropagation();
        if (!off) onPress();
      },
    },
    props.children,
  );
}

/** One line of text. */
export function TextField(props: TextFieldProps): ComponentChild {
  const { value, label, placeholder, onText, onEnter, maxLength } = props;
  const own = useRef<HTMLElement>(null);
  return h('input', {
    type: 'text',
    class: props.class ? `cs-text ${props.class}` : 'cs-text',
    ref: props.fieldRef ?? own,
    value,
    placeholder,
    'aria-label': label,
    autocomplete: 'off',
    ...(maxLength !== undefined && { maxLength }),
    onInput: (event: Event) => {
      if (event.currentTarget instanceof HTMLInputElement) onText(event.currentTarget.value);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter' && !event.isComposing && onEnter) {
        event.preventDefault();
        onEnter();
      }
    },
  });
}
