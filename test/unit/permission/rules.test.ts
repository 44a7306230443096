import assert from 'node:assert/strict';
import type { Action } from '../../../src/permission/action.ts';
import { buildRequest } from '../../../src/permission/newRequest.ts';
import { canHaveRule } from '../../../src/permission/rules.ts';
import { draftOf, execute } from '../../support/builders.ts';

describe('canHaveRule', () => {
  const can = (action: Action) => canHaveRule(buildRequest(draftOf(action), 'request', 0).request);

  it('is false where the action does not say all that will happen', () => {
    assert.deepEqual(
      [
        can({ tool: 'execute', command: 'make' }),
        can({ tool: 'edit', path: '/p/a', change: { kind: 'unseen' } }),
        can({ tool: 'mcp', server: 's', toolName: 't', arguments: { id: 2 ** 53 } }),
        can({ tool: 'other', toolName: 't', input: { deep: [{ id: -(2 ** 60) }] } }),
      ],
      [false, false, false, false],
    );
  });

  it('is true for the rest', () => {
    assert.deepEqual(
      [
        can(execute('make')),
        can({ tool: 'edit', path: '/p/a', change: { kind: 'write', newText: '' } }),
        can({ tool: 'mcp', server: 's', toolName: 't', arguments: { id: 2 ** 53 - 1, x: 0.1 } }),
        can({ tool: 'fetch', url: 'https://example.com' }),
      ],
      [true, true, true, true],
    );
  });
});
