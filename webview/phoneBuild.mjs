import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Icons of the shared pieces and of the page itself, by their codicon names. */
const ICONS = [
  'add',
  'arrow-left',
  'arrow-swap',
  'check',
  'chevron-down',
  'chevron-up',
  'circle-filled',
  'circle-slash',
  'comment',
  'debug-disconnect',
  'device-mobile',
  'discard',
  'edit',
  'ellipsis',
  'error',
  'eye',
  'gear',
  'globe',
  'inbox',
  'info',
  'key',
  'law',
  'mcp',
  'new-file',
  'question',
  'sync',
  'terminal',
  'tools',
  'trash',
  'vm',
  'vm-active',
  'warning',
];

/**
 * esbuild options of the page for phones: `dist/phone`, a folder of static files that any web server can serve. Its
 * service worker is a program of its own.
 */
export function phoneBuilds(shared = {}) {
  const common = {
    ...shared,
    bundle: true,
    minify: true,
    sourcemap: false,
    platform: 'browser',
    format: 'iife',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
    outdir: 'dist/phone',
    // Assets go beside index.html, under the names that it uses.
    outbase: 'webview/phone/static',
    assetNames: '[name]',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  };
  return [
    {
      ...common,
      entryPoints: {
        app: 'webview/phone/main.tsx',
        sw: 'webview/phone/serviceWorker.ts',
        style: 'webview/phone/style.css',
        index: 'webview/phone/static/index.html',
        manifest: 'webview/phone/static/manifest.webmanifest',
        'icon-192': 'webview/phone/static/icon-192.png',
        'icon-512': 'webview/phone/static/icon-512.png',
        'icon-maskable': 'webview/phone/static/icon-maskable.png',
      },
      loader: { '.svg': 'file', '.html': 'copy', '.webmanifest': 'copy', '.png': 'copy' },
      plugins: [...(shared.plugins ?? []), plainControls, iconSprite, pureDomain],
    },
  ];
}

/** The toolkit is as large as the whole page: plain HTML takes its place. Nor is there a VS Code to show rules in. */
const plainControls = {
  name: 'plain-controls',
  setup(build) {
    const controls = path.resolve('webview/phone/controls.ts');
    build.onResolve({ filter: /\/toolkit\.ts$/ }, () => ({ path: controls }));
    const plainRule = path.resolve('webview/phone/plainRule.tsx');
    build.onResolve({ filter: /\/showRule\.tsx$/ }, () => ({ path: plainRule }));
  },
};

/**
 * The domain only computes: what the page does not use of it is left out with all that it imports. Else what finds secrets
 * would be in here, which has been used before a card leaves the desktop.
 */
const pureDomain = {
  name: 'pure-domain',
  setup(build) {
    build.onResolve({ filter: /\/\w+\.ts$/ }, async ({ path: name, pluginData, ...how }) => {
      if (pluginData === pureDomain) return undefined;
      const found = await build.resolve(name, { ...how, pluginData: pureDomain });
      const isDomain = path.basename(path.dirname(found.path)) === 'permission';
      return isDomain ? { ...found, sideEffects: false } : found;
    });
  },
};

/**
 * `icons.css` and the one picture with all icons that it shows parts of: the font of the codicons alone is half of what
 * the whole page may weigh.
 */
const iconSprite = {
  name: 'icon-sprite',
  setup(build) {
    build.onResolve({ filter: /^(codicons\.css|icons\.svg)$/ }, (args) => ({
      path: args.path,
      namespace: 'icons',
    }));
    build.onLoad({ filter: /\.svg$/, namespace: 'icons' }, async () => ({
      contents: await sprite(),
      loader: 'file',
    }));
    build.onLoad({ filter: /\.css$/, namespace: 'icons' }, () => ({
      contents: [
        `.codicon::before { content: ''; display: inline-block; width: 1em; height: 1em; vertical-align: -0.125em; background: currentColor; forced-color-adjust: none; mask: url(icons.svg) 0 0 / ${ICONS.length}em 1em no-repeat; }`,
        ...ICONS.map((name, at) => `.codicon-${name}::before { mask-position: ${-at}em 0; }`),
      ].join('\n'),
      loader: 'css',
    }));
  },
};

async function sprite() {
  const icons = await Promise.all(ICONS.map(placed));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${ICONS.length * 16}" height="16">${icons.join('')}</svg>`;
}

async function placed(name, at) {
  const file = await readFile(`node_modules/@vscode/codicons/src/icons/${name}.svg`, 'utf8');
  const [, box, content] = /<svg [^>]*viewBox="([^"]+)"[^>]*>(.*)<\/svg>/s.exec(file) ?? [];
  if (content === undefined) throw new Error(`The codicon "${name}" cannot be read.`);
  return `<svg x="${at * 16}" width="16" height="16" viewBox="${box}">${content}</svg>`;
}
