import { codexAcpUnderTest } from '../support/codexAcpUnderTest.ts';
import { agentContract } from './contract.ts';

agentContract('Codex over ACP', codexAcpUnderTest);
