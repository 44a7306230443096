import type { ComponentChild, VNode } from 'preact';
import type { HistoryFilter, HistoryRow } from '../../src/protocol/historyView.ts';
import { monogram } from '../../src/protocol/words.ts';
import { fullTime } from '../shared/phrases.ts';
import { Button, TextField } from '../shared/toolkit.ts';
import { Chain } from './chain.tsx';
import type { HistoryState, HistoryStore } from './historyStore.ts';
import { answerWords, byWords, clock, dayOfRow, reachWords, toolIcon } from './rowWords.ts';
import { RuleName } from './ruleName.tsx';
import { Summary } from './summary.tsx';

/** The whole page: filters, sums, rows, and what is known of the record. */
export function HistoryPage({ store }: { readonly store: HistoryStore }): VNode {
  const { state } = store;
  return (
    <section class="cs-view" aria-label="History">
      <Filters store={store} />
      {state.problem !== undefined && (
        <p class="cs-note" role="alert">
          {state.problem}
        </p>
      )}
      {state.totals && <Summary totals={state.totals} range={state.filter.days} />}
      <div class="cs-rows" onScroll={(event) => loadMore(event.currentTarget, store)}>
        <Rows state={state} />
      </div>
      <Chain state={state} onVerify={() => store.verify()} />
    </section>
  );
}

/** The next page is there before the end of this one is seen. */
function loadMore(list: HTMLElement, store: HistoryStore): void {
  if (list.scrollHeight - list.scrollTop - list.clientHeight < 600) store.more();
}

const DAYS = [
  ['1', 'Today'],
  ['14', 'Last 14 days'],
  ['90', 'Last 90 days'],
  ['', 'Any time'],
] as const;
const ANSWERS = [
  ['', 'Any answer'],
  ['allowed', 'Allowed'],
  ['denied', 'Denied'],
  ['nothing', 'Nothing ran'],
] as const;
const KINDS = [
  ['', 'Any kind'],
  ['execute', 'Command'],
  ['edit', 'Edit'],
  ['delete', 'Delete'],
  ['move', 'Move'],
  ['read', 'Read'],
  ['fetch', 'Fetch'],
  ['mcp', 'MCP call'],
  ['other', 'Other'],
  ['rule', 'Change of a rule'],
] as const;
const BY = [
  ['', 'Anyone'],
  ['person', 'You'],
  ['rule', 'Any rule'],
  ['session', 'Rule of a session'],
  ['workspace', 'Rule of a workspace'],
  ['global', 'Rule everywhere'],
] as const;

