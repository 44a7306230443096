import type { VNode } from 'preact';
import type { Piece } from './pieces.ts';
import { OneSpan } from './spanText.tsx';

/** Groups the pieces between white space, so that lines break between arguments first. */
export function Words({ pieces }: { readonly pieces: readonly Piece[] }): VNode {
  const groups: Piece[][] = [[]];
  for (const { span, hot } of pieces) {
    const parts = typeof span === 'string' ? span.split(/(\s+)/) : [span];
    for (const part of parts) {
      if (part === '') continue;
      if (typeof part === 'string' && part.trim() === '') groups.push([{ span: part, hot }], []);
      else groups.at(-1)?.push({ span: part, hot });
    }
  }
  return (
    <>
      {groups.map((group, index) => {
        if (group.length === 0) return null;
        const isSpace = typeof group[0]?.span === 'string' && group[0].span.trim() === '';
        const content = <Pieces pieces={group} />;
        return isSpace ? (
          content
        ) : (
          <span key={index} class="cs-tok">
            {content}
          </span>
        );
      })}
    </>
  );
}

export interface LookedPiece extends Piece {
  readonly dim?: boolean;
}

export function Pieces({ pieces }: { readonly pieces: readonly LookedPiece[] }): VNode {
  return (
    <>
      {pieces.map(({ span, hot, dim }, index) => {
        const text = <OneSpan span={span} />;
        const look = hot ? 'hot' : dim ? 'dim' : undefined;
        return look ? (
          <span key={index} class={look}>
            {text}
          </span>
        ) : (
          text
        );
      })}
    </>
  );
}
