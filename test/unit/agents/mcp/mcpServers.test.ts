import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { readMcpServers } from '../../../../src/agents/mcp/mcpServers.ts';
import { hasPosix, needs } from '../../../support/needs.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';

const DB = { command: 'npx', args: ['-y', '@x/db'], env: { HOST: 'a.example' } };
const OTHER = { command: 'npx', args: ['-y', '@y/db'] };
const servers = (table: object) => JSON.stringify({ mcpServers: table });
const inBraces = (variable: string) => `\${${variable}}`;
const toml = (command: string) => `[mcp_servers.db]\n${command}\n`;

describe('The MCP servers of an agent', () => {
  let home: string;
  let cwd: string;
  beforeEach(() => {
    home = fs.realpathSync(temporaryFolder());
    cwd = path.join(home, 'work', 'project');
    fs.mkdirSync(cwd, { recursive: true });
  });
  afterEach(() => removeFolder(home));

  const write = (name: string, content: string) => {
    const file = path.join(home, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
    return file;
  };
  const read = (id = 'claude', env: NodeJS.ProcessEnv = {}) =>
    readMcpServers(id, { cwd, env: { HOME: home, ...env } });
  const hash = async (id = 'claude', env: NodeJS.ProcessEnv = {}) =>
    (await read(id, env)).get('db');

  it('are the same ones in the settings of every agent', async () => {
    const codex = 'command = "npx"\nargs = ["-y", "@x/db"]\nenv = { HOST = "a.example" }';
    const openCode = {
      type: 'local',
      command: ['npx', '-y', '@x/db'],
      environment: DB.env,
      enabled: true,
    };
    const cases: [id: string, file: string, content: string][] = [
      ['claude', 'work/project/.mcp.json', servers({ db: { type: 'stdio', ...DB } })],
      ['codex', '.codex/config.toml', toml(codex)],
      ['gemini', 'work/project/.gemini/settings.json', `// mine\n${servers({ db: DB })}`],
      ['qwen', '.qwen/settings.json', servers({ db: { ...DB, timeout: 5 } })],
      ['opencode', '.config/opencode/opencode.jsonc', JSON.stringify({ mcp: { db: openCode } })],
      ['copilot', '.copilot/mcp-config.json', servers({ db: { ...DB, tools: ['*'] } })],
    ];
    const hashes = new Set<string | undefined>();
    for (const [id, file, content] of cases) {
      assert.equal(await hash(id), undefined, id);
      const written = write(file, content);
      hashes.add(await hash(id));
      fs.rmSync(written);
    }
    assert.match([...hashes].join(), /^[0-9a-f]{64}$/);
  });

  it('are found in each place that an agent reads', async () => {
    const table = servers({ db: DB });
    const elsewhere = path.join(home, 'elsewhere');
    const own = { mcpServers: {}, projects: { [cwd]: { mcpServers: { db: DB } } } };
    const cases: [id: string, file: string, content: string, env?: NodeJS.ProcessEnv][] = [
      ['claude', 'work/.mcp.json', table],
      ['claude', '.claude.json', table],
      ['claude', '.claude.json', JSON.stringify(own)],
      ['claude', 'elsewhere/.claude.json', table, { CLAUDE_CONFIG_DIR: elsewhere }],
      ['claude-acp', '.claude.json', table],
      ['codex', 'elsewhere/config.toml', toml('command = "x"'), { CODEX_HOME: elsewhere }],
      ['codex', 'work/project/.codex/config.toml', toml('url = "https://a.example/mcp"')],
      ['gemini', '.gemini/settings.json', table],
      [
        'gemini',
        'elsewhere/s.json',
        table,
        { GEMINI_CLI_SYSTEM_SETTINGS_PATH: `${elsewhere}/s.json` },
      ],
      ['opencode', 'work/opencode.json', '{"mcp":{"db":{"type":"remote","url":"https://a"}}}'],
      [
        'opencode',
        'elsewhere/x.json',
        '{"mcp":{"db":{"command":["x"]}}}',
        { OPENCODE_CONFIG: `${elsewhere}/x.json` },
      ],
      ['copilot', 'work/project/.vscode/mcp.json', JSON.stringify({ servers: { db: DB } })],
    ];
    for (const [id, file, content, env] of cases) {
      const written = write(file, content);
      assert.ok(await hash(id, env), `${id} ${file}`);
      fs.rmSync(written);
    }
    assert.ok(
      await hash('opencode', { OPENCODE_CONFIG_CONTENT: '{"mcp":{"db":{"url":"https://a"}}}' }),
    );
    const others = { projects: { [path.join(home, 'other')]: { mcpServers: { db: DB } } } };
    write('.claude.json', JSON.stringify(others));
    assert.equal(await hash(), undefined);
  });

  it('are other ones when the program, its arguments, environment, folder or address differ', async () => {
    const entries = [
      DB,
      OTHER,
      { ...DB, command: 'bunx' },
      { ...DB, args: ['-y @x/db'] },
      { ...DB, env: { HOST: 'b.example' } },
      { ...DB, env: { ...DB.env, NODE_OPTIONS: '--require ./x.js' } },
      { ...DB, cwd: 'sub' },
      { url: 'https://a.example/mcp' },
      { url: 'https://b.example/mcp' },
      { url: 'https://a.example/mcp?x' },
    ];
    const hashes = new Set<string | undefined>();
    for (const entry of entries) {
      write('work/project/.mcp.json', servers({ db: entry }));
      hashes.add(await hash());
    }
    assert.equal(hashes.size, entries.length);
    assert.ok(!hashes.has(undefined));
    write(
      'work/project/.mcp.json',
      servers({ db: { type: 'http', httpUrl: 'https://a.example/mcp' } }),
    );
    assert.ok(hashes.has(await hash()));
  });

  it('are other ones in another folder when they run a file of that folder', async () => {
    write('.claude.json', servers({ db: { command: 'node', args: ['--import=./x.mjs', 'y'] } }));
    const before = await hash();
    write('work/project/x.mjs', '');
    const here = await hash();
    cwd = path.join(home, 'work', 'other');
    fs.mkdirSync(cwd);
    assert.equal(await hash(), before);
    write('work/other/x.mjs', '');
    assert.equal(new Set([before, here, await hash()]).size, 3);
  });

  it('are other ones when a variable in them stands for something else', async () => {
    for (const [id, file, word] of [
      ['claude', 'work/project/.mcp.json', inBraces('DB_SERVER')],
      ['gemini', '.gemini/settings.json', '$DB_SERVER'],
      ['claude', '.claude.json', inBraces('DB_SERVER:-npx')],
    ] as const) {
      const written = write(file, servers({ db: { command: word } }));
      const hashes = [{}, { DB_SERVER: 'a' }, { DB_SERVER: 'b' }].map((env) => hash(id, env));
      assert.equal(new Set(await Promise.all(hashes)).size, 3, word);
      fs.rmSync(written);
    }
    const openCode = (word: string) => JSON.stringify({ mcp: { db: { command: [word] } } });
    write('work/opencode.json', openCode('{env:DB_SERVER}'));
    assert.notEqual(await hash('opencode', { DB_SERVER: 'a' }), await hash('opencode'));
    write('work/opencode.json', openCode('{file:~/server}'));
    assert.equal(await hash('opencode'), undefined);
  });

  it('are not known when one name stands for two, whichever would win', async () => {
    write('.claude.json', servers({ db: DB, log: DB }));
    write('work/project/.mcp.json', servers({ db: OTHER }));
    assert.deepEqual([...(await read()).keys()], ['log']);
    write('work/project/.mcp.json', servers({ db: DB }));
    assert.deepEqual([...(await read()).keys()].sort(), ['db', 'log']);
    write('work/project/.mcp.json', servers({ db: {} }));
    assert.deepEqual([...(await read()).keys()], ['log']);
    // Agents write both names in the same way.
    write('work/project/.mcp.json', servers({ 'my.db': DB, 'my db': OTHER, 'your.db': DB }));
    assert.deepEqual([...(await read()).keys()].sort(), ['db', 'log', 'your_db']);
  });

  it('are not known when an entry does not say what is run', async () => {
    const entries = [
      {},
      null,
      'npx',
      { command: '' },
      { command: [] },
      { command: 7 },
      { command: 'npx', args: 'x' },
      { command: 'npx', args: [7] },
      { command: 'npx', env: { A: 7 } },
      { command: 'npx', url: 'https://a' },
      { url: 'https://a', httpUrl: 'https://b' },
      { command: 'npx', tcp: 'ws://a' },
    ];
    for (const entry of entries) {
      write('work/project/.mcp.json', servers({ db: entry, log: DB }));
      assert.deepEqual([...(await read()).keys()], ['log'], JSON.stringify(entry));
    }
  });

  it('are none of them known when one of the files cannot be read', async () => {
    write('.claude.json', servers({ db: DB }));
    const file = path.join(cwd, '.mcp.json');
    for (const content of ['', '{', '[]', '7', '{"mcpServers":[]}', '{"mcpServers":null}']) {
      write('work/project/.mcp.json', content);
      assert.equal((await read()).size, 0, content);
    }
    write('work/project/.mcp.json', `${servers({})}${' '.repeat(2 * 1024 * 1024)}`);
    assert.equal((await read()).size, 0, 'too large');
    fs.rmSync(file);
    fs.mkdirSync(file);
    assert.equal((await read()).size, 0, 'a folder');
    fs.rmdirSync(file);
    fs.symlinkSync('.mcp.json', file);
    assert.equal((await read()).size, 0, 'a link to itself');
    fs.rmSync(file);
    assert.equal((await read()).size, 1);
    write('.codex/config.toml', toml('command = "npx'));
    assert.equal((await read('codex')).size, 0);
    write('.claude.json', JSON.stringify({ projects: { [cwd]: 7 }, mcpServers: { db: DB } }));
    assert.equal((await read()).size, 0);
  });

  it('are read through a link, and a pipe that nobody writes to holds nothing up', async function () {
    needs(this, 'named pipes among files', hasPosix);
    const file = path.join(cwd, '.mcp.json');
    fs.symlinkSync(write('real.json', servers({ db: DB })), file);
    assert.ok(await hash());
    const linked = path.join(home, 'linked');
    fs.symlinkSync(cwd, linked);
    write('.claude.json', JSON.stringify({ projects: { [cwd]: { mcpServers: { log: DB } } } }));
    cwd = linked;
    assert.deepEqual([...(await read()).keys()].sort(), ['db', 'log']);
    fs.rmSync(file);
    execFileSync('sh', ['-c', 'mkfifo "$0"', file]);
    assert.equal((await read()).size, 0);
  });

  it('are not known for an agent that nobody looked at', async () => {
    write('work/project/.mcp.json', servers({ db: DB }));
    for (const id of ['mine', 'toString', 'demo']) assert.equal((await read(id)).size, 0, id);
  });
});
