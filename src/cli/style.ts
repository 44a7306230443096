/** Emphasis on a terminal. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  warning(text: string): string;
  added(text: string): string;
  removed(text: string): string;
}

/** `on` is false where the terminal, or the person (`NO_COLOR`), wants none. */
export function terminalStyle(on: boolean): Style {
  const sgr = (start: number, end: number) => (text: string) =>
    on && text !== '' ? `\x1b[${start}m${text}\x1b[${end}m` : text;
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    warning: sgr(33, 39),
    added: sgr(32, 39),
    removed: sgr(31, 39),
  };
}
