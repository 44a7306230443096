/** One kind of ask as Claude Code sends it (test/wire/claude), with room for what makes each one another. */
type AskFrame = (index: number) => unknown;

const ASKS: readonly AskFrame[] = [
  (index) =>
    ask(index, 'Bash', {
      input: { command: `pnpm test --filter pkg-${index}`, description: 'Run the test suite' },
      description: 'Run the test suite',
      permission_suggestions: [
        {
          type: 'addRules',
          rules: [{ toolName: 'Bash', ruleContent: 'pnpm test *' }],
          behavior: 'allow',
          destination: 'localSettings',
        },
      ],
      decision_reason: 'This command requires approval',
      decision_reason_type: 'other',
    }),
  (index) =>
    ask(index, 'Edit', {
      input: {
        file_path: `/home/dev/project/src/file-${index}.ts`,
        old_string: 'const value = read(path);\nreturn value;\n',
        new_string: `const value = await read(path, ${index});\nif (!value) return undefined;\nreturn value;\n`,
        replace_all: false,
      },
      description: `src/file-${index}.ts`,
      permission_suggestions: [{ type: 'setMode', mode: 'acceptEdits', destination: 'session' }],
    }),
  (index) =>
    ask(index, 'mcp__lab__deploy', {
      mcp_server: { name: 'lab', source: 'dynamic' },
      input: { target: 'staging', build: index, dryRun: false },
      permission_suggestions: [
        {
          type: 'addRules',
          rules: [{ toolName: 'mcp__lab__deploy' }],
          behavior: 'allow',
          destination: 'localSettings',
        },
      ],
    }),
  (index) =>
    ask(index, 'WebFetch', {
      input: { url: `https://one.example/a/${index}`, prompt: 'Summarise the page' },
      description: `https://one.example/a/${index}`,
      permission_suggestions: [
        {
          type: 'addRules',
          destination: 'localSettings',
          rules: [{ toolName: 'WebFetch', ruleContent: 'domain:one.example' }],
          behavior: 'allow',
        },
      ],
    }),
];

function ask(index: number, toolName: string, rest: Readonly<Record<string, unknown>>): unknown {
  return {
    type: 'control_request',
    request_id: `463a7752-9a4e-42ee-8131-${String(index).padStart(12, '0')}`,
    request: {
      subtype: 'can_use_tool',
      tool_name: toolName,
      display_name: toolName,
      tool_use_id: `toolu_bench_${index}`,
      ...rest,
    },
  };
}

/** Lines of stream-json: commands, edits, MCP calls and fetches in turn. */
export function askLines(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify(ASKS[index % ASKS.length]?.(index)),
  );
}
