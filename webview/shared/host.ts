import type { FromHistory } from '../../src/protocol/historyView.ts';
import type { FromWebview } from '../../src/protocol/messages.ts';
import type { FromPairing } from '../../src/protocol/pairingMessages.ts';

interface VsCodeApi {
  postMessage(message: FromWebview | FromPairing | FromHistory): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

const api = acquireVsCodeApi();

/** Sends a message to the extension. */
export function post(message: FromWebview | FromPairing | FromHistory): void {
  api.postMessage(message);
}

/** Calls `receive` for every message of the extension. The host is the only window that can post to a webview. */
export function onMessage<Message>(receive: (message: Message) => void): void {
  window.addEventListener('message', (event: MessageEvent<Message>) => receive(event.data));
}

/** What survives hiding the panel: strings and numbers by name. */
export function savedText(name: string): string {
  const value = savedState()[name];
  return typeof value === 'string' ? value : '';
}

/** The number saved under `name`, if there is one. */
export function savedNumber(name: string): number | undefined {
  const value = savedState()[name];
  return typeof value === 'number' ? value : undefined;
}

/** Remembers a value until the panel is closed for good. */
export function save(name: string, value: string | number | undefined): void {
  api.setState({ ...savedState(), [name]: value });
}

function savedState(): Record<string, unknown> {
  const state = api.getState();
  return typeof state === 'object' && state !== null ? { ...state } : {};
}
