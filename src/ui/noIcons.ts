/** Text as VS Code shows it in its own lists: without the icons that it makes of `$(name)`. */
export function noIcons(text: string): string {
  return text.replaceAll('$(', '$\u200B(');
}
