import type { VNode } from 'preact';
import type { HistoryVerdict } from '../../src/protocol/historyView.ts';
import type { HistoryState } from './historyStore.ts';
import { clock, digits } from './rowWords.ts';

/** What is known of the record: how much is read, whether anybody changed it. */
export function Chain(props: {
  readonly state: HistoryState;
  readonly onVerify: () => void;
}): VNode {
  const { state, onVerify } = props;
  return (
    <div class="cs-chain" role="status">
      <Reading state={state} />
      <Verdict state={state} />
      {state.verifying === undefined && (
        <button type="button" class="cs-link" onClick={onVerify}>
          {state.verdict ? 'Verify again' : 'Verify'}
        </button>
      )}
    </div>
  );
}

function Reading({ state: { progress, isRead } }: { readonly state: HistoryState }): VNode | null {
  if (!progress) return null;
  const { bytes, ofBytes, requests, torn, unreadable } = progress;
  if (!isRead) {
    const percent = ofBytes === 0 ? 0 : Math.floor((100 * bytes) / ofBytes);
    return (
      <span>
        <Spinner />
        {` Reading the record… ${percent} %. Filters and sums come when all of it is read.`}
      </span>
    );
  }
  return (
    <span class="cs-mute cs-num">
      {`${digits(requests)} requests`}
      {torn > 0 && `, ${tornWords(torn)}`}
      {unreadable > 0 && `, ${digits(unreadable)} unreadable lines`}
    </span>
  );
}

function Verdict({
  state: { verifying, verdict },
}: {
  readonly state: HistoryState;
}): VNode | null {
  if (verifying !== undefined)
    return (
      <span>
        <Spinner /> Verifying… <span class="cs-num">{digits(verifying)}</span> records
      </span>
    );
  if (!verdict) return null;
  return (
    <>
      {verdict.broken ? <Broken broken={verdict.broken} /> : <Verified verdict={verdict} />}
      <span class="cs-mute">Last checked {clock(verdict.checkedAt)}</span>
    </>
  );
}

function Verified({ verdict: { records, torn } }: { readonly verdict: HistoryVerdict }): VNode {
  return (
    <span>
      Chain verified <span class="tick">✓</span> <span class="cs-num">{digits(records)}</span>{' '}
      records
      {torn > 0 && `, ${tornWords(torn)}`}
    </span>
  );
}

function Broken({ broken }: { readonly broken: NonNullable<HistoryVerdict['broken']> }): VNode {
  const { record, file, line, reason } = broken;
  return (
    <span>
      <i class="codicon codicon-error no" aria-hidden="true" />{' '}
      <b>{`Chain broken at record ${digits(record)}.`}</b>
      {` Records after it cannot be trusted. Line ${digits(line)} of ${file}: ${reason}.`}
    </span>
  );
}

/** Not a sign of tampering: a process ended, or still writes. */
function tornWords(torn: number): string {
  return torn === 1
    ? '1 last line was cut off while it was written'
    : `${torn} last lines were cut off while they were written`;
}

function Spinner(): VNode {
  return <i class="codicon codicon-loading codicon-modifier-spin" aria-hidden="true" />;
}
