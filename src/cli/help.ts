import type { HelpTopic } from './args.ts';

/** What `--help` prints. */
export function helpText(topic: HelpTopic): string {
  return TEXTS[topic];
}

const MAIN = `countersign: one permission inbox for every AI coding agent.

Usage:
  countersign run --agent ID --prompt TEXT --approve-each [options]
  countersign agents [--json]
  countersign audit verify|show [options]
  countersign policy check [--rules FILE]
  countersign redact [--as command]
  countersign --version

"countersign help run" tells more about a command.
`;

const RUN = `Starts an agent for one message, and lets each call that it asks about wait for your answer.

Usage:
  countersign run --agent ID --prompt TEXT --approve-each [options]
  countersign run --agent-command PROGRAM --prompt TEXT --approve-each [options] [-- ARGUMENT…]

Options:
  --agent ID             claude, demo, …; see "countersign agents"
  --agent-command PROGRAM  any program that speaks the Agent Client Protocol
  --agent-arg ARGUMENT   for that program; can be repeated, or come after --
  --prompt TEXT          what the agent is to do
  --cwd DIR              where it works; this folder unless given
  --approve-each         every call that no rule answers waits for your answer
  --permission-mode ask  the same
  --strict               the agent asks whatever its own settings allow, where it has a way
  --json                 the relay, also on a terminal
  --raw-input            requests show their input as the agent sent it, secrets included
  --journal DIR          where decisions are recorded; see "countersign help audit"
  --rules FILE           where "always" is kept, a JSON file; rules.json beside the folder of the record
                         unless given
  --timeout MINUTES      deny what nobody answered by then; 0, the default, waits for ever

On a terminal each request is shown and you answer with a letter and Enter. Keys that were pressed before a request was
shown, or less than half a second after, do not count.

With --json, or when standard input or output is not a terminal, it is a relay. Standard output has one JSON object on
each line:
  session_started      sessionId, agent {id, name, version}, cwd, asksFor
  agent_message        sessionId, messageId, text: more of the answer, markdown, in whole lines
  tool_call            sessionId, callId, title, kind, status, requestId: a call is new or has changed
  permission_request   the agent waits for an answer to this:
    id                 of this request, for the answer
    tool               execute, edit, delete, move, read, fetch, mcp or other
    sessionId, callId  this run, and the agent's own id of the call
    toolName           the agent's own name of the tool
    title              what it wants, in words
    command            the shell command, or null
    input              all that the call depends on; secrets taken out unless --raw-input
    pattern            what "always" would allow: exactly this call; null when it can only be allowed once
    scope              how far "always" reaches unless you say otherwise: session, until this run ends; or null
    scopes             how far it can reach: session, workspace (this folder, later runs too), global
    kind               the kind of card: command, edit, create, …, question
    argsHash           equal hashes ask for the same thing
    options            the agent's own answers: id, label, kind, outcome, note, wider
    decisions          what can be answered: once, always, reject, never (always deny)
    agent, raisedAt, why, risk, rejectEndsTurn, questions
  rule_suggestions     id, suggestions [{match, label}]: patterns that an "always" or "never" can name
  permission_resolved  id, sessionId, callId, decision (allow or deny), always, by, delivery, text
  error                code, message, id: a line was not understood or an answer did not count; requests stay open
  session_ended        sessionId, reason, code, signal (of the agent), exitCode (of this command), message
Answers go to standard input, one on each line, in any order:
  {"type":"permission_response","id":ID,"decision":"once"|"always"|"reject"|"never"}
  with always and never, if you like: "scope", "match" (one of the suggestions) and "expiresAt" (milliseconds)
  and, if you like: "optionId" (one of the agent's own), "message" (for the agent, with reject), "argsHash" (to be sure
  that it is the request you saw), "answers" (for a question: text by question id).
When standard input ends while a request waits, or one comes later, it is denied and the agent is stopped.

Exit codes:
  0    the agent finished its turn and ended well; else its own exit code
  1    the turn did not end well, or the agent could not be started or broke its protocol
  2    wrong usage, or an agent that cannot be made to ask; nothing was started
  3    nobody was there to answer, or to read standard output; what waited was denied
  128+n  stopped by signal n (130: Ctrl-C, 143: SIGTERM); what waited was denied
`;

