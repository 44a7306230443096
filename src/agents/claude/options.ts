import { isJsonObject, type Json, type JsonObject, stringAt } from '../../base/json.ts';
import type { PermissionOption } from '../../permission/request.ts';

/** The answer that Claude Code expects, without the call's input. */
export interface NativeDecision {
  readonly behavior: 'allow' | 'deny';
  /** A `permission_suggestion`, word for word. */
  readonly updatedPermissions?: readonly JsonObject[];
}

const ALLOW: NativeDecision = { behavior: 'allow' };
const DENY: NativeDecision = { behavior: 'deny' };

/**
 * Allow once, deny, and each of Claude Code's suggestions. No suggestion is `exact`: its rules match a command in any
 * directory, whatever else the call says, and live on in its settings when ours is revoked.
 */
export function permissionOptions(suggestions: readonly JsonObject[]): PermissionOption[] {
  return [
    {
      id: 'allow',
      label: 'Yes',
      kind: 'allow_once',
      nativeDecision: ALLOW,
      nativeScope: 'This call',
      bound: 'exact',
    },
    ...suggestions.map((suggestion, index) => suggested(suggestion, index)),
    {
      id: 'deny',
      label: 'No',
      kind: 'reject_once',
      nativeDecision: DENY,
      nativeScope: 'This call',
      bound: 'exact',
    },
  ];
}

function suggested(suggestion: JsonObject, index: number): PermissionOption {
  const { label, reach, isWider } = describe(suggestion);
  const nativeDecision: NativeDecision = { ...ALLOW, updatedPermissions: [suggestion] };
  return {
    id: `always-${index + 1}`,
    label,
    kind: 'allow_always',
    nativeDecision,
    nativeScope: `${reach}, ${destination(suggestion)}`,
    bound: isWider ? 'wider' : 'unknown',
  };
}

interface Described {
  readonly label: string;
  readonly reach: string;
  readonly isWider: boolean;
}

function describe(suggestion: JsonObject): Described {
  const type = stringAt(suggestion, 'type') ?? 'unknown';
  switch (type) {
    case 'addRules':
      return describeRules(suggestion);
    case 'setMode': {
      const mode = stringAt(suggestion, 'mode') ?? 'unknown';
      const reach = mode === 'acceptEdits' ? 'Every edit' : `Everything that mode ${mode} allows`;
      return { label: `Yes, and switch to mode ${mode}`, reach, isWider: true };
    }
    case 'addDirectories': {
      const folders = texts(suggestion['directories']).join(', ');
      return {
        label: `Yes, and also work in ${folders}`,
        reach: `Everything in ${folders}`,
        isWider: true,
      };
    }
    default:
      return {
        label: `Yes, and apply ${JSON.stringify(suggestion)}`,
        reach: 'As far as Claude Code decides',
        isWider: false,
      };
  }
}

function describeRules(suggestion: JsonObject): Described {
  const { rules } = suggestion;
  const list = Array.isArray(rules) ? rules.filter(isJsonObject) : [];
  const names = list.map(ruleText).join(', ');
  const behavior = stringAt(suggestion, 'behavior') ?? 'allow';
  const isWider = list.some((rule) => {
    const content = stringAt(rule, 'ruleContent');
    return content === undefined || content.includes('*') || content.startsWith('domain:');
  });
  return {
    label: `Yes, and always ${behavior} ${names}`,
    reach: `Every call that fits ${names}`,
    isWider: isWider || list.length !== 1,
  };
}

/** As in Claude Code's settings: `Bash(pnpm test *)`. */
function ruleText(rule: JsonObject): string {
  const tool = stringAt(rule, 'toolName') ?? 'unknown';
  const content = stringAt(rule, 'ruleContent');
  return content === undefined ? tool : `${tool}(${content})`;
}

const DESTINATIONS: Readonly<Record<string, string>> = {
  session: 'until its session ends',
  cliArg: 'until its session ends',
  localSettings: 'for good, in .claude/settings.local.json of this project',
  projectSettings: 'for good, in .claude/settings.json of this project',
  userSettings: 'for good, in your own settings of Claude Code',
};

function destination(suggestion: JsonObject): string {
  const name = stringAt(suggestion, 'destination') ?? 'unknown';
  return (Object.hasOwn(DESTINATIONS, name) && DESTINATIONS[name]) || `kept in ${name}`;
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
