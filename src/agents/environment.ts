/** Variables that belong to the editor or to this extension, not to the person's terminal. */
const EDITOR =
  /^(?:VSCODE|ELECTRON|COUNTERSIGN|CODE_SERVER|APPLICATION_?INSIGHTS)_|^(?:CHROME_DESKTOP|ORIGINAL_XDG_CURRENT_DESKTOP)$/i;

/**
 * What Claude Code sets for the programs it starts. An agent that inherits them takes itself for a part of that session
 * (older versions refuse to start at all) and talks to its editor.
 */
const PARENT_AGENT: readonly string[] = [
  'CLAUDECODE',
  'CLAUDE_CODE_CHILD_SESSION',
  'CLAUDE_CODE_ENTRYPOINT',
  'CLAUDE_CODE_EXECPATH',
  'CLAUDE_CODE_SESSION_ATTENDED',
  'CLAUDE_CODE_SESSION_ID',
  'CLAUDE_CODE_SSE_PORT',
  'CLAUDE_PID',
];

/** Only there because the integrated terminal of VS Code set them, recognised by their value. */
const EDITOR_VALUES: Readonly<Record<string, RegExp>> = {
  // The debugger's bootloader would attach to the agent, and to every program that it starts.
  NODE_OPTIONS: /js-debug|bootloader(?:\.c?js)?(?:["'\s]|$)/i,
  TERM_PROGRAM: /^vscode$/i,
  // They call back into the editor through a VSCODE_ variable that is gone.
  GIT_ASKPASS: /[/\\]git[/\\]dist[/\\]askpass/,
  SSH_ASKPASS: /[/\\]git[/\\]dist[/\\]ssh-askpass/,
  GIT_EDITOR: /[/\\]git[/\\]dist[/\\]git-editor/,
  BROWSER: /[/\\]bin[/\\]helpers[/\\]browser/,
};

/** The environment of the person's terminal, as far as the editor's own still shows it. */
export function agentEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const inEditorTerminal = /^vscode$/i.test(env['TERM_PROGRAM'] ?? '');
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => {
      if (value === undefined || EDITOR.test(name) || PARENT_AGENT.includes(name)) return false;
      if (name === 'TERM_PROGRAM_VERSION') return !inEditorTerminal;
      return !(Object.hasOwn(EDITOR_VALUES, name) && EDITOR_VALUES[name]?.test(value));
    }),
  );
}
