import type { CardView } from '../../src/protocol/cardView.ts';
import type { AnswerMessage } from '../../src/protocol/messages.ts';

export type Display = CardView['display'];
export type Spans = Display['subject'];
export type Span = Spans[number];
export type Preview = Display['preview'];
export type DiffPreview = Extract<Preview, { kind: 'diff' }>;
export type UrlPreview = Extract<Preview, { kind: 'url' }>;
export type Question = NonNullable<Display['questions']>[number];
export type CardOption = CardView['options'][number];

/** What a person chose on a card; which request it answers is added when it is sent. */
export type CardAnswer = Omit<AnswerMessage, 'type' | 'requestId' | 'argsHash'>;
