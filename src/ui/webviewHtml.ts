import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The page of a webview: one script, the shared styles, nothing inline and nothing from elsewhere. */
export function webviewHtml(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  page: 'cards' | 'chat' | 'pairing' | 'history',
): string {
  const nonce = randomBytes(16).toString('base64url');
  const uri = (...path: string[]) =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview', ...path));
  const csp = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${csp}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${uri('codicon.css')}">
<link rel="stylesheet" href="${uri('card.css')}">
<link rel="stylesheet" href="${uri('panel.css')}">
<title>Countersign</title>
</head>
<body class="cs host"><div id="root"></div><script nonce="${nonce}" src="${uri(`${page}.js`)}"></script></body>
</html>`;
}

/** What a webview may load: its own bundle and nothing else. */
export function webviewOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return {
    enableScripts: true,
    localResourceRoots: [vscode.Uri.joinPath(extensionUri, 'dist', 'webview')],
  };
}
