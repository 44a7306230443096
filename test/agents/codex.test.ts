import { codexUnderTest } from '../support/codexUnderTest.ts';
import { agentContract } from './contract.ts';

agentContract('OpenAI Codex', codexUnderTest);
