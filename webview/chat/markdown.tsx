import MarkdownIt, { type Token } from 'markdown-it';

import { type ComponentChild, h, type VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { post } from '../shared/host.ts';

const parser = new MarkdownIt({ html: false, linkify: false });

/**
 * The agent's markdown as elements of our own, never as HTML text: nothing in it can become a tag, a style or a request.
 * While a message grows, only what changed at its end is drawn again.
 */
export function Markdown(props: { readonly source: string; readonly streaming: boolean }): VNode {
  const { source, streaming } = props;
  const content = useMemo(() => draw(parser.parse(source, {})), [source]);
  return (
    <div class={streaming ? 'cs-md is-streaming' : 'cs-md'} aria-busy={streaming}>
      {content}
      {streaming && <span class="cs-caret" />}
    </div>
  );
}

/** Tags that markdown-it makes without HTML. Anything else is drawn as a plain span. */
const TAGS = new Set(
  'p h1 h2 h3 h4 h5 h6 ul ol li blockquote em strong s table thead tbody tr th td'.split(' '),
);

interface Open {
  readonly tag: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly children: ComponentChild[];
}

/** Tokens come as a flat list of openings, contents and closings. */
function draw(tokens: readonly Token[]): ComponentChild[] {
  const stack: Open[] = [{ tag: '', props: {}, children: [] }];
  for (const token of tokens) {
    if (token.nesting === 1) {
      stack.push(open(token));
    } else if (token.nesting === -1) {
      const done = stack.pop();
      if (done) stack.at(-1)?.children.push(close(done));
    } else {
      stack.at(-1)?.children.push(single(token));
    }
  }
  return stack[0]?.children ?? [];
}

function open(token: Token): Open {
  if (token.type === 'link_open') return { tag: 'a', props: linkProps(token), children: [] };
  // A paragraph of a tight list has no element of its own.
  const tag = token.hidden ? '' : TAGS.has(token.tag) ? token.tag : 'span';
  const start = token.type === 'ordered_list_open' ? token.attrGet('start') : null;
  return { tag, props: { ...(start !== null && { start }), ...alignment(token) }, children: [] };
}

function close({ tag, props, children }: Open): ComponentChild {
  return tag === '' ? children : h(tag, props, ...children);
}

function single(token: Token): ComponentChild {
  switch (token.type) {
    case 'inline':
      return draw(token.children ?? []);
    case 'text':
    case 'text_special':
    case 'html_inline':
    case 'html_block':
      return token.content;
    case 'softbreak':
      return '\n';
    case 'hardbreak':
      return <br />;
    case 'hr':
      return <hr />;
    case 'code_inline':
      return <code>{token.content}</code>;
    case 'fence':
    case 'code_block':
      return (
        <pre class="cs-pre">
          <code>{token.content}</code>
        </pre>
      );
    case 'image':
      return <span class="cs-mute">{`[image: ${token.content || 'without a description'}]`}</span>;
    default:
      return token.content;
  }
}

/** A column's alignment comes as a style, which the page does not take. */
function alignment(token: Token): { class?: string } {
  const side = /^text-align:(right|center)$/.exec(String(token.attrGet('style') ?? ''))?.[1];
  return side ? { class: `cs-${side}` } : {};
}

/** No `href`: VS Code would open it without asking. The extension asks, and shows the whole address. */
function linkProps(token: Token): Readonly<Record<string, unknown>> {
  const href = String(token.attrGet('href') ?? '');
  const follow = (event: Event) => {
    event.preventDefault();
    post({ type: 'openLink', href });
  };
  return {
    class: 'cs-link',
    role: 'link',
    tabIndex: 0,
    title: href,
    onClick: follow,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter') follow(event);
    },
  };
}
