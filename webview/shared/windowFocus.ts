import { post } from './host.ts';

/**
 * Tells the extension whether keys belong to this page. A page cannot tell VS Code's window coming to the front from a
 * click out of the editor into it, so arming is left to the extension's `windowFocused`.
 */
export function watchWindowFocus(onFocus: () => void = () => {}): void {
  window.addEventListener('focus', () => {
    post({ type: 'focus', focused: true });
    // Later: a click that brought the focus puts it somewhere itself.
    setTimeout(onFocus, 0);
  });
  window.addEventListener('blur', () => post({ type: 'focus', focused: false }));
  if (document.hasFocus()) post({ type: 'focus', focused: true });
}
