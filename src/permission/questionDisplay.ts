import { headAndTail, shortened } from './cut.ts';
import type { Elicitation, Question } from './request.ts';
import { plain, type Spans } from './spans.ts';

/** What a question says. */
const MAX_PROSE = 4000;
const MAX_NAME = 300;

/** A question as surfaces may show it. The id is the key for the answer and stays as it is; it is not shown. */
export function shownQuestion(question: Question): Question {
  const { text, choices, field } = question;
  return {
    ...question,
    text: shownLabel(text),
    choices: choices.map(({ label, description }) => ({
      label: shownLabel(label),
      description: shownLabel(description),
    })),
    ...(field && {
      field: {
        ...field,
        description: shownLabel(field.description),
        ...(field.initial !== undefined && { initial: field.initial.map(shownLabel) }),
      },
    }),
  };
}

/** A choice as surfaces show it and send it back. */
export function shownLabel(label: string): string {
  return plain(shortened(label, MAX_PROSE));
}

/** Who asks, and for what; the words follow "wants to". */
export function elicitationHeadline(
  { server, url }: Elicitation,
  questions: readonly Question[] | undefined,
): { verb: string; subject: Spans; place: { words: string; name: Spans } } {
  const what = url === undefined ? (questions ? 'fill in a form' : 'agree') : 'open a page';
  return {
    verb: `Ask you to ${what}`,
    subject: [],
    place: {
      words: `${questions || url !== undefined ? 'for' : 'with'} MCP server`,
      name: headAndTail(server, MAX_NAME, 'text', (missing) => `… ${missing} characters …`),
    },
  };
}
