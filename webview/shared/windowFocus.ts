import { arming } from './arming.ts';
import { post } from './host.ts';

/** Tells the extension whether keys belong to this page, and arms every card when the focus comes back to it. */
export function watchWindowFocus(onFocus: () => void = () => {}): void {
  window.addEventListener('focus', () => {
    arming.armAll();
    post({ type: 'focus', focused: true });
    // Later: a click that brought the focus puts it somewhere itself.
    setTimeout(onFocus, 0);
  });
  window.addEventListener('blur', () => post({ type: 'focus', focused: false }));
  if (document.hasFocus()) post({ type: 'focus', focused: true });
}
