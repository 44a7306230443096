/**
 * esbuild options of the pages that run in a webview: `dist/webview/{cards,chat,pairing}.js`, their styles `card.css` and
 * `panel.css`, and the icons `codicon.css` with its font beside it.
 */
export function webviewBuilds(shared = {}) {
  return [
    {
      ...shared,
      bundle: true,
      minify: true,
      platform: 'browser',
      format: 'iife',
      // VS Code 1.101, the oldest that is supported, has Chromium 134.
      target: ['es2022', 'chrome128'],
      jsx: 'automatic',
      jsxImportSource: 'preact',
      entryPoints: {
        cards: 'webview/cards/main.tsx',
        chat: 'webview/chat/main.tsx',
        history: 'webview/history/main.tsx',
        pairing: 'webview/pairing/main.tsx',
        card: 'media/card.css',
        panel: 'media/panel.css',
        codicon: '@vscode/codicons/dist/codicon.css',
      },
      loader: { '.ttf': 'file' },
      assetNames: '[name]',
      outdir: 'dist/webview',
      plugins: [...(shared.plugins ?? []), focusVisibleIsKnown],
    },
  ];
}

/**
 * The toolkit finds out about `:focus-visible` with a style element, which the content security policy refuses. Every
 * supported VS Code has it.
 */
const focusVisibleIsKnown = {
  name: 'focus-visible-is-known',
  setup(build) {
    build.onLoad(
      { filter: /fast-foundation[\\/]dist[\\/]esm[\\/]utilities[\\/]style[\\/]focus\.js$/ },
      () => ({
        contents: `export const focusVisible = 'focus-visible';`,
      }),
    );
  },
};
