import { type Preview, wholePreview } from '../permission/display.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { plain, safeText } from '../permission/spans.ts';
import { wish } from '../protocol/words.ts';

/** The whole request as plain text, without the limits of a card; redacted and escaped like it. */
export function requestAsText(request: PermissionRequest): string {
  const { action, agent, session, display } = request;
  const preview = display.questions
    ? display.preview
    : wholePreview(action, session.workspaceFolder);
  const lines = [
    `${safeText(agent.name)} (${safeText(session.title)}) wants to ${wish(display)}`,
    ...(display.risk ? [display.risk.text] : []),
    '',
    previewText(preview),
    '',
    ...(display.why ? [`Why: “${plain(display.why)}”`] : []),
    ...display.facts.map(({ label, text }) => `${label}: ${plain(text)}`),
    ...(display.questions ?? []).flatMap((question) => [
      question.text,
      ...question.choices.map(({ label, description }) => `- ${label}: ${description}`),
    ]),
  ];
  return `${lines.join('\n').trim()}\n`;
}

function previewText(preview: Preview): string {
  switch (preview.kind) {
    case 'command':
    case 'json':
    case 'text':
      return plain(preview.text);
    case 'url':
      return plain([...preview.before, ...preview.host, ...preview.after]);
    case 'diff':
      return [
        plain(preview.path),
        ...preview.rows.map(({ sign, text }) => `${sign} ${plain(text)}`),
        ...(preview.omitted > 0 ? [`… ${preview.omitted} more lines`] : []),
      ].join('\n');
    case 'none':
      return '';
  }
}
