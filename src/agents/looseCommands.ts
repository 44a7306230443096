import type { SlashCommand } from './agent.ts';
import { notChosen } from './connectionErrors.ts';

/** Slash commands after which an agent would not ask, by the names that agents give them. */
const LOOSE =
  /^(?:allow-?all|approvals?|approval-?mode|auto-?mode-?setup|auto-?pilot|bypass-?permissions|permissions|yolo)$/i;

/** The command as it is offered here: with the reason, when it is one that is not sent. */
export function checkedCommand(command: SlashCommand, agentName: string): SlashCommand {
  return LOOSE.test(command.name)
    ? { ...command, whyNot: `${agentName} could run calls without asking after it.` }
    : command;
}

/** Throws for a message that is one of the agent's commands and must not be sent. */
export function refuseLoose(
  text: string,
  commands: readonly SlashCommand[],
  agentName: string,
): void {
  const name = /^\s*\/(\S+)/.exec(text)?.[1];
  const command = commands.find((each) => each.name === name);
  if (command?.whyNot !== undefined) throw notChosen(agentName, `/${name}`, command.whyNot);
}
