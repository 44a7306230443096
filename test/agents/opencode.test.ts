import { openCodeUnderTest } from '../support/openCodeUnderTest.ts';
import { agentContract } from './contract.ts';

agentContract('OpenCode', openCodeUnderTest);
