import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import type { StartOptions } from '../../../../src/agents/agent.ts';
import { boundStart } from '../../../../src/agents/mcp/boundStart.ts';
import { readMcpServers } from '../../../../src/agents/mcp/mcpServers.ts';
import type { Action } from '../../../../src/permission/action.ts';
import type { RequestDraft } from '../../../../src/permission/request.ts';
import { draftOf, execute } from '../../../support/builders.ts';
import { FakeAgent } from '../../../support/fakeAgent.ts';
import { removeFolder, temporaryFolder } from '../../../support/testFolder.ts';
import { waitFor } from '../../../support/waitFor.ts';

describe('An agent that is started', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = fs.realpathSync(temporaryFolder());
    configure({ db: 'npx', log: 'npx', 'my.db': 'npx' });
  });
  afterEach(() => removeFolder(cwd));

  function configure(commands: Readonly<Record<string, string>>): void {
    const entries = Object.entries(commands).map(([name, command]) => [name, { command }]);
    const mcpServers = Object.fromEntries(entries);
    fs.writeFileSync(path.join(cwd, '.mcp.json'), JSON.stringify({ mcpServers }));
  }

  const call = (server: string): Action => ({
    tool: 'mcp',
    server,
    toolName: 'get',
    arguments: {},
  });

  /** Starts it and returns what its requests say of a server. */
  async function start(whileStarting: () => void = () => undefined) {
    const env = { HOME: cwd };
    const raised: RequestDraft[] = [];
    const agent = new FakeAgent();
    const options: StartOptions = {
      session: { key: 's', title: '', cwd, workspaceFolder: cwd },
      gate: {
        raise: (draft) => {
          raised.push(draft);
          return { request: {} as never, withdraw: () => undefined };
        },
      },
      env,
      signal: new AbortController().signal,
      log: () => undefined,
    };
    const said = (action: Action) => {
      agent.options?.gate.raise(draftOf(action), () => undefined);
      return raised.at(-1)?.mcpServerHash;
    };
    let early: string | undefined;
    const connection = await boundStart('claude', options, (bound) => {
      const starting = agent.start(bound);
      early = said(call('log'));
      whileStarting();
      return starting;
    });
    assert.equal(connection, agent);
    await waitFor(() => said(call('log')) !== undefined, 'the servers are known');
    const known = await readMcpServers('claude', { cwd, env });
    return { early, known, said };
  }

  it('says of each call of an MCP server which one it is', async () => {
    const { known, said } = await start();
    assert.equal(said(call('db')), known.get('db'));
    assert.equal(said(call('my.db')), known.get('my_db'));
    assert.equal(said(call('my_db')), known.get('my_db'));
    assert.equal(said(call('others')), undefined);
    assert.equal(said(execute('db')), undefined);
  });

  it('says nothing before its handshake, nor of a server that was changed while it started', async () => {
    const { early, known, said } = await start(() =>
      configure({ db: 'bunx', log: 'npx', late: 'npx' }),
    );
    assert.equal(early, undefined);
    assert.deepEqual([...known.keys()].sort(), ['db', 'late', 'log']);
    for (const name of ['db', 'late', 'my.db']) assert.equal(said(call(name)), undefined, name);
  });

  it('is not told anew by what is changed afterwards: that is not what it runs', async () => {
    const { known, said } = await start();
    configure({ db: 'bunx' });
    assert.equal(said(call('db')), known.get('db'));
  });
});
