import { CATALOG, type CatalogAgent, programOf } from '../agents/catalog.ts';
import { asksForCell, strictCell } from '../protocol/asksFor.ts';

/** The parity table, as text or as JSON. */
export function agentsTable(env: NodeJS.ProcessEnv, json: boolean): string {
  const rows = CATALOG.map((agent) => ({ agent, found: programOf(agent, env) }));
  if (json) return `${JSON.stringify(rows.map(asJson), undefined, 2)}\n`;
  const blocks = rows.map(({ agent, found }) =>
    [
      `${agent.id} – ${agent.name}`,
      `  transport   ${agent.transport}, ${agent.native}`,
      `  its always  ${agent.alwaysScope}`,
      `  asks for    ${asksForCell(agent.asksFor)}`,
      `  strict      ${strictCell(agent.strict)}`,
      `  relayed     ${agent.relayed.kind === 'yes' ? 'yes' : `no: ${agent.relayed.reason}`}`,
      `  here        ${whereWords(agent, found)}`,
    ].join('\n'),
  );
  return `${blocks.join('\n\n')}\n\nAny other agent over ACP: countersign run --agent-command PROGRAM. It is asked about as far as it asks.\n`;
}

function asJson({ agent, found }: { agent: CatalogAgent; found: string | undefined }): object {
  return {
    id: agent.id,
    name: agent.name,
    transport: agent.transport,
    native: agent.native,
    alwaysScope: agent.alwaysScope,
    relayed: agent.relayed.kind === 'yes',
    asksFor: agent.asksFor.kind,
    asksForExcept: agent.asksFor.except ?? null,
    strict: agent.strict.kind,
    reason: agent.relayed.kind === 'no' ? agent.relayed.reason : null,
    installed: agent.programs.length === 0 || found !== undefined,
    found: found ?? null,
    install: agent.install,
  };
}

function whereWords(agent: CatalogAgent, found: string | undefined): string {
  if (agent.programs.length === 0) return agent.install;
  return found ?? `not found; install: ${agent.install}`;
}
