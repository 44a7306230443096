import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { createLauncher } from '../../src/agents/catalog.ts';
import { asksForWords } from '../../src/protocol/asksFor.ts';
import {
  geminiSettings,
  geminiUnderTest,
  qwenSettings,
  qwenUnderTest,
} from '../support/acpCliUnderTest.ts';
import { claudeProgram } from '../support/agentCache.ts';
import { claudeUnderTest } from '../support/claudeUnderTest.ts';
import { type AgentUnderTest, Conversation } from './conversation.ts';

/** An agent whose own settings let `touch` through. */
interface LooseAgent {
  readonly id: string;
  readonly program: string;
  readonly agent: AgentUnderTest;
  /** The file of its own that lets it through. */
  readonly door: string;
}

const ALLOWS = 'by its own list';

const LOOSE: Readonly<Record<string, () => Promise<LooseAgent>>> = {
  [`Claude Code, ${ALLOWS}`]: () => looseClaude({ permissions: { allow: ['Bash(touch *)'] } }),
  'Claude Code, by a hook before the tool': () =>
    looseClaude(hook('PreToolUse', { permissionDecision: 'allow' })),
  'Claude Code, by a hook on the request': () =>
    looseClaude({
      // Its list makes it run without asking at all; the hook would answer what strict makes it ask.
      permissions: { allow: ['Bash(touch *)'] },
      ...hook('PermissionRequest', { decision: { behavior: 'allow' } }),
    }),
  [`Qwen Code, ${ALLOWS}`]: async () => {
    const agent = await qwenUnderTest();
    agent.configure('.qwen/settings.json', {
      ...qwenSettings(),
      permissions: { allow: ['Bash(touch *)'] },
    });
    const door = path.join(agent.env['HOME'] ?? '', '.qwen/settings.json');
    return { id: 'qwen', program: agent.program, agent, door };
  },
  [`Gemini CLI, ${ALLOWS}`]: async () => {
    const agent = await geminiUnderTest();
    agent.configure('.gemini/settings.json', {
      ...geminiSettings(),
      tools: { allowed: ['run_shell_command(touch)'] },
    });
    const door = path.join(agent.env['HOME'] ?? '', '.gemini/settings.json');
    return { id: 'gemini', program: agent.program, agent, door };
  },
};

describe('Strict', () => {
  for (const [name, setup] of Object.entries(LOOSE)) {
    it(`${name}: what its settings allow is not asked for`, () =>
      play(setup, false, async (conversation, { agent }) => {
        const end = await conversation.connection.prompt(agent.prompt([agent.makeFile('made')]));
        assert.equal(end.reason, 'done');
        assert.equal(fs.existsSync(path.join(agent.cwd, 'made')), true);
        assert.deepEqual(conversation.settled, []);
      }));

    it(`${name}: it is asked for when it is strict`, () =>
      play(setup, true, async (conversation, { agent }) => {
        const turn = conversation.connection.prompt(agent.prompt([agent.makeFile('made')]));
        const request = await conversation.one();
        // Long enough for a hook that answers by itself.
        await new Promise((resolve) => setTimeout(resolve, 1500));
        assert.equal(conversation.broker.pending.length, 1);
        await conversation.answer(request, 'deny');
        await turn;
        assert.equal(fs.existsSync(path.join(agent.cwd, 'made')), false);
      }));
  }

  it('says so in the words of the session', async () => {
    const { agent, door, id, program } = await looseClaude({ permissions: {} });
    try {
      let strict = false;
      const isStrict = () => strict;
      const options = { demoProgram: '', commands: { [id]: program }, isStrict };
      const launcher = await createLauncher(id, options);
      const words = async () => {
        const doors = await launcher.doors?.(agent);
        assert.ok(doors?.files?.includes(door));
        return asksForWords('what its own settings do not allow', doors);
      };
      assert.equal(await words(), 'what its own settings do not allow');
      strict = true;
      assert.equal(await words(), 'everything, whatever its own settings allow (strict)');
    } finally {
      await agent.dispose();
    }
  });
});

async function play(
  setup: () => Promise<LooseAgent>,
  strict: boolean,
  run: (conversation: Conversation, loose: LooseAgent) => Promise<void>,
): Promise<void> {
  const loose = await setup();
  const { agent, id, program } = loose;
  const launcher = await createLauncher(id, {
    demoProgram: '',
    commands: { [id]: program },
    isStrict: () => strict,
  });
  const conversation = new Conversation({ ...agent, launcher });
  try {
    await conversation.start();
    await run(conversation, loose);
  } finally {
    await conversation.stop();
    await agent.dispose();
  }
}

async function looseClaude(settings: object): Promise<LooseAgent> {
  const agent = await claudeUnderTest();
  const door = path.join(agent.env['CLAUDE_CONFIG_DIR'] ?? '', 'settings.json');
  fs.writeFileSync(door, JSON.stringify(settings));
  return { id: 'claude', program: await claudeProgram(), agent, door };
}

function hook(hookEventName: string, says: object): object {
  const output = JSON.stringify({ hookSpecificOutput: { hookEventName, ...says } });
  const command = `echo '${output}'`;
  return { hooks: { [hookEventName]: [{ matcher: '*', hooks: [{ type: 'command', command }] }] } };
}
