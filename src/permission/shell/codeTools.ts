import { abbreviated, isElsewhere, matching, type WordCheck } from './optionNames.ts';

/** A file or a package with code, and no plain name. */
export function isFile(value: string): boolean {
  return /[/\\]|^[.@]|\.[cm]?[jt]sx?$/.test(value);
}

/** Whether an option gives a file to a tool that loads code, and is not one that only picks what is looked at. */
export function loadsFile(program: string, word: string): boolean {
  if (!(program in CODE_TOOLS) && !PACKAGE_MANAGERS.test(program)) return false;
  const [, name = '', value = ''] = /^--([\w.-]+)=(.*)$/s.exec(word) ?? [];
  return name !== '' && isFile(value) && !PICKS.test(name);
}

const PACKAGE_MANAGERS = /^(?:npm|pnpm|yarn|bun|npx|node)$/;

const PICKS =
  /^(?:(?:test-?)?(?:filter|grep|fgrep|match|name-?pattern|path-?patterns?|path-?ignore-?patterns)|.*(?:include|exclude|ignore).*|ext|scope|since|base|head|changed|shard|cov|cov-.*|package|workspace|only|select|target|since|k)$/i;

/** Testers, linters and compilers: what of their options loads code, writes files or opens something. */
export const CODE_TOOLS: Readonly<Record<string, WordCheck>> = {
  pytest: (word, following) =>
    (word !== '--co' && PYTEST(word, following)) ||
    (/^-p/.test(word) && !/^no:/.test(word === '-p' ? (following ?? '') : word.slice(2))),
  eslint: (word, following) =>
    /^-[co]|^-f.|^--(?:rulesdir|resolve-plugins|cache-(?:file|location)|stdin|mcp|suppress|prune|inspect)/.test(
      word,
    ) ||
    (word === '-f' && isFile(following ?? '')),
  prettier: matching(/^-[a-zA-Z]*w|^--(?:find-config|plugin|ignore-path)/),
  tsc: (word, following) =>
    /^--(?:build-info|generate(?:Trace|CpuProfile)|init|clean)|^@/i.test(word) ||
    (word === '-p' && isElsewhere(following ?? '')),
  jest: matching(
    /^-[ciu]$|^--(?:rootDir|roots|projects|module|haste|testEnvironment|cacheDirectory|coverageDirectory|filter|update|snapshot|runtime)/,
  ),
  vitest: matching(
    /^-[cru]$|^--(?:root|dir|browser|api|workspace|ui|update|snapshot|attachments|typecheck\.|.*\.custom)/,
  ),
  mocha: (word, following) =>
    /^-[nrO]|^-[cp]$|^-c[^a-zA-Z]|^--(?:file|package|spec|opts|compilers)/.test(word) ||
    (/^-[Ru]$/.test(word) && isFile(following ?? '')) ||
    /^-[Ru].*[/.]/.test(word),
  mypy: abbreviated(
    ['install-types', 'python-executable', 'config-file', 'custom-typeshed-dir', 'shadow-file'],
    /^@|^--[a-z-]+-report|^--junit/,
  ),
  ruff: abbreviated(['add-noqa', 'output-file', 'cache-dir'], /^-o|^(?:format|clean|server)$/),
  flake8: abbreviated(['tee', 'output-file', 'append-config', 'config']),
  pylint: abbreviated(['load-plugins', 'init-hook', 'rcfile', 'output'], /^@/),
  tox: matching(/^-[xc]|^--$|override/),
  rubocop: matching(/^-[a-zA-Z]*[rAacxo]|^--auto|^--(?:stdin|server|start)/),
  rspec: (word, following) =>
    /^-[rIOo]|^-f.*[/.]|^--(?:out|default-path|drb)/.test(word) ||
    (word === '-f' && isFile(following ?? '')),
  rake: matching(/^-[a-zA-Z]*[freERpIlCN]|^--(?:rakefile|execute|libdir|rakelib)|=/),
  biome: matching(/^(?:migrate|lsp-proxy|start|stop)$/),
};

const PYTEST = abbreviated(
  [
    'override-ini',
    'rootdir',
    'basetemp',
    'confcutdir',
    'pyargs',
    'pdbcls',
    'pdb',
    'trace',
    'debug',
    'tx',
    'rsyncdir',
    'ds',
  ],
  /^-(?:[co]|[a-oq-z]+[cop]$|W)|^--(?:junit|log-|html|json|snapshot|inline|force|regen|update|record|store|save|durations-path|benchmark-(?:json|s|auto|hist))|^@/,
);
