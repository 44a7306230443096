import type { ControlChoice, SessionControls } from '../agents/agent.ts';
import { oneLine } from '../permission/cut.ts';
import type { ChoiceView, ControlsView } from '../protocol/chatView.ts';

const MAX_NAME = 80;
const MAX_DESCRIPTION = 200;
/** More commands than a person can look through are not offered; they can still be typed. */
const MAX_COMMANDS = 300;

/** What can be chosen, safe to show: ids go back to the agent as they came. */
export function controlsView(controls: SessionControls | undefined): ControlsView {
  if (!controls) return { commands: [] };
  const { commands, models, modes } = controls;
  return {
    ...(modes && { modes: choiceView(modes) }),
    ...(models && { models: choiceView(models) }),
    commands: commands.slice(0, MAX_COMMANDS).map(({ hint, ...command }) => ({
      ...command,
      name: oneLine(command.name, MAX_NAME),
      description: oneLine(command.description, MAX_DESCRIPTION),
      ...(hint !== undefined && { hint: oneLine(hint, MAX_NAME) }),
    })),
  };
}

function choiceView({ current, options }: ControlChoice): ChoiceView {
  return {
    ...(current !== undefined && { current }),
    options: options.map((option) => ({
      ...option,
      name: oneLine(option.name, MAX_NAME),
      description: oneLine(option.description, MAX_DESCRIPTION),
    })),
  };
}
