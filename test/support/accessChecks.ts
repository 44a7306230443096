/** Scripts that look through a page of ours; each gives what is wrong. */

/** What a hand or a reader can act on, without a name. */
export const NAMES = `[...document.querySelectorAll('vscode-button, vscode-text-field, button, textarea, input, [role=menuitem], [role=link], summary')]
  .filter((each) => !(each.getAttribute('aria-label') ?? each.labels?.[0]?.textContent ?? each.textContent).trim())
  .map((each) => each.outerHTML.slice(0, 200))`;

/** Elements that others refer to and that are not there. */
export const REFERENCES = `[...document.querySelectorAll('[aria-labelledby], [aria-describedby]')].flatMap((each) =>
  [each.getAttribute('aria-labelledby'), each.getAttribute('aria-describedby')].join(' ').trim().split(/\\s+/)
    .filter((id) => id && !document.getElementById(id)))`;

/** Text that is too faint for its background. Off buttons may be. */
export const CONTRAST = `(() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d', { willReadFrequently: true });
  const over = (colours) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.getElementById('root'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest('.cs-sr, [aria-disabled=true], details:not([open]) > :not(summary)')) continue;
    const backgrounds = [];
    for (let each = element; each; each = each.parentElement) backgrounds.unshift(getComputedStyle(each).backgroundColor);
    const under = over(['white', ...backgrounds]);
    const text = over(['rgb(' + under + ')', getComputedStyle(element).color]);
    const [a, b] = [light(under), light(text)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.add(element.className + ' ' + walker.currentNode.data.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return [...faint];
})()`;
