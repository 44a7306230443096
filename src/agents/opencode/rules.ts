import * as v from 'valibot';
import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';

/** One of OpenCode's permission rules; of all that match a call, the last one counts. https://opencode.ai/docs/permissions */
export interface NativeRule {
  /** A tool or a group of tools; `*` and `?` are wildcards here and in the pattern. */
  readonly permission: string;
  readonly pattern: string;
  readonly action: 'allow' | 'ask' | 'deny';
}

/** One of OpenCode's agents (its own word for a mode or a sub-agent), with the rules that it ends up with. */
export interface NativeAgent {
  readonly name: string;
  readonly isSubAgent: boolean;
  readonly isHidden: boolean;
  readonly rules: readonly NativeRule[];
}

/** Permissions that change nothing and reach nobody; a sub-agent's own calls ask for themselves. */
const HARMLESS: readonly string[] = [
  'glob',
  'grep',
  'list',
  'lsp',
  'plan_enter',
  'plan_exit',
  'read',
  'skill',
  'task',
  'todoread',
  'todowrite',
];

/**
 * Lets through beside its own question only what reads: whatever then happens in that directory is asked for by itself.
 */
const ONLY_A_PLACE = 'external_directory';

/** As OpenCode's own defaults: files that hold secrets ask. */
const READ_RULES: readonly NativeRule[] = [
  { permission: 'read', pattern: '*', action: 'allow' },
  { permission: 'read', pattern: '*.env', action: 'ask' },
  { permission: 'read', pattern: '*.env.*', action: 'ask' },
  { permission: 'read', pattern: '*.env.example', action: 'allow' },
];

/**
 * The same rules, except that what would be let through with a side effect asks. Nothing that asks or is denied gets
 * looser.
 */
export function asking(rules: readonly NativeRule[]): NativeRule[] {
  return effective(rules).flatMap((rule): NativeRule[] => {
    if (rule.action !== 'allow' || isHarmless(rule)) return [rule];
    const asks: NativeRule = { ...rule, action: 'ask' };
    if (rule.permission !== '*' || rule.pattern !== '*') return [asks];
    const harmless = HARMLESS.filter((permission) => permission !== 'read').map(
      (permission): NativeRule => ({ permission, pattern: '*', action: 'allow' }),
    );
    return [asks, ...harmless, ...READ_RULES];
  });
}

/** Rules that let something with a side effect through without asking. */
export function unasked(rules: readonly NativeRule[]): NativeRule[] {
  return effective(rules).filter((rule) => rule.action === 'allow' && !isHarmless(rule));
}

/** In the form of the `permission` setting, for `OPENCODE_PERMISSION`. */
export function asSetting(rules: readonly NativeRule[]): JsonObject {
  const setting = new Map<string, Map<string, string>>();
  for (const { action, pattern, permission } of rules) {
    const patterns = setting.get(permission) ?? new Map<string, string>();
    // Order counts, so what is said again moves to the end.
    patterns.delete(pattern);
    setting.set(permission, patterns.set(pattern, action));
  }
  return Object.fromEntries(
    [...setting].map(([permission, patterns]) => [
      permission,
      [...patterns.keys()].join() === '*'
        ? (patterns.get('*') ?? 'ask')
        : Object.fromEntries(patterns),
    ]),
  );
}

/**
 * The `permission` setting as rules; it can be one word, words by permission, or words by permission and pattern. OpenCode
 * takes names with wildcards before the others, and `GET /config` tells them in another order (measured, 1.18.33).
 */
export function fromSetting(setting: unknown): NativeRule[] {
  const all = typeof setting === 'string' ? { '*': setting } : setting;
  if (!isJsonObject(all)) return [];
  const entries = Object.entries(all);
  const isWild = ([permission]: (typeof entries)[number]) => /[*?]/.test(permission);
  const ordered = [...entries.filter(isWild), ...entries.filter((entry) => !isWild(entry))];
  return ordered.flatMap(([permission, value]) => {
    const patterns = isJsonObject(value) ? value : { '*': value };
    return Object.entries(patterns).flatMap(
      ([pattern, action]) => readRule({ permission, pattern, action }) ?? [],
    );
  });
}

/** The answer to `GET /agent`. */
export function readAgents(value: unknown): NativeAgent[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isJsonObject).flatMap((agent): NativeAgent[] => {
    const name = stringAt(agent, 'name');
    const rules = readRules(agent['permission']);
    if (name === undefined || !rules) return [];
    const isSubAgent = stringAt(agent, 'mode') === 'subagent';
    return [{ name, isSubAgent, isHidden: agent['hidden'] === true, rules }];
  });
}

/** `undefined` when one of them cannot be read: then nobody knows what is let through. */
export function readRules(value: unknown): NativeRule[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const rules = value.flatMap((rule) => readRule(rule) ?? []);
  return rules.length === value.length ? rules : undefined;
}

const ruleSchema = v.object({
  permission: v.string(),
  pattern: v.string(),
  action: v.picklist(['allow', 'ask', 'deny']),
});

function readRule(value: unknown): NativeRule | undefined {
  const parsed = v.safeParse(ruleSchema, value);
  return parsed.success ? parsed.output : undefined;
}

/** Without the rules that a later one always overrides. */
function effective(rules: readonly NativeRule[]): NativeRule[] {
  return rules.filter(
    (rule, index) => !rules.slice(index + 1).some((later) => covers(later, rule)),
  );
}

function covers(later: NativeRule, rule: NativeRule): boolean {
  return (
    (later.permission === '*' || later.permission === rule.permission) &&
    (later.pattern === '*' || later.pattern === rule.pattern)
  );
}

function isHarmless({ permission }: NativeRule): boolean {
  return HARMLESS.includes(permission) || permission === ONLY_A_PLACE;
}
