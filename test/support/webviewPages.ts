import type { Frame, Locator } from 'playwright-core';
import type { Workbench } from './workbench.ts';

/** The document of the chat or the card panel that is open on the workbench. */
export async function webviewPage(
  workbench: Workbench,
  name: 'chat' | 'cards' | 'history',
): Promise<Frame> {
  const end = Date.now() + 30_000;
  while (Date.now() < end) {
    for (const frame of workbench.page.frames()) {
      const script = frame.locator(`script[src$="/${name}.js"]`);
      if ((await script.count().catch(() => 0)) > 0) return frame;
    }
    await workbench.page.waitForTimeout(100);
  }
  throw new Error(`No webview shows the ${name} page.`);
}

/** The waiting card whose text holds this. */
export function waitingCard(page: Frame, text: string): Locator {
  return page.locator('.cs-card:not(.is-done)', { hasText: text });
}
