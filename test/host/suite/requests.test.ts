import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { waitFor } from '../../support/waitFor.ts';
import { api, demoSession, restoreMessages, stubMessage } from '../hostSupport.ts';

describe('a request in the extension host', () => {
  afterEach(async () => {
    restoreMessages();
    const { sessions } = await api();
    await sessions.stopAll();
    for (const session of sessions.all) sessions.close(session);
  });

  it('goes from the agent to a notification and, allowed there, back to the agent', async () => {
    const { broker } = await api();
    const message = stubMessage('showInformationMessage', 'Allow once');
    const session = await demoSession();
    const turn = session.prompt('[[command]]');
    await waitFor(() => message.texts.length > 0, 'a notification');
    await turn;
    assert.match(message.texts[0] ?? '', /^Demo agent wants to run a command/);
    const [card] = session.transcript.entries.filter((entry) => entry.kind === 'card');
    const settled = card && broker.settledAs(card.requestId);
    assert.deepEqual(
      [settled?.decision.outcome, settled?.decision.by, settled?.delivery],
      ['allow', { kind: 'person', surface: 'notification' }, 'delivered'],
    );
  });

  it('does not run what was denied', async () => {
    const { broker } = await api();
    stubMessage('showInformationMessage', undefined);
    const session = await demoSession();
    const file = path.join(session.ref.cwd, 'notes.md');
    const before = fs.existsSync(file) && fs.readFileSync(file, 'utf8');
    const turn = session.prompt('[[mcp]]');
    await waitFor(() => broker.pending.length === 1, 'a waiting request');
    const [request] = broker.pending;
    await vscode.commands.executeCommand('countersign.deny', request?.id, 'inbox');
    await turn;
    assert.equal(fs.existsSync(file) && fs.readFileSync(file, 'utf8'), before);
    assert.equal(broker.settledAs(request?.id ?? '')?.decision.outcome, 'deny');
  });

  it('counts one of two answers that are given at once, and tells the other who was first', async () => {
    const { broker } = await api();
    stubMessage('showInformationMessage', undefined);
    stubMessage('showWarningMessage', undefined);
    const session = await demoSession();
    const turn = session.prompt('[[command]]');
    await waitFor(() => broker.pending.length === 1, 'a waiting request');
    const [request] = broker.pending;
    assert.ok(request);
    const answer = (surface: 'chat' | 'cards', outcome: 'allow' | 'deny') =>
      broker.answer({
        requestId: request.id,
        argsHash: request.argsHash,
        outcome,
        by: { kind: 'person', surface },
      });
    const [first, second] = await Promise.all([answer('chat', 'deny'), answer('cards', 'allow')]);
    await turn;
    assert.equal(first.ok, true);
    assert.equal(!second.ok && second.error.kind, 'alreadySettled');
    assert.equal(broker.settledAs(request.id)?.decision.outcome, 'deny');
  });

  it('ignores an allow in the first half second', async () => {
    const { broker } = await api();
    stubMessage('showInformationMessage', undefined);
    stubMessage('showWarningMessage', 'Allow once');
    const session = await demoSession();
    const turn = session.prompt('[[command]]');
    const raised = new Promise<string>((resolve) => {
      const listening = broker.onDidRaise(({ id }) => {
        listening.dispose();
        resolve(id);
      });
    });
    const id = await raised;
    await vscode.commands.executeCommand('countersign.allowOnce', id, 'inbox');
    assert.equal(broker.pending.length, 1);
    await vscode.commands.executeCommand('countersign.deny', id, 'inbox');
    await turn;
  });

  it('shows an edit as a diff of whole files', async () => {
    const { broker } = await api();
    stubMessage('showInformationMessage', undefined);
    const session = await demoSession();
    const turn = session.prompt('[[edit]]');
    await waitFor(() => broker.pending.length === 1, 'a waiting request');
    const [request] = broker.pending;
    assert.ok(request?.action.tool === 'edit');
    const before = fs.readFileSync(request.action.path, 'utf8');
    await vscode.commands.executeCommand('countersign.openDiff', request.id);
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const [left, right] = await Promise.all(
      [input.original, input.modified].map((uri) => vscode.workspace.openTextDocument(uri)),
    );
    assert.equal(left?.getText(), before);
    assert.notEqual(right?.getText(), before);
    // On a fast machine all this is done within the half second in which an allow does not count.
    await waitFor(() => Date.now() - request.raisedAt > 600, 'the time that a person needs');
    await vscode.commands.executeCommand('countersign.allowOnce');
    await turn;
    assert.equal(fs.readFileSync(request.action.path, 'utf8'), right?.getText());
    assert.equal(broker.settledAs(request.id)?.decision.by.kind, 'person');
  });

  it('puts a hint with the answers into the editor of the file', async () => {
    const { broker } = await api();
    stubMessage('showInformationMessage', undefined);
    const session = await demoSession();
    const turn = session.prompt('[[edit]]');
    await waitFor(() => broker.pending.length === 1, 'a waiting request');
    const [request] = broker.pending;
    assert.ok(request?.action.tool === 'edit');
    const file = await vscode.workspace.openTextDocument(request.action.path);
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      file.uri,
    );
    assert.deepEqual(
      lenses.map(({ command }) => command?.title),
      [
        '$(shield) Demo agent wants to edit this file',
        'Show diff',
        'Deny',
        'Allow once',
        'Always allow…',
      ],
    );
    await vscode.commands.executeCommand('countersign.deny', request.id, 'codelens');
    await turn;
  });

  it('writes every decision to the journal before it is known anywhere', async () => {
    const { broker, journalFolder } = await api();
    stubMessage('showInformationMessage', undefined);
    const session = await demoSession();
    const recorded: boolean[] = [];
    const listening = broker.onDidSettle(({ request }) => {
      const text = fs
        .readdirSync(journalFolder)
        .map((name) => fs.readFileSync(path.join(journalFolder, name), 'utf8'))
        .join('');
      recorded.push(
        text.split('\n').some((line) => line.includes('"settled"') && line.includes(request.id)),
      );
    });
    const turn = session.prompt('[[command]]');
    await waitFor(() => broker.pending.length === 1, 'a waiting request');
    await vscode.commands.executeCommand('countersign.deny', broker.pending[0]?.id, 'inbox');
    await turn;
    listening.dispose();
    assert.deepEqual(recorded, [true]);
  });
});
