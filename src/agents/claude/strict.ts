import { canonicalJson } from '../../permission/canonicalJson.ts';

/** Tools with a side effect, and all of MCP. A name that Claude Code does not know is ignored (measured). */
const ASKING: readonly string[] = [
  'Bash',
  'PowerShell',
  'Monitor',
  'Edit',
  'Write',
  'NotebookEdit',
  'WebFetch',
  'WebSearch',
  'Skill',
  'Workflow',
  'mcp__*',
];

/**
 * Arguments with which Claude Code asks whatever its settings allow. Of its rules one that denies comes first, then one that
 * asks, then one that allows. A hook on `PermissionRequest` answers even then, so hooks are off; those of its managed
 * settings stay (measured, 2.1.329). Unlike `--setting-sources ""` this keeps the person's model and sign-in.
 */
export const STRICT_ARGS: readonly string[] = [
  '--settings',
  canonicalJson({
    permissions: { ask: ASKING },
    disableAllHooks: true,
    sandbox: { autoAllowBashIfSandboxed: false },
  }),
];
