import * as vscode from 'vscode';

/** Web links only, through VS Code's own question; an agent's link must not run a command or open a file. */
export async function openLink(href: string): Promise<void> {
  const { scheme } = vscode.Uri.parse(href, true);
  if (scheme !== 'https' && scheme !== 'http') return;
  // As text: an `Uri` is decoded and encoded again on its way, which breaks what a sign-in page is told, see
  // https://github.com/microsoft/vscode/issues/85930.
  await Reflect.apply(vscode.env.openExternal, vscode.env, [href]);
}
