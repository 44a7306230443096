/** The names that package.json and the code share; a unit test compares them. */

export const commands = {
  startSession: 'countersign.startSession',
  runDemo: 'countersign.runDemo',
  showInbox: 'countersign.showInbox',
  openCards: 'countersign.openCards',
  openChat: 'countersign.openChat',
  stopSession: 'countersign.stopSession',
  closeSession: 'countersign.closeSession',
  startAgain: 'countersign.startAgain',
  resumeSession: 'countersign.resumeSession',
  allowOnce: 'countersign.allowOnce',
  deny: 'countersign.deny',
  denyWithFeedback: 'countersign.denyWithFeedback',
  alwaysAllow: 'countersign.alwaysAllow',
  alwaysDeny: 'countersign.alwaysDeny',
  showRequest: 'countersign.showRequest',
  openDiff: 'countersign.openDiff',
  openWhole: 'countersign.openWhole',
  cardAllowOnce: 'countersign.card.allowOnce',
  cardDeny: 'countersign.card.deny',
  cardAlwaysAllow: 'countersign.card.alwaysAllow',
  cardOpenDiff: 'countersign.card.openDiff',
  cardMore: 'countersign.card.more',
  showRule: 'countersign.showRule',
  revokeRule: 'countersign.revokeRule',
  setRuleExpiry: 'countersign.setRuleExpiry',
  copyRule: 'countersign.copyRule',
  testRule: 'countersign.testRule',
  dismissMissed: 'countersign.dismissMissed',
  pairPhone: 'countersign.pairPhone',
  showDevices: 'countersign.showDevices',
  revokeDevice: 'countersign.revokeDevice',
  showHistory: 'countersign.showHistory',
  showOutput: 'countersign.showOutput',
  openWalkthrough: 'countersign.openWalkthrough',
} as const;

export type CommandId = (typeof commands)[keyof typeof commands];

export const views = {
  container: 'countersign',
  inbox: 'countersign.inbox',
  cards: 'countersign.cards',
  rules: 'countersign.rules',
  devices: 'countersign.devices',
  /** Types of webview panels. */
  chatPanel: 'countersign.chat',
  cardsPanel: 'countersign.cardsEditor',
  historyPanel: 'countersign.history',
  pairingPanel: 'countersign.pairing',
} as const;

export const contextKeys = {
  /** Something waits for an answer. */
  waiting: 'countersign.waiting',
  /** The active editor is the diff of a request that waits. */
  diffWaiting: 'countersign.diffWaiting',
} as const;

export const settings = {
  section: 'countersign',
  claudeCommand: 'claude.command',
  agents: 'agents',
  notifications: 'notifications',
  timeout: 'timeout',
  registryUrl: 'registry.url',
  strict: 'strict',
  phoneEnabled: 'phone.enabled',
  phoneInterface: 'phone.interface',
  phonePort: 'phone.port',
  phoneRelay: 'phone.relay',
  phoneLanMayAlwaysAllow: 'phone.lanMayAlwaysAllow',
  phonePush: 'phone.push',
} as const;

/** Scheme of the read-only documents that the diff editor compares. */
export const DIFF_SCHEME = 'countersign-diff';
/** Scheme of the read-only document that shows a whole request. */
export const REQUEST_SCHEME = 'countersign-request';
