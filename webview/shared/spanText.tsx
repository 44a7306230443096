import type { VNode } from 'preact';
import type { Span, Spans } from './types.ts';

/** Safe text of a request: words, and chips for what was taken out or would not be seen. */
export function SpanText({ spans }: { readonly spans: Spans }): VNode {
  return (
    <>
      {spans.map((span, index) => (
        <OneSpan key={index} span={span} />
      ))}
    </>
  );
}

/** One span: as it is, `redacted: GitHub token`, or `U+202E` that is read out by its name. */
export function OneSpan({ span }: { readonly span: Span }): VNode {
  if (typeof span === 'string') return <>{span}</>;
  if ('secret' in span) {
    return (
      <span class="cs-chip">
        <i class="codicon codicon-key" aria-hidden="true" />
        {`redacted: ${span.secret}`}
      </span>
    );
  }
  return (
    <span class="cs-esc" title={span.name}>
      <span aria-hidden="true">{span.char}</span>
      <span class="cs-sr">{` ${span.name} `}</span>
    </span>
  );
}

/** The same text without chips, as the extension writes it where there are none. */
export function plainText(spans: Spans): string {
  return spans.map(plainSpan).join('');
}

/** {@link plainText} of one span. */
export function plainSpan(span: Span): string {
  if (typeof span === 'string') return span;
  return 'secret' in span ? `[redacted: ${span.secret}]` : `[${span.char}]`;
}
