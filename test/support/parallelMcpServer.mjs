// An MCP server over stdio with one tool that says it only reads: an agent may ask for several of its calls at once.
// The tool makes an empty file in the current folder, so that a test can see whether it ran.
import fs from 'node:fs';
import readline from 'node:readline';

const TOOL = {
  name: 'mark',
  description: 'Makes a file',
  inputSchema: { type: 'object', properties: { file: { type: 'string' } }, required: ['file'] },
  annotations: { readOnlyHint: true },
};

function answer({ method, params }) {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'marks', version: '1.0.0' },
      };
    case 'tools/list':
      return { tools: [TOOL] };
    case 'tools/call':
      fs.writeFileSync(params.arguments.file, '');
      return { content: [{ type: 'text', text: 'made' }] };
    default:
      return {};
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, ...request } = JSON.parse(line);
  if (id === undefined) return;
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: answer(request) })}\n`);
});