function Filters({ store }: { readonly store: HistoryStore }): VNode {
  const { filter, names, progress } = store.state;
  const agents = (progress?.agents ?? []).map((id) => [id, names.get(id) ?? id] as const);
  return (
    <div class="cs-bar">
      <TextField
        class="cs-search"
        icon="search"
        label="Search history"
        placeholder="Search command, path or server"
        value={filter.text ?? ''}
        maxLength={500}
        onText={(text) => store.choose({ text: text === '' ? undefined : text })}
      />
      <Choice
        label="Time"
        value={filter.days === undefined ? '' : String(filter.days)}
        choices={DAYS}
        onChoose={(days) => store.choose({ days: days === '' ? undefined : Number(days) })}
      />
      <Choice
        label="Agent"
        value={filter.agentId ?? ''}
        choices={[['', 'Any agent'], ...agents]}
        onChoose={(id) => store.choose({ agentId: id === '' ? undefined : id })}
      />
      <Choice
        label="Answer"
        value={filter.answer ?? ''}
        choices={ANSWERS}
        onChoose={(answer) => store.choose({ answer: answer === '' ? undefined : answer })}
      />
      <Choice
        label="Kind"
        value={filter.tool ?? ''}
        choices={KINDS}
        onChoose={(tool) => store.choose({ tool: tool === '' ? undefined : tool })}
      />
      <Choice
        label="Answered by"
        value={filter.by ?? ''}
        choices={BY}
        onChoose={(by) => store.choose({ by: by === '' ? undefined : by })}
      />
      <Button look="icon" label="Export history" onPress={() => store.export()}>
        <i class="codicon codicon-export" aria-hidden="true" />
      </Button>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly (readonly [Value, string])[];
  readonly onChoose: (value: Value) => void;
}

function Choice<Value extends string>(props: ChoiceProps<Value>): VNode {
  const { label, value, choices, onChoose } = props;
  return (
    <select
      class={value === '' ? 'cs-select' : 'cs-select is-set'}
      aria-label={label}
      onChange={(event) => {
        const chosen = choices[event.currentTarget.selectedIndex];
        if (chosen) onChoose(chosen[0]);
      }}
    >
      {choices.map(([id, text]) => (
        <option key={id} value={id} selected={id === value}>
          {text}
        </option>
      ))}
    </select>
  );
}

function Rows({ state }: { readonly state: HistoryState }): VNode {
  const { rows, isRead, filter, names } = state;
  if (rows.length === 0) return <p class="cs-note">{emptyWords(isRead, filter)}</p>;
  return (
    <table class="cs-table">
      <thead>
        <tr>
          <th class="c-time">Time</th>
          <th class="c-who">Session</th>
          <th class="c-req">Request</th>
          <th class="c-ans">Answer</th>
          <th class="c-by">By</th>
        </tr>
      </thead>
      <tbody>{rows.flatMap((row, index) => dayAndRow(row, rows[index - 1], names))}</tbody>
    </table>
  );
}

function emptyWords(isRead: boolean, filter: HistoryFilter): string {
  if (!isRead) return 'Reading the record…';
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return isFiltered ? 'No request fits this filter.' : 'No request has ended so far.';
}

function dayAndRow(
  row: HistoryRow,
  above: HistoryRow | undefined,
  names: HistoryState['names'],
): ComponentChild[] {
  const day = dayOfRow(row.at);
  const line = <Row key={row.id} row={row} agent={names.get(row.agentId) ?? row.agentId} />;
  if (above && dayOfRow(above.at) === day) return [line];
  return [
    <tr key={day} class="day">
      <td colSpan={5}>{day}</td>
    </tr>,
    line,
  ];
}

interface RowProps {
  readonly row: HistoryRow;
  /** Its name. */
  readonly agent: string;
}

function Row({ agent, row }: RowProps): VNode {
  const answer = answerWords(row);
  const { at, tool, toolName, target } = row;
  return (
    <tr>
      <td class="c-time cs-num" title={fullTime(at)}>
        {clock(at)}
      </td>
      <Who row={row} agent={agent} />
      <td class="c-req" title={target || toolName}>
        <i class={`codicon codicon-${toolIcon(tool)}`} aria-hidden="true" />{' '}
        <code>{target || toolName}</code>
      </td>
      <td class="c-ans">
        <i class={`codicon codicon-${answer.icon} ${answer.tone}`} aria-hidden="true" />{' '}
        {answer.text}
      </td>
      <By row={row} />
    </tr>
  );
}

/** Nobody asked for a change of a rule. */
function Who({ agent, row: { agentId, sessionTitle } }: RowProps): VNode {
  if (agentId === '') return <td class="c-who" />;
  return (
    <td class="c-who" title={sessionTitle === '' ? agent : `${agent}: ${sessionTitle}`}>
      <span class="cs-agent" role="img" aria-label={agent}>
        {monogram({ id: agentId, name: agent })}
      </span>{' '}
      <span class="w">{sessionTitle || agent}</span>
    </td>
  );
}

function By({ row }: { readonly row: HistoryRow }): VNode {
  const { answer, ruleId, ruleLabel } = row;
  const words = byWords(row);
  if (ruleId === '' || answer === 'changed') return <td class="c-by">{words}</td>;
  const reach = reachWords(row);
  return (
    <td class="c-by" title={`${words} ${ruleLabel || ruleId}${reach}`}>
      {words} <RuleName id={ruleId} label={ruleLabel} />
    </td>
  );
}
