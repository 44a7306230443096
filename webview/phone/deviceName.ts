interface HighEntropy {
  getHighEntropyValues(hints: readonly string[]): Promise<{ readonly model?: string }>;
}

/** What VS Code calls this phone: its model where the browser tells it, else what kind of device it is. */
export async function deviceName(
  browser: { readonly userAgent: string; readonly userAgentData?: HighEntropy } = navigator,
): Promise<string> {
  const told = await browser.userAgentData?.getHighEntropyValues(['model']).catch(() => undefined);
  const model = told?.model?.trim();
  if (model) return model.slice(0, 60);
  const agent = browser.userAgent;
  if (agent.includes('iPhone')) return 'iPhone';
  if (/iPad|Macintosh.*Mobile/.test(agent)) return 'iPad';
  const android = /Android [\d.]+; ([^;)]+)/.exec(agent)?.[1]?.trim();
  if (android && android !== 'K' && !/^(Mobile|Tablet)$/.test(android)) return android.slice(0, 60);
  if (agent.includes('Android')) return 'Android phone';
  return 'Browser';
}
