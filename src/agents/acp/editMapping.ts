import { isJsonObject, type JsonObject, stringAt } from '../../base/json.ts';
import type { EditAction, FileChange } from '../../permission/action.ts';
import type { AskedCall } from './askedCall.ts';
import { absolutePath, FIELDS, restFields, textField } from './inputFields.ts';
import type { AgentProfile } from './profiles.ts';

const READ = [
  ...FIELDS.path,
  ...FIELDS.oldText,
  ...FIELDS.newText,
  ...FIELDS.content,
  ...FIELDS.replaceAll,
  'diff',
];

interface Diff {
  readonly path: string;
  readonly oldText: string;
  readonly newText: string;
}

/** Where an edit is described: the request itself, or what was told about the call before. */
interface EditSource {
  readonly input: JsonObject;
  readonly diffs: readonly Diff[];
  readonly locations: readonly string[];
}

/**
 * One change of one file. `undefined` when the frames do not agree on the file, or change several: then there is no edit
 * that a person could read in one diff.
 */
export function editAction(call: AskedCall): EditAction | undefined {
  const { asked, told, session, profile } = call;
  const sources = [sourceOf(asked), ...(told ? [sourceOf(told)] : [])];
  const paths = new Set(
    sources.flatMap((source) => pathsOf(source)).map((path) => absolutePath(path, session)),
  );
  const [path] = paths;
  if (path === undefined || paths.size !== 1) return undefined;
  if (sources.some(({ diffs }) => diffs.length > 1)) return undefined;
  const change = firstChange(sources, profile);
  const input = sources.find((source) => Object.keys(source.input).length > 0)?.input ?? {};
  const rest = restFields(input, READ, profile.cosmetic);
  return overwriting({ tool: 'edit', path, change, ...rest }, call);
}

/** Adds what a write replaces where the agent does not tell; an empty file is as none. As in claude/toolMapping.ts. */
function overwriting(action: EditAction, call: AskedCall): EditAction {
  const { change, path, widened } = action;
  if (change.kind !== 'write' || change.oldText !== undefined) return action;
  const before = call.existingFile(path);
  switch (before.kind) {
    case 'none':
      return action;
    case 'text':
      return before.text === ''
        ? action
        : { ...action, change: { ...change, oldText: before.text } };
    case 'unknown':
      return {
        ...action,
        widened: { ...widened, overwrites: 'what is there and cannot be shown' },
      };
  }
}

function sourceOf(frame: JsonObject): EditSource {
  const input = isJsonObject(frame['rawInput']) ? frame['rawInput'] : {};
  return { input, diffs: diffsOf(frame), locations: locationsOf(frame) };
}

/** The diffs in a call's content; one that cannot be read counts as a file without a name. */
function diffsOf(frame: JsonObject): Diff[] {
  const content = Array.isArray(frame['content']) ? frame['content'] : [];
  return content
    .filter((item) => isJsonObject(item) && item['type'] === 'diff')
    .map((item) => ({
      path: stringAt(item, 'path') ?? '',
      oldText: stringAt(item, 'oldText') ?? '',
      newText: stringAt(item, 'newText') ?? '',
    }));
}

function locationsOf(frame: JsonObject): string[] {
  const locations = Array.isArray(frame['locations']) ? frame['locations'] : [];
  return locations.flatMap((location) => stringAt(location, 'path') ?? []);
}

function pathsOf({ input, diffs, locations }: EditSource): string[] {
  const named = FIELDS.path.flatMap((name) => textField(input, [name]) ?? []);
  return [...named, ...diffs.map(({ path }) => path), ...locations];
}

/** The request counts before what was told earlier, and what the tool gets before what is shown of it. */
function firstChange(sources: readonly EditSource[], profile: AgentProfile): FileChange {
  for (const { input, diffs } of sources) {
    const change = changeOf(input, diffs[0], profile);
    if (change) return change;
  }
  return { kind: 'unseen' };
}

function changeOf(
  input: JsonObject,
  diff: Diff | undefined,
  profile: AgentProfile,
): FileChange | undefined {
  const oldText = textField(input, FIELDS.oldText);
  const newText = textField(input, FIELDS.newText);
  if (oldText !== undefined && newText !== undefined) {
    const all = FIELDS.replaceAll.some((name) => input[name] === true);
    return { kind: 'replace', oldText, newText, all };
  }
  const content = textField(input, FIELDS.content);
  if (content !== undefined) return written(content, diff?.oldText);
  if (diff && (profile.wholeFileDiffs || diff.oldText === ''))
    return written(diff.newText, diff.oldText);
  if (diff) return { kind: 'replace', oldText: diff.oldText, newText: diff.newText, all: false };
  const patch = stringAt(input, 'diff');
  return patch === undefined ? undefined : { kind: 'patch', diff: patch };
}

/** Agents say "" for the old text of a file that is new. */
function written(newText: string, oldText: string | undefined): FileChange {
  return { kind: 'write', newText, ...(oldText && { oldText }) };
}
