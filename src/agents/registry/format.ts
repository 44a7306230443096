import * as v from 'valibot';
import { isJsonObject, parseJson, stringAt } from '../../base/json.ts';
import { err, ok, type Result } from '../../base/result.ts';

/** The registry file, https://github.com/agentclientprotocol/registry/blob/main/FORMAT.md, as far as it can be read. */
export interface Registry {
  readonly agents: readonly RegistryAgent[];
  /** A sentence for each entry that cannot be used. Raw text of the file. */
  readonly leftOut: readonly string[];
}

export type RegistryAgent = v.InferOutput<typeof agentSchema>;

/** Reads the text of a registry file. An entry that is not as the format says is left out and named. */
export function parseRegistry(text: string): Result<Registry, string> {
  const file = parseJson(text);
  if (!isJsonObject(file) || !Array.isArray(file['agents'])) return err('it has no list of agents');
  const agents: RegistryAgent[] = [];
  const leftOut: string[] = [];
  const seen = new Set<string>();
  for (const [index, entry] of file['agents'].entries()) {
    const id = stringAt(entry, 'id') ?? `number ${index + 1}`;
    const parsed = v.safeParse(agentSchema, entry);
    if (!parsed.success) leftOut.push(`${id}: ${v.summarize(parsed.issues)}`);
    else if (seen.has(parsed.output.id)) leftOut.push(`${id}: its id is there twice`);
    else agents.push(parsed.output);
    seen.add(id);
  }
  return ok({ agents, leftOut });
}

const MAX_TEXT = 2000;
const text = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_TEXT));
const EXACT_VERSION = /^\d+\.\d+\.\d+[\w.+-]*$/;

/** A word that a shell-less program takes as a name: no option, no path. */
const name = v.pipe(v.string(), v.regex(/^[A-Za-z0-9@][\w@.+-]*$/));

/** Variables that change which code runs; an entry of a list that others write has no need for them. */
const CODE_VARIABLES =
  /^(?:PATH|PATHEXT|HOME|USERPROFILE|SHELL|ComSpec|LD_.*|DYLD_.*|NODE_.*|npm_.*|UV_.*|PYTHON.*|BASH_ENV|ENV|GIT_.*)$/i;
const env = v.record(
  v.pipe(
    v.string(),
    v.regex(/^[A-Za-z_]\w*$/),
    v.check(
      (variable) => !CODE_VARIABLES.test(variable),
      'a variable that changes which code runs',
    ),
  ),
  v.pipe(v.string(), v.maxLength(MAX_TEXT)),
);
const started = {
  args: v.optional(v.array(v.pipe(v.string(), v.maxLength(MAX_TEXT))), []),
  env: v.optional(env, {}),
};

/** No address, no folder, no range: `name` or `name@1.2.3`. */
const npxSchema = v.strictObject({
  package: v.pipe(
    v.string(),
    v.regex(/^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(?:@\d+\.\d+\.\d+[\w.+-]*)?$/i),
  ),
  cmd: v.optional(name),
  ...started,
});

/** `name`, `name[extra]==1.2.3` or `name@1.2.3`. */
const uvxSchema = v.strictObject({
  package: v.pipe(
    v.string(),
    v.regex(/^[a-z0-9][\w.-]*(?:\[[\w.,-]+\])?(?:(?:==|@)\d[\w.+!-]*)?$/i),
  ),
  cmd: v.optional(name),
  ...started,
});

const binarySchema = v.strictObject({
  archive: v.pipe(v.string(), v.url(), v.startsWith('https://'), v.maxLength(MAX_TEXT)),
  cmd: text,
  sha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/i))),
  ...started,
});

const agentSchema = v.object({
  id: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/), v.maxLength(100)),
  name: text,
  version: v.pipe(v.string(), v.regex(EXACT_VERSION), v.maxLength(100)),
  description: text,
  distribution: v.pipe(
    v.strictObject({
      npx: v.optional(npxSchema),
      uvx: v.optional(uvxSchema),
      binary: v.optional(v.record(v.string(), binarySchema)),
    }),
    v.check(
      ({ binary, npx, uvx }) => npx !== undefined || uvx !== undefined || binary !== undefined,
      'it has no way to be started',
    ),
  ),
});
