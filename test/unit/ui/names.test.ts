import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { commands, settings, views } from '../../../src/ui/names.ts';

/** Only what the comparison needs. */
interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly configuration: {
      readonly properties: Readonly<Record<string, { readonly scope: string }>>;
    };
    readonly keybindings: readonly { readonly command: string; readonly key: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
  };
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
}

const manifest: Manifest = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
);
const { contributes } = manifest;

describe('names of package.json', () => {
  it('has exactly the commands of the code', () => {
    assert.deepEqual(
      contributes.commands.map(({ command }) => command).sort(),
      Object.values(commands).toSorted(),
    );
  });

  it('binds menus and keys only to commands that exist', () => {
    const known = new Set<string>(Object.values(commands));
    const used = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
    assert.deepEqual(
      used.filter(({ command }) => !known.has(command)),
      [],
    );
  });

  it('has the views of the code', () => {
    assert.deepEqual(
      contributes.views[views.container]?.map(({ id }) => id),
      [views.inbox, views.cards, views.rules, views.devices],
    );
  });

  it('has the settings of the code', () => {
    const { section, ...keys } = settings;
    assert.deepEqual(
      Object.keys(contributes.configuration.properties).sort(),
      Object.values(keys)
        .map((key) => `${section}.${key}`)
        .toSorted(),
    );
  });

  it('reads what names a program, or where to find one, from the machine only', () => {
    const programs = [settings.claudeCommand, settings.agents, settings.registryUrl].map(
      (key) => `${settings.section}.${key}`,
    );
    for (const key of programs) {
      assert.equal(contributes.configuration.properties[key]?.scope, 'machine', key);
    }
    assert.deepEqual(
      [...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations].sort(),
      programs.toSorted(),
    );
  });

  it('allows by no key without a modifier', () => {
    const bare = contributes.keybindings.filter(({ key }) => !/^(ctrl|cmd)\+/.test(key));
    assert.deepEqual(bare, []);
  });
});
