import type { VNode } from 'preact';
import type { ChoiceView, ControlsView } from '../../src/protocol/chatView.ts';
import { post } from '../shared/host.ts';

/** What can be chosen for the conversation: the mode and the model. One that cannot be chosen is there, with its reason. */
export function Controls({ controls }: { readonly controls: ControlsView }): VNode {
  const { models, modes } = controls;
  return (
    <>
      {modes && (
        <Picker label="Mode" choice={modes} onPick={(id) => post({ type: 'setMode', id })} />
      )}
      {models && (
        <Picker label="Model" choice={models} onPick={(id) => post({ type: 'setModel', id })} />
      )}
    </>
  );
}

interface PickerProps {
  readonly label: string;
  readonly choice: ChoiceView;
  readonly onPick: (id: string) => void;
}

/** The browser's own list: it opens over the edge of a narrow view, and takes keys and screen readers as people know it. */
function Picker({ label, choice, onPick }: PickerProps): VNode {
  const { current = '', options } = choice;
  const chosen = options.find(({ id }) => id === current);
  return (
    <select
      class="cs-pick"
      aria-label={label}
      title={chosen ? `${label}: ${chosen.name}. ${chosen.description}` : label}
      value={current}
      onChange={(event) => {
        const { value } = event.currentTarget;
        // What is in force is shown until the agent has taken the other one.
        event.currentTarget.value = current;
        onPick(value);
      }}
    >
      {!chosen && <option value={current}>{`${label}: ${current || 'not known'}`}</option>}
      {options.map(({ description, id, name, whyNot }) => (
        <option key={id} value={id} disabled={whyNot !== undefined} title={whyNot ?? description}>
          {whyNot === undefined ? name : `${name} (${whyNot.replace(/\.$/, '')})`}
        </option>
      ))}
    </select>
  );
}
