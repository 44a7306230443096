import type { VNode } from 'preact';
import type { PartView } from '../../src/protocol/ruleView.ts';
import { markRisk } from './pieces.ts';
import { ShowRule } from './showRule.tsx';
import type { Preview } from './types.ts';
import { Words } from './words.tsx';

/** One part as it is shown, with what joins it to the part before. */
export interface ShownPart {
  readonly text: string;
  readonly part: PartView;
}

/** With more than this the command is shown as it is: parts never fold. */
const MAX_PARTS = 12;

/**
 * Cuts a command at the parts that the rules looked at; together they are the whole command, character for character.
 * `undefined` when nothing is gained by it, or the parts are not found in what is shown.
 */
export function cutIntoParts(
  preview: Preview,
  parts: readonly PartView[],
): readonly ShownPart[] | undefined {
  if (preview.kind !== 'command' || parts.length < 2 || parts.length > MAX_PARTS) return undefined;
  if (!parts.some(({ verdict }) => verdict === 'allow')) return undefined;
  const pieces: string[] = [];
  for (const span of preview.text) {
    if (typeof span !== 'string') return undefined;
    pieces.push(span);
  }
  const text = pieces.join('');
  const starts: number[] = [];
  let end = 0;
  for (const part of parts) {
    const at = text.indexOf(part.text, end);
    if (at < 0) return undefined;
    // What is between two parts belongs to the one before, but for what joins them.
    const joint = /(?:&&|\|\||[;|\n])\s*$/.exec(text.slice(end, at));
    starts.push(end + (joint?.index ?? 0));
    end = at + part.text.length;
  }
  starts[0] = 0;
  return parts.map((part, index) => ({
    part,
    text: text.slice(starts[index], starts[index + 1]),
  }));
}

export interface CommandPartsProps {
  readonly id: string;
  readonly parts: readonly ShownPart[];
  readonly riskTokens: readonly string[];
}

/** The parts of a compound command: what has a rule steps back, what is new is lit. */
export function CommandParts({ id, parts, riskTokens }: CommandPartsProps): VNode {
  return (
    <div id={id} class="cs-payload cs-parts" data-payload>
      {parts.map(({ text, part }, index) => (
        <Part key={index} text={text} part={part} riskTokens={riskTokens} />
      ))}
    </div>
  );
}

interface PartProps extends ShownPart {
  readonly riskTokens: readonly string[];
}

function Part({ text, part: { verdict, rule }, riskTokens }: PartProps): VNode {
  const known = verdict === 'allow';
  return (
    <div class={known ? 'cs-part old' : 'cs-part new'}>
      <i class={`codicon codicon-${known ? 'check' : 'circle-filled'}`} aria-hidden="true" />
      <pre class="cs-cmd">
        <Words pieces={markRisk([text.trim()], riskTokens)} />
      </pre>
      <span class="by">
        {rule ? (
          <>
            {known ? 'allowed by ' : 'denied by '}
            <ShowRule rule={rule} text="rule" />
          </>
        ) : (
          'new'
        )}
      </span>
    </div>
  );
}
