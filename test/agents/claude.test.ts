import { claudeUnderTest } from '../support/claudeUnderTest.ts';
import { agentContract } from './contract.ts';

agentContract('Claude Code', claudeUnderTest);
