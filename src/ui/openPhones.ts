import * as vscode from 'vscode';
import { systemClock } from '../base/clock.ts';
import { systemTimers } from '../base/timers.ts';
import type { Broker } from '../permission/broker.ts';
import type { PermissionRequest } from '../permission/request.ts';
import { canHaveRule } from '../permission/rules.ts';
import type { StoredRules } from '../permission/storedRules.ts';
import { LanTransport } from '../phone/lan/transport.ts';
import { createPhone, type Phone } from '../phone/phone.ts';
import { WebPushSender } from '../phone/push/webPushSender.ts';
import { parseRelayAddress } from '../phone/relay/address.ts';
import { RelayTransport } from '../phone/relay/transport.ts';
import type { SecretStore } from '../phone/secretStore.ts';
import type { PhoneTransport, TransportKind } from '../phone/transport.ts';
import type { RuleOffer } from '../protocol/phone/payloads.ts';
import { describeError, type UserError } from '../protocol/userError.ts';
import { confirmAtDesktop } from './phoneConfirmation.ts';
import { userSettings } from './settings.ts';

export interface OpenPhonesOptions {
  readonly extensionUri: vscode.Uri;
  /** Of the installation. */
  readonly secrets: SecretStore;
  /** Of this workspace. */
  readonly store: SecretStore;
  readonly broker: Broker;
  readonly rules: StoredRules;
  readonly showCard: (requestId: string) => void;
  readonly onError: (error: unknown) => void;
}

/** Phones with the ways to reach them, as the settings have them. */
export interface OpenPhones {
  readonly phone: Phone;
  /** Why nothing goes this way; `undefined` when it does, or is not set up. */
  whyDown(kind: TransportKind): UserError | undefined;
  /** SHA-256 of the certificate of the server on the local network. */
  fingerprint(): string | undefined;
  /** Resolves when no port is open any more. */
  close(): Promise<void>;
}

/** Reads the paired phones and begins to serve them. */
export async function openPhones(options: OpenPhonesOptions): Promise<OpenPhones> {
  const { broker, rules, secrets, store, showCard, onError } = options;
  const relay = relayTransport(onError);
  const lan = lanTransport(options);
  const transports = [lan, relay].filter((each) => each !== undefined);
  const close = async () => {
    relay?.dispose();
    await lan?.stop();
  };
  try {
    const phone = await createPhone({
      broker,
      clock: systemClock,
      timers: systemTimers,
      store,
      workspaceName: vscode.workspace.name ?? 'VS Code',
      transports,
      ...(relay &&
        userSettings.phone.isPushOn() && {
          push: new WebPushSender({ secrets, subject: `https://${new URL(relay.pageUrl).host}` }),
        }),
      ruleOptions: (request) => ruleOffer(rules, request),
      confirmAtDesktop: (question) => confirmAtDesktop(question, { rules, showCard }),
      lanMayAnswerAlone: () => userSettings.phone.lanMayAlwaysAllow(),
      onError,
    });
    return {
      phone,
      whyDown: (kind) => whyDown(transports.find((transport) => transport.kind === kind)),
      fingerprint: () => lan?.fingerprint,
      close: async () => {
        phone.dispose();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Listens to nothing before it is started, which the first phone of its kind does. */
function lanTransport({ extensionUri, secrets, store }: OpenPhonesOptions) {
  if (!userSettings.phone.isEnabled()) return undefined;
  return new LanTransport({
    clock: systemClock,
    pageFolder: vscode.Uri.joinPath(extensionUri, 'dist', 'phone').fsPath,
    secrets,
    workspaceSecrets: store,
    address: userSettings.phone.networkInterface(),
    port: userSettings.phone.port(),
    onNotice: (notice) =>
      void vscode.window.showWarningMessage(`Countersign: ${describeError(notice)}`),
  });
}

function relayTransport(onError: (error: unknown) => void): RelayTransport | undefined {
  const address = userSettings.phone.relay();
  if (!userSettings.phone.isEnabled() || address === undefined) return undefined;
  const relay = parseRelayAddress(address);
  if (relay.ok) return new RelayTransport({ relay: relay.value });
  void vscode.window.showWarningMessage(`Countersign: ${describeError(relay.error)}`);
  onError(relay.error);
  return undefined;
}

async function ruleOffer(rules: StoredRules, request: PermissionRequest): Promise<RuleOffer> {
  if (!canHaveRule(request)) return { scopes: [], suggestions: [] };
  const suggestions = await rules.suggestions(request);
  return {
    scopes: rules.scopes,
    suggestions: suggestions.map(({ id, label }) => ({ id, label })),
  };
}

function whyDown(transport: PhoneTransport | undefined): UserError | undefined {
  const status = transport?.status;
  return status?.state === 'down' ? status.why : undefined;
}