const AGENTS = `Lists the agents that Countersign knows.

Usage:
  countersign agents [--json]

For each: how Countersign talks to it, what it calls its way of asking, how far its own "always" reaches, whether each
call can be made to wait for an answer (relayed), what it asks for, and where it is on this machine or how to install it.
`;

const AUDIT = `Looks at the record of requests and decisions.

Usage:
  countersign audit verify [--journal DIR]
  countersign audit show [--journal DIR] [--json]

verify names the first line that is not as it was written: changed, added, moved or removed. It cannot see that the end of
a file was cut off at a line, that a whole file was deleted, or that everything after a change was written anew.
show prints one line for each entry; with --json the entries as they are.

DIR is the folder with the files. Unless given, it is that of "countersign run":
  $XDG_STATE_HOME/countersign/journal, or ~/.local/state/countersign/journal
  on macOS ~/Library/Application Support/countersign/journal, on Windows %LOCALAPPDATA%\\countersign\\journal
The extension has its own in VS Code's global storage; its output channel names it.

Exit codes:
  0  the record is as it was written
  1  it is not, or there is none
  2  wrong usage
`;

const POLICY = `Tells what rules say of calls, without any agent.

Usage:
  countersign policy check [--rules FILE]

Standard input has one call on each line, as a JSON object:
  id                     of the line, for its answer
  tool                   execute, edit, write, delete, move, read, fetch, mcp or other
  command                of execute
  path; from and to; url and method; server, toolName and arguments    of the others
  cwd, workspace         where it runs: the workspace unless given, and this folder unless that is given
  shell                  bash unless given; in PowerShell and cmd only exact rules hold
  rules                  a list to use instead of the file's
Standard output has a line for each, in their order:
  {"id","verdict":"allow"|"deny"|"ask","rule","why","parts":[{"text","verdict","rule"}]}

FILE holds {"rules":[{"id","effect":"allow"|"deny","match":MATCH}]}; effect is allow unless given, and id its place. MATCH:
  {"exact":"pnpm test"}                           exactly this command, in the workspace folder
  {"command":["git","log"]}                       commands that begin with these words
  {"path":{"tool":"edit","glob":"src/**"}}        edit, write, delete or read, inside the workspace
  {"url":"https://example.org/docs"}              or {"origin","pathPrefix"}; GET and HEAD only
  {"mcp":{"server","tool","where":{"repo":"x"}}}  at least one argument and its value
A rule that would allow a whole tool is refused: it is named on standard error, and allows nothing. A rule for a script
file holds for what the file holds now.

Exit codes:
  0  every line was judged
  1  a line was not understood; its verdict is ask
  2  wrong usage, or rules that cannot be read; nothing was checked
`;

const REDACT = `Shows what a card, the record and a phone would show of a text or of the arguments of a call.

Usage:
  countersign redact [--as command|text]

Standard input has one JSON object on each line:
  {"id": "1", "input": "curl -u me:hunter2 https://x.example"}
  {"id": "2", "input": {"user": "me", "password": "hunter2"}}
For each, one line is printed:
  id       as it was
  display  the text with secrets taken out, as [redacted: KIND], and characters that do not show as [U+202E]; JSON as a
           card prints it
  found    the kinds of the secrets, one for each

A string is looked at as a text, or with --as command as a shell command, of which less is taken out: never more than
one word, so that nothing that runs is hidden.

Exit codes:
  0  every line was read
  1  one was not; in its place there is {"id": null, "error": …}
  2  wrong usage
`;

const TEXTS: Readonly<Record<HelpTopic, string>> = {
  main: MAIN,
  run: RUN,
  agents: AGENTS,
  audit: AUDIT,
  policy: POLICY,
  redact: REDACT,
};
