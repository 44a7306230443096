import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseCommand } from '../../src/cli/args.ts';
import { ROOT } from '../support/testFolder.ts';

/** Only what the comparison needs. */
interface Manifest {
  readonly scripts: Readonly<Record<string, string>>;
  readonly engines: { readonly node: string };
  readonly contributes: {
    readonly commands: readonly { readonly category: string; readonly title: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly keybindings: readonly { readonly key: string }[];
    readonly views: Readonly<Record<string, readonly { readonly name: string }[]>>;
  };
}

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const manifest: Manifest = JSON.parse(read('package.json'));
const { contributes, scripts } = manifest;
const README = read('README.md');
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'media/relay/README.md'];

const found = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

describe('README and CONTRIBUTING', () => {
  it('name every setting, and none that is not there', () => {
    const named = README.split('\n')
      .filter((line) => line.startsWith('| `countersign.'))
      .flatMap((row) => {
        const names = found(row.split('|')[1] ?? '', /`([^`]+)`/g);
        const section = names[0]?.slice(0, names[0].lastIndexOf('.')) ?? '';
        return names.map((name) => (name.startsWith('.') ? section + name : name));
      });
    assert.deepEqual(
      named.toSorted(),
      Object.keys(contributes.configuration.properties).toSorted(),
    );
    for (const name of found(README, /`(countersign\.[\w.]+)`/g))
      assert.ok(named.includes(name), `${name} is no setting`);
  });

  it('name commands that are there', () => {
    const titles = contributes.commands.map(({ category, title }) =>
      `${category}: ${title}`.replace('…', ''),
    );
    const named = found(README, /\*(Countersign: [^*]+)\*/g);
    assert.ok(named.length > 3);
    assert.deepEqual(
      named.filter((name) => !titles.includes(name)),
      [],
    );
  });

  it('name the keys and the views of VS Code', () => {
    const keys = found(README, /^\| (Ctrl\+[^|]+) \|/gm).map((key) => key.trim().toLowerCase());
    assert.deepEqual(keys.toSorted(), contributes.keybindings.map(({ key }) => key).toSorted());
    for (const { name } of contributes.views['countersign'] ?? [])
      assert.ok(README.includes(`| ${name} |`) || README.includes(`*${name}* view`), name);
  });

  it('name scripts, files and folders that are there', () => {
    for (const document of DOCUMENTS) {
      const text = read(document);
      for (const name of found(text, /npm (?:run )?(start|test|(?<=run )[\w:-]+)\b/g))
        assert.ok(Object.hasOwn(scripts, name), `${document}: npm run ${name}`);
      for (const link of found(text, /\]\((?!https?:|#)([^)]+)\)/g))
        assert.ok(
          existsSync(path.join(ROOT, path.dirname(document), link)),
          `${document}: ${link}`,
        );
      for (const name of found(
        text,
        /`((?:src|test|webview|media|permission|protocol)\/[\w./-]+)`/g,
      ))
        assert.ok(isThere(name), `${document}: ${name}`);
    }
  });

  it('name the versions of Node that package.json does', () => {
    const wanted = found(manifest.engines.node, /[\^=](\d+(?:\.\d+)?)/g);
    for (const document of ['README.md', 'CONTRIBUTING.md'])
      for (const version of wanted)
        assert.ok(read(document).includes(version), `${document}: ${version}`);
  });

  it('show calls of the command line that it takes', () => {
    const calls = [...found(README, /npx countersign ([^\n`]+)/g)];
    assert.ok(calls.length > 4);
    for (const call of calls) {
      const words = call.replaceAll('"…"', 'x').split(' ');
      const parsed = parseCommand(words);
      assert.ok(parsed.ok, `${call}: ${parsed.ok ? '' : parsed.error.message}`);
    }
  });
});

function isThere(name: string): boolean {
  return [name, `src/${name}`].some((file) => existsSync(path.join(ROOT, file)));
}
